"""One change to many groups: asked, begun, and worked off a page of groups at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from app.store.groups_search import Filter, Place, conditions, page, restored
from app.store.schema import group_changes, groups

AT_ONCE = 25
"""Groups a transaction: short enough that intake never waits for one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the groups of a page."""

    changed: int
    same: int
    refused: int


def count(db: Connection, wanted: Filter, below: Place) -> int:
    """How many groups there are to change."""
    found = select(func.count()).where(*conditions(db, wanted), groups.c.id < below.id)
    return int(db.execute(found).scalar_one())


def add(db: Connection, row: Mapping[str, Any]) -> None:
    """Keep a change; what the same person asked before and never began is over."""
    mine = delete(group_changes).where(group_changes.c.who == row["who"])
    db.execute(mine.where(group_changes.c.state == "asked"))
    db.execute(group_changes.insert().values(**row))


def one(db: Connection, change: int) -> Row[Any] | None:
    statement = select(group_changes).where(group_changes.c.id == change)
    return db.execute(statement).one_or_none()


def listed(db: Connection, limit: int, below: int | None = None) -> Sequence[Row[Any]]:
    """Changes that began, newest first."""
    statement = select(group_changes).where(group_changes.c.state != "asked")
    if below is not None:
        statement = statement.where(group_changes.c.id < below)
    return db.execute(statement.order_by(group_changes.c.id.desc()).limit(limit)).all()


def under_way(db: Connection, limit: int = 5) -> Sequence[Row[Any]]:
    statement = select(group_changes).where(group_changes.c.state == "running")
    return db.execute(statement.order_by(group_changes.c.id).limit(limit)).all()


def set_state(db: Connection, change: int, before: str, after: str, now: datetime) -> bool:
    """Move it on; False if it does not stand where it should, as after a second press."""
    statement = update(group_changes).where(
        group_changes.c.id == change, group_changes.c.state == before
    )
    moved = statement.values(state=after, updated_at=now).returning(group_changes.c.id)
    return db.execute(moved).first() is not None


def running(db: Connection) -> Row[Any] | None:
    """The oldest unfinished one that nobody else works on, held until the transaction ends."""
    statement = select(group_changes).where(group_changes.c.state == "running")
    oldest = statement.order_by(group_changes.c.id).limit(1)
    return db.execute(oldest.with_for_update(skip_locked=True)).one_or_none()


def next_page(db: Connection, change: Row[Any]) -> tuple[list[int], Place | None]:
    """The ids to look at, in the order that everybody holds groups in; and where they end."""
    rows = page(db, restored(change.filter), AT_ONCE, Place(change.place), always_by_id=True)
    ends = Place(rows[-1].id) if len(rows) == AT_ONCE else None
    return sorted(row.id for row in rows), ends


def advance(
    db: Connection, change: Row[Any], done: Tally, ends: Place | None, now: datetime
) -> None:
    """Note a page as done; without a next one the whole is."""
    of = group_changes.c
    values = {
        "changed": of.changed + done.changed,
        "same": of.same + done.same,
        "refused": of.refused + done.refused,
        "updated_at": now,
        **({"place": ends.id} if ends else {"state": "done"}),
    }
    db.execute(update(group_changes).where(of.id == change.id).values(values))
