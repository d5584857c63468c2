"""Seeing full phone numbers: only who may, only when asked for, and written down before."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import Problem
from app.store import audit


def look(
    office: Office, caller: Caller, what: str, to: str, ids: Iterable[int], *, asked: bool
) -> bool:
    """Whether this answer may show numbers. `ids` are of what it shows."""
    if not asked:
        return False
    if not caller.sees_numbers:
        raise Problem("not-allowed", "Full phone numbers need the scope `numbers`.")
    shown = [str(one) for one in ids]
    with office.store.write() as db:
        details = {"ids": shown} if shown else {}
        audit.note(db, caller.who, f"saw numbers: {what}", to, datetime.now(UTC), details)
    return True
