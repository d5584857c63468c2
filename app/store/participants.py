"""Participants: found or made, and held for the length of a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from app.store.bulk import (
    Prepared,
    as_text,
    dumped,
    insert_for,
    insert_rows,
    moment,
    prepared,
    unpacked,
    update_rows,
)
from app.store.ids import Ids
from app.store.schema import opt_outs, participants
from app.store.types import Instant

ALWAYS: ColumnElement[bool] = literal_column("1 = 1")


@dataclass(frozen=True, slots=True)
class Person:
    """A participant whose row this transaction holds: nobody else turns for them meanwhile."""

    id: int
    address: str
    language: str
    is_new: bool
    groups: int
    opt_outs: int
    muted_until: datetime | None


def hold(
    db: Connection, addresses: Iterable[str], new_id: Ids
) -> tuple[datetime, dict[str, Person]]:
    """Find or make these people and lock them, in one order for everybody.

    Gives the database's time too, so that a batch knows it without asking again.
    """
    rows = [{"id": new_id(), "address": address} for address in sorted(set(addresses))]
    given: dict[str, Any] = {"rows": dumped(rows)}
    if db.dialect.name == "sqlite":
        given["now"] = as_text(datetime.now(UTC))
    found = _hold(db.dialect.name).run(db, given)
    people = {row.address: _person(row) for row in found}
    return moment(found[0].last_seen_at), people


def _person(row: Row[Any]) -> Person:
    return Person(
        row.id,
        row.address,
        row.language,
        row.first_seen_at == row.last_seen_at,
        row.groups,
        row.opt_outs,
        moment(row.muted_until),
    )


@cache
def _hold(dialect: str) -> Prepared:
    columns = participants.c
    given = unpacked(dialect, [columns.id, columns.address])
    now: Any = bindparam("now", type_=Instant) if dialect == "sqlite" else func.now()
    insert = insert_for(dialect, participants).from_select(
        ["id", "address", "first_seen_at", "last_seen_at"],
        select(given.c.id, given.c.address, now, now)
        .where(ALWAYS)  # SQLite cannot tell ON CONFLICT from a join without it
        .order_by(given.c.address),
    )
    held = insert.on_conflict_do_update(
        index_elements=["address"], set_={"last_seen_at": insert.excluded.last_seen_at}
    )
    return prepared(held.returning(*columns), dialect)


def set_language(db: Connection, rows: Sequence[tuple[int, str]]) -> None:
    update_rows(db, participants, [{"id": person, "language": code} for person, code in rows])


def mute(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep until when people get no automatic reply: id and muted_until."""
    update_rows(db, participants, rows)


def channels_left(db: Connection, people: Sequence[int]) -> set[tuple[int, str]]:
    """Which of these people want nothing more, on which channels."""
    if not people:
        return set()
    latest = (
        select(func.max(opt_outs.c.id))
        .where(opt_outs.c.participant_id.in_(people))
        .group_by(opt_outs.c.participant_id, opt_outs.c.channel)
    )
    out = select(opt_outs.c.participant_id, opt_outs.c.channel).where(
        opt_outs.c.id.in_(latest), opt_outs.c.wish == "out"
    )
    return {(row.participant_id, row.channel) for row in db.execute(out)}


def record_wishes(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write opt-outs and opt-ins, rows of `opt_outs`."""
    if not rows:
        return
    insert_rows(db, opt_outs, rows)
    people = sorted({row["participant_id"] for row in rows})
    db.execute(
        update(participants)
        .where(participants.c.id.in_(people))
        .values(opt_outs=participants.c.opt_outs + 1)
    )
