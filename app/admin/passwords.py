"""Passwords of operators: which may be chosen, and how they are kept and compared."""

import secrets
import threading
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash

from app.admin.problems import Problem

COMMON = Path(__file__).parents[1] / "static" / "vendored" / "common-passwords.txt"
LEAST, MOST = 8, 128
AT_ONCE = 2
WAIT = 10.0  # seconds for a turn; a hash takes a seventh of one

_turns = threading.BoundedSemaphore(AT_ONCE)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    """The hash that unknown names are compared with, so that they take as long as known ones."""
    return _hasher().hash(secrets.token_urlsafe(16))


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split("\n"))


def wrong_with(password: str, name: str) -> str:
    """Why a password cannot be chosen, as a key of the console's texts; empty if it can."""
    if len(password) < LEAST:
        return "password_short"
    if len(password) > MOST:
        return "password_long"
    plain = password.casefold()
    if plain in _common() or len(set(plain)) < 4:
        return "password_common"
    if len(name) >= 4 and name.casefold() in plain:
        return "password_name"
    return ""


def kept(password: str) -> str:
    """The hash to keep."""
    with _Turn():
        return _hasher().hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Compare. Without a hash it takes as long and is wrong."""
    with _Turn():
        right = _hasher().verify(password[:MOST], password_hash or _nobodys())
    return right and password_hash is not None


class _Turn:
    """One of few hashes at a time: each takes a core and 64 MiB."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=WAIT):
            raise Problem("too-many-requests", "Many are signing in just now.", retry_after=5)

    def __exit__(self, *_: object) -> None:
        _turns.release()
