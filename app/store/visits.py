"""Visits: browsers on the sign-up pages, each known by a token that only its cookie holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from app.store.bulk import insert_for
from app.store.participants import Person
from app.store.schema import participants, visits


@dataclass(frozen=True, slots=True)
class Visit:
    address: str
    code_until: datetime
    tries: int
    verified_at: datetime | None
    said: Sequence[str]
    conversation_id: int | None
    turns: int
    drafts: Mapping[str, Any]
    created_at: datetime

    def __repr__(self) -> str:
        return "Visit()"


def find(db: Connection, token_hash: str, now: datetime) -> Visit | None:
    row = db.execute(
        select(visits).where(visits.c.token_hash == token_hash, visits.c.ends_at > now)
    ).one_or_none()
    if row is None:
        return None
    return Visit(
        row.address,
        row.code_until,
        row.tries,
        row.verified_at,
        row.said,
        row.conversation_id,
        row.turns,
        row.drafts,
        row.created_at,
    )


def ask(db: Connection, token_hash: str, columns: Mapping[str, Any], now: datetime) -> None:
    """Keep the number that is to be proven, and its code; what the visit was before is over."""
    db.execute(delete(visits).where(visits.c.ends_at <= now))
    fresh: dict[str, Any] = {
        "tries": 0,
        "verified_at": None,
        "said": [],
        "conversation_id": None,
        "turns": 0,
        "drafts": {},
        "busy_until": None,
        "created_at": now,
    }
    row = {**fresh, **columns}
    insert = insert_for(db, visits).values(token_hash=token_hash, **row)
    db.execute(insert.on_conflict_do_update(index_elements=["token_hash"], set_=row))


def another_try(db: Connection, token_hash: str, most: int, now: datetime) -> str:
    """Count a try and give the hash to compare with; empty where no try is left."""
    statement = (
        update(visits)
        .where(
            visits.c.token_hash == token_hash,
            visits.c.tries < most,
            visits.c.code_until > now,
            visits.c.verified_at.is_(None),
        )
        .values(tries=visits.c.tries + 1)
        .returning(visits.c.code_hash)
    )
    return str(db.execute(statement).scalar_one_or_none() or "")


def verified(
    db: Connection, token_hash: str, new: Mapping[str, Any], old_ends_at: datetime
) -> None:
    """The number is proven. The token changes, so that one known before is soon worth nothing.

    Until `old_ends_at` the old one may prove itself again: a second press of the button comes
    with it, and the answer to the first is lost.
    """
    row = db.execute(select(visits).where(visits.c.token_hash == token_hash)).one()
    db.execute(visits.insert().values({**row._asdict(), "code_hash": "", **new}))
    until = {"code_until": old_ends_at, "ends_at": old_ends_at}
    db.execute(update(visits).where(visits.c.token_hash == token_hash).values(until))


def begin_form(db: Connection, token_hash: str, until: datetime, now: datetime) -> bool:
    """Claim the visit for one form; False while another is being taken in."""
    free = or_(visits.c.busy_until.is_(None), visits.c.busy_until <= now)
    statement = update(visits).where(visits.c.token_hash == token_hash, free)
    return db.execute(statement.values(busy_until=until)).rowcount == 1


def end_form(db: Connection, token_hash: str, columns: Mapping[str, Any]) -> None:
    statement = update(visits).where(visits.c.token_hash == token_hash)
    db.execute(statement.values(busy_until=None, **columns))


def leave(db: Connection, token_hash: str) -> None:
    db.execute(delete(visits).where(visits.c.token_hash == token_hash))


def person(db: Connection, address: str) -> Person | None:
    """Who has this number, without holding them."""
    row = db.execute(select(participants).where(participants.c.address == address)).one_or_none()
    if row is None:
        return None
    return Person(
        row.id, row.address, row.language, False, row.groups, row.opt_outs, row.muted_until
    )
