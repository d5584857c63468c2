"""Forgetting what is old, a small batch at a time, so that nobody waits for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update

from app.store.engine import Db, clock
from app.store.schema import attempts, dialogs, inbox, reports

MOST = 500
"""Rows a transaction: short enough that intake never waits for one."""
PARKED_FOR = timedelta(days=7)
DIALOGS_FOR = timedelta(days=1)


def forget(db: Db, keep: timedelta, limit: int = MOST) -> int:
    """Forget one batch of everything that is older than `keep`; gives how many rows it touched.

    Raw requests, attempts and reports go; what people said and what we answered stays with
    their conversations until the operator withdraws them.
    """
    now = clock(db)
    before = now - keep
    work: list[Callable[[], int]] = [
        lambda: _blank_raw(db, before, limit),
        lambda: _delete(db, attempts, attempts.c.at < before, limit),
        lambda: _delete(db, reports, reports.c.at < before, limit),
        lambda: _delete(db, reports, _parked(now), limit),
        lambda: _delete_dialogs(db, now - DIALOGS_FOR),
    ]
    return sum(each() for each in work)


def _parked(now: datetime) -> ColumnElement[bool]:
    return reports.c.outbox_id.is_(None) & (reports.c.at < now - PARKED_FOR)


def _delete(db: Db, table: Table, old: ColumnElement[bool], limit: int) -> int:
    rows = select(table.c.id).where(old).order_by(table.c.at).limit(limit)
    return _count(db, delete(table).where(table.c.id.in_(rows.scalar_subquery())))


def _blank_raw(db: Db, before: datetime, limit: int) -> int:
    """Empty the raw requests of what was handled; what was not is kept until somebody looks."""
    rows = (
        select(inbox.c.id)
        .where(inbox.c.raw.is_not(None), inbox.c.received_at < before, inbox.c.state == "handled")
        .limit(limit)
    )
    blank = update(inbox).where(inbox.c.id.in_(rows.scalar_subquery())).values(raw=None)
    return _count(db, blank)


def _delete_dialogs(db: Db, before: datetime) -> int:
    return _count(db, delete(dialogs).where(dialogs.c.updated_at < before))


def _count(db: Db, statement: Any) -> int:
    return int(db.execute(statement).rowcount)
