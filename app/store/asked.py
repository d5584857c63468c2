"""How often strangers asked, counted in the database so that all replicas share one limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select

from app.store.bulk import insert_for
from app.store.schema import asked


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many in a stretch of time that begins with the first."""

    kind: str
    subject: str
    most: int
    within: timedelta


def count(
    db: Connection, allowances: Sequence[Allowance], now: datetime
) -> tuple[Allowance, timedelta] | None:
    """Count one more under each. Where one is used up: that one, and how long to wait for it."""
    db.execute(delete(asked).where(asked.c.ends_at <= now))
    for one in allowances:
        taken, ends_at = _one_more(db, one, now)
        if taken > one.most:
            return one, ends_at - now
    return None


def is_half_used(db: Connection, allowances: Sequence[Allowance], now: datetime) -> bool:
    """Whether any of these has been asked for half as often as it may be; counts nothing."""
    most = {one.subject: one.most for one in allowances}
    columns = (asked.c.subject, asked.c.count)
    rows = db.execute(select(*columns).where(asked.c.subject.in_(most), asked.c.ends_at > now))
    return any(2 * count >= most[subject] for subject, count in rows)


def _one_more(db: Connection, one: Allowance, now: datetime) -> tuple[int, datetime]:
    row = {"subject": one.subject, "count": 1, "ends_at": now + one.within}
    over = asked.c.ends_at <= now
    insert = insert_for(db, asked).values(**row)
    statement = insert.on_conflict_do_update(
        index_elements=["subject"],
        set_={
            "count": case((over, 1), else_=asked.c.count + 1),
            "ends_at": case((over, insert.excluded.ends_at), else_=asked.c.ends_at),
        },
    ).returning(asked.c.count, asked.c.ends_at)
    taken, ends_at = db.execute(statement).one()
    return taken, ends_at
