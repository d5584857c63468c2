"""What became of groups: a history for staff, and word for subscribers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, literal, select

from app.store.schema import group_events, group_history, groups, subscriptions

MOST_HISTORY = 200


def remember(
    db: Connection,
    group: int,
    revision: int,
    who: str,
    what: str,
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    row = {"group_id": group, "revision": revision, "at": now, "who": who, "what": what}
    db.execute(insert(group_history).values(**row, changes=dict(changes)))


def history(db: Connection, group: int) -> Sequence[Row[Any]]:
    """What was changed, latest first."""
    statement = select(group_history).where(group_history.c.group_id == group)
    return db.execute(statement.order_by(group_history.c.revision.desc()).limit(MOST_HISTORY)).all()


def announce(db: Connection, ids: Sequence[int], kind: str, now: datetime) -> None:
    """Leave word for subscribers, if there are any, in the transaction of the change."""
    anybody = exists().where(subscriptions.c.active)
    rows = select(
        groups.c.id, groups.c.revision, literal(kind), literal(now, groups.c.created_at.type)
    )
    statement = insert(group_events).from_select(
        ["group_id", "revision", "kind", "at"], rows.where(groups.c.id.in_(ids), anybody)
    )
    db.execute(statement)
