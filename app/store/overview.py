"""What the first page tells: sign-ups by the minute, and what waits for a human."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, cast, extract, func, literal, select

from app.store.schema import conversations, groups, inbox, outbox, participants

WRONG = ("failed", "expired", "unclear", "cancelled")  # as the index has them
MOST_COUNTED = 1000
"""More than these is "many": counting on would tell nobody more."""


def signups_by_minute(db: Connection, since: datetime) -> dict[int, int]:
    """Sign-ups of each minute that had some, by its beginning in Unix time."""
    came = groups.c.created_at
    unix = (
        cast(func.strftime("%s", came), Integer)
        if db.dialect.name == "sqlite"
        else func.floor(extract("epoch", came))
    )
    minute = cast(unix / 60, Integer) if db.dialect.name == "sqlite" else func.floor(unix / 60)
    found = select(minute.label("minute"), func.count()).where(came >= since).group_by("minute")
    return {int(at) * 60: int(count) for at, count in db.execute(found)}


def signups_since(db: Connection, since: datetime) -> int:
    statement = select(func.count()).where(groups.c.created_at >= since)
    return int(db.execute(statement).scalar_one())


def flagged(db: Connection, limit: int) -> Sequence[Any]:
    """Conversations in which a human is wanted, longest waiting first."""
    columns = [c for c in conversations.c if c.name not in ("answers", "state")]
    statement = (
        select(*columns, participants.c.address)
        .join(participants, participants.c.id == conversations.c.participant_id)
        .where(conversations.c.flagged != "")
        .order_by(conversations.c.updated_at)
        .limit(limit)
    )
    return db.execute(statement).all()


def count_flagged(db: Connection) -> int:
    return _counted(db, select(literal(1)).where(conversations.c.flagged != ""))


def count_unhandled(db: Connection) -> dict[str, int]:
    """Inbox rows by the state that keeps them from being done."""
    some = select(inbox.c.state).where(inbox.c.state != "handled").limit(MOST_COUNTED).subquery()
    statement = select(some.c.state, func.count()).group_by(some.c.state)
    return {state: int(count) for state, count in db.execute(statement)}


def count_wrong(db: Connection, above: int) -> dict[str, int]:
    """Messages of ours that failed, expired or are unclear, with ids above this."""
    states = outbox.c.state.in_(WRONG)
    some = select(outbox.c.state).where(states, outbox.c.id > above).limit(MOST_COUNTED).subquery()
    statement = select(some.c.state, func.count()).group_by(some.c.state)
    return {state: int(count) for state, count in db.execute(statement)}


def _counted(db: Connection, some: Any) -> int:
    within = some.limit(MOST_COUNTED).subquery()
    return int(db.execute(select(func.count()).select_from(within)).scalar_one())
