"""Conversations: the latest of each person, kept turn by turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.conversation.turn import Conversation, Standing
from app.store.bulk import (
    Prepared,
    dumped,
    insert_rows,
    moment,
    prepared,
    unpacked,
    update_rows,
    value,
)
from app.store.engine import clock
from app.store.schema import conversations, participants
from app.store.types import word


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation with what the store knows of it besides."""

    id: int
    participant_id: int
    conversation: Conversation
    channel: str
    line: str
    taken_by: int | None
    turns: int
    updated_at: datetime


KEPT = tuple(
    conversations.c[name]
    for name in (
        *("id", "participant_id", "channel", "line", "taken_by", "turns", "updated_at"),
        *("flow", "version", "language", "step", "standing"),
        *("answers", "flagged", "wake_at", "state"),
    )
)


def latest_of(db: Connection, people: Sequence[int]) -> dict[int, Kept]:
    """Find each person's latest conversation, open or not."""
    if not people:
        return {}
    given = [{"id": person} for person in people]
    rows = _latest(db.dialect.name).run(db, {"rows": dumped(given)})
    return {row.participant_id: kept(row) for row in rows}


@cache
def _latest(dialect: str) -> Prepared:
    given = unpacked(dialect, [participants.c.id])
    newest = (
        select(func.max(conversations.c.id))
        .where(conversations.c.participant_id == given.c.id)
        .correlate(given)
        .scalar_subquery()
    )
    latest = select(*KEPT).join_from(given, conversations, conversations.c.id == newest)
    return prepared(latest, dialect)


def kept(row: Sequence[Any]) -> Kept:
    """Read a row of `KEPT`, whose order this follows: names cost too much here."""
    id_, participant, channel, line, taken_by, turns, updated_at = row[:7]
    flow, version, language, step, standing, answers, flagged, wake_at, state = row[7:]
    conversation = Conversation(
        flow,
        version,
        language,
        step,
        Standing(standing),
        value(answers),
        flagged,
        moment(wake_at),
        value(state),
    )
    return Kept(id_, participant, conversation, channel, line, taken_by, turns, moment(updated_at))


def columns_of(conversation: Conversation) -> dict[str, Any]:
    """What of a row the engine decides."""
    return {
        "flow": conversation.flow,
        "version": conversation.version,
        "language": conversation.language,
        "step": conversation.step,
        "standing": conversation.standing.value,
        "answers": dict(conversation.answers),
        "state": dict(conversation.state),
        "flagged": conversation.flagged,
        "wake_at": conversation.wake_at,
    }


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    insert_rows(db, conversations, rows)


def change(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    update_rows(db, conversations, rows)


def to_wake(db: Connection, limit: int) -> Sequence[tuple[int, str, str]]:
    """Whose silence is due to be heard: conversation id, the person's address, the channel."""
    due = (
        select(conversations.c.id, participants.c.address, conversations.c.channel)
        .join(participants, participants.c.id == conversations.c.participant_id)
        .where(
            conversations.c.standing == word("open"),
            conversations.c.wake_at <= clock(db),
            conversations.c.taken_by.is_(None),
        )
        .order_by(conversations.c.wake_at)
        .limit(limit)
    )
    return [(row.id, row.address, row.channel) for row in db.execute(due)]


def by_id(db: Connection, conversation: int) -> Kept | None:
    row = db.execute(select(*KEPT).where(conversations.c.id == conversation)).one_or_none()
    return None if row is None else kept(row)


def take(db: Connection, conversation: int, operator: int | None) -> bool:
    """Let an operator answer instead of the flow, or hand back with None."""
    statement = (
        update(conversations)
        .where(conversations.c.id == conversation)
        .values(taken_by=operator, **({"flagged": ""} if operator is None else {}))
    )
    return db.execute(statement).rowcount == 1


def who_is_where(db: Connection, flow: str) -> dict[tuple[int, str], int]:
    """How many open conversations stand in each version and step of a flow."""
    rows = db.execute(
        select(conversations.c.version, conversations.c.step, func.count())
        .where(conversations.c.flow == flow, conversations.c.standing == word("open"))
        .group_by(conversations.c.version, conversations.c.step)
    )
    return {(version, step): count for version, step, count in rows}


def hasten(db: Connection, address: str) -> bool:
    """Let this person's silence be heard now; whether there is an open conversation."""
    person = select(participants.c.id).where(participants.c.address == address).scalar_subquery()
    statement = update(conversations).where(
        conversations.c.participant_id == person, conversations.c.standing == word("open")
    )
    return db.execute(statement.values(wake_at=clock(db))).rowcount > 0


def inside(db: Connection, flow: str, version: int, limit: int, after: int = 0) -> Sequence[Kept]:
    """Open conversations of a version, held for this transaction, a batch at a time."""
    rows = db.execute(
        select(*KEPT)
        .where(
            conversations.c.flow == flow,
            conversations.c.version == version,
            conversations.c.standing == word("open"),
            conversations.c.id > after,
        )
        .order_by(conversations.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [kept(row) for row in rows]
