"""The inbox: what carriers told us, raw, and which of it came before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, literal, literal_column, select, update

from app.store.bulk import (
    Prepared,
    dumped,
    insert_for,
    insert_rows,
    prepared,
    select_given,
    unpacked,
)
from app.store.schema import inbox


@dataclass(frozen=True, slots=True)
class Known:
    id: int
    state: str
    screen: str


def repeats(db: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """Find which of these (channel, key) came before, and write that they came again.

    The write matters: a repeat's commit then waits for the standby as the first one's did, so
    a row that only the primary has is never taken for safe.
    """
    if not keys:
        return {}
    rows = [{"channel": channel, "key": key} for channel, key in sorted(set(keys))]
    found = _repeats(db.dialect.name).run(db, {"rows": dumped(rows)})
    return {(row.channel, row.key): Known(row.id, row.state, row.screen) for row in found}


@cache
def _repeats(dialect: str) -> Prepared:
    given = unpacked(dialect, [inbox.c.channel, inbox.c.key])
    again = (
        update(inbox)
        .where(inbox.c.channel == given.c.channel, inbox.c.key == given.c.key)
        .values(seen=inbox.c.seen + literal_column("1"))
        .returning(inbox.c.id, inbox.c.channel, inbox.c.key, inbox.c.state, inbox.c.screen)
    )
    return prepared(again, dialect)


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    insert_rows(db, inbox, rows)


def add_unread(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what nobody could read; the same bytes again only count."""
    if not rows:
        return
    names = list(rows[0])
    insert = insert_for(db, inbox).from_select(
        names, select_given(db.dialect.name, [inbox.c[name] for name in names]).where(literal(True))
    )
    statement = insert.on_conflict_do_update(
        index_elements=["channel", "key"], set_={"seen": inbox.c.seen + 1}
    )
    db.execute(statement, {"rows": dumped(rows)})


def waiting(db: Connection, state: str, limit: int, after: int = 0) -> Sequence[Any]:
    """Rows in a state that wants something of somebody, oldest first."""
    statement = (
        select(inbox)
        .where(inbox.c.state == bindparam("wanted", state, Text), inbox.c.id > after)
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return db.execute(statement).all()


def give_up_key(db: Connection, row: int) -> None:
    """Let the same thing come in again: its carrier's id must not meet this row."""
    db.execute(update(inbox).where(inbox.c.id == row).values(key=f"r:{row}"))


def settle(db: Connection, row: int, state: str, problem: str, now: datetime) -> None:
    db.execute(
        update(inbox).where(inbox.c.id == row).values(state=state, problem=problem, handled_at=now)
    )
