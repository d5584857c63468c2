"""Who looks at the console: the login behind the cookie, and the word every form must bring."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.admin.caller import Caller, Right, of_operator
from app.admin.console.house import Console, console_of
from app.admin.problems import Problem
from app.admin.staffing import IDLE
from app.store import logins
from app.text.fold import storable

AT_MOST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
MOST_BODY = 1_000_000
POLLED = "/live"
"""Pages that browsers ask for by themselves: they keep nobody signed in."""


class GoTo(Exception):
    """Answer with another page instead."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


@dataclass(frozen=True, slots=True)
class Visitor:
    caller: Caller
    name: str
    role: str
    language: str
    csrf: str
    token_hash: str
    has_totp: bool

    def may(self, right: str) -> bool:
        return Right(right) in self.caller.rights


Here = Annotated[Console, Depends(console_of)]


def visitor_of(request: Request, console: Here) -> Visitor:
    now = datetime.now(UTC)
    token = request.cookies.get(console.cookie, "")
    row: Any = None
    if token:
        with console.office.store.read() as db:
            row = logins.find(db, token, now, IDLE)
    if row is None:
        raise GoTo(login_page(request))
    if now - row.seen_at > SEEN_EVERY and not request.url.path.endswith(POLLED):
        with console.office.store.write() as db:
            logins.touch(db, row.token_hash, now)
    caller = of_operator(row.operator_id, row.name, row.role)
    visitor = Visitor(
        caller, row.name, row.role, row.language, row.csrf, row.token_hash, bool(row.totp_secret)
    )
    own = request.url.path.startswith("/console/account")
    if console.totp_required and row.role == "admin" and not visitor.has_totp and not own:
        raise GoTo("/console/account?done=totp_needed")
    return visitor


def login_page(request: Request) -> str:
    path = request.url.path
    if request.method != "GET" or path.endswith(POLLED) or path.rstrip("/") == "/console":
        return "/console/login"
    query = f"?{request.url.query}" if request.url.query else ""
    return "/console/login?next=" + quote(path + query, safe="")


def needs(right: Right) -> Callable[[Visitor], Visitor]:
    def allowed(visitor: Annotated[Visitor, Depends(visitor_of)]) -> Visitor:
        if right not in visitor.caller.rights:
            raise Problem("not-allowed", right.value)
        return visitor

    return allowed


Reader = Annotated[Visitor, Depends(needs(Right.READ))]
Helper = Annotated[Visitor, Depends(needs(Right.HELP))]
Writer = Annotated[Visitor, Depends(needs(Right.WRITE))]
Admin = Annotated[Visitor, Depends(needs(Right.ADMIN))]


# --- forms ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """What a form brought, fit to be stored."""

    form: FormData

    def text(self, name: str, most: int = 200) -> str:
        value = self.form.get(name)
        if not isinstance(value, str):
            return ""
        if len(value) > most:
            raise Problem("invalid", "too_long")
        # Lines stay lines; whatever a database refuses goes.
        return "\n".join(storable(line) for line in value.splitlines()).strip()

    def secret(self, name: str, most: int = 200) -> str:
        """A password is taken as it was typed."""
        value = self.form.get(name)
        return value[:most] if isinstance(value, str) else ""

    def every(self, name: str) -> list[str]:
        return [one for one in self.form.getlist(name) if isinstance(one, str)]


async def given_of(request: Request) -> Given:
    """Read a form that comes from our own pages."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_BODY:
        raise Problem("too-large")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem("not-allowed", "csrf")
    return Given(await request.form(max_files=0, max_fields=2000, max_part_size=100_000))


Form = Annotated[Given, Depends(given_of)]


def checked(
    visitor: Annotated[Visitor, Depends(visitor_of)], given: Form, request: Request
) -> Given:
    """Refuse a form without this login's own word."""
    word = given.secret("csrf") or request.headers.get("x-csrf", "")
    if not hmac.compare_digest(word.encode(), visitor.csrf.encode()):
        raise Problem("not-allowed", "csrf")
    return given


Checked = Annotated[Given, Depends(checked)]


# --- the cookie -----------------------------------------------------------------------------


def sign_in(db: Any, operator: int, origin: logins.From, now: datetime) -> str:
    """Begin a login; gives the token for the cookie."""
    token = secrets.token_urlsafe(32)
    csrf = secrets.token_urlsafe(32)
    logins.begin(db, operator, token, csrf, origin, now, now + AT_MOST)
    return token


def set_cookie(console: Console, answer: Response, token: str) -> None:
    answer.set_cookie(
        console.cookie,
        token,
        max_age=int(AT_MOST.total_seconds()),
        path="/",
        secure=console.secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(console: Console, answer: Response) -> None:
    answer.delete_cookie(
        console.cookie, path="/", secure=console.secure, httponly=True, samesite="lax"
    )


def origin_of(console: Console, request: Request) -> logins.From:
    browser = storable(request.headers.get("user-agent", ""))[:200]
    return logins.From(console.address_of(request), browser)
