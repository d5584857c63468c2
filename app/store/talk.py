"""What people said in finished conversations, to measure flows by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.store.schema import conversations, inbox


def latest_finished(db: Connection, flow: str, version: int, limit: int) -> Sequence[Any]:
    """What was heard in the latest finished conversations, each conversation's in order."""
    latest = (
        select(conversations.c.id, conversations.c.participant_id, conversations.c.step)
        .where(
            conversations.c.flow == flow,
            conversations.c.version == version,
            conversations.c.standing == "done",
        )
        .order_by(conversations.c.id.desc())
        .limit(limit)
        .subquery()
    )
    statement = (
        select(
            inbox.c.conversation_id,
            inbox.c.kind,
            inbox.c.heard,
            inbox.c.text,
            inbox.c.received_at,
            latest.c.step,
        )
        .join(latest, latest.c.participant_id == inbox.c.participant_id)
        .where(latest.c.id == inbox.c.conversation_id)
        .where(inbox.c.heard != "")
        .order_by(inbox.c.conversation_id, inbox.c.id)
    )
    return db.execute(statement).all()
