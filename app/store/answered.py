"""Answers to writes that carried an Idempotency-Key, so that a repeat changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from app.store.bulk import insert_for
from app.store.schema import answered

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of an earlier request with this key."""

    request: str
    status: int | None
    """None while that request is still at work, or died at it."""
    headers: dict[str, str]
    body: bytes | None
    """None where the answer was for one pair of eyes once."""


def begin(db: Connection, caller: str, key: str, request: str, now: datetime) -> Before | None:
    """Claim the key for this request; gives what came before if it is taken."""
    db.execute(delete(answered).where(answered.c.at < now - KEPT))
    row = {"caller": caller, "key": key, "request": request, "at": now}
    claim = insert_for(db, answered).values(**row).on_conflict_do_nothing()
    if db.execute(claim.returning(answered.c.key)).first() is not None:
        return None
    found: Any = db.execute(select(answered).where(*_is(caller, key))).one()
    return Before(found.request, found.status, found.headers or {}, found.body)


def finish(
    db: Connection, caller: str, key: str, status: int, headers: dict[str, str], body: bytes | None
) -> None:
    values = {"status": status, "headers": headers, "body": body}
    db.execute(update(answered).where(*_is(caller, key)).values(values))


def forget(db: Connection, caller: str, key: str) -> None:
    """Free a key: its request was refused before it did anything."""
    db.execute(delete(answered).where(*_is(caller, key)))


def _is(caller: str, key: str) -> tuple[Any, Any]:
    return answered.c.caller == caller, answered.c.key == key
