"""Conversations for staff: who stands where, newest first, and who needs a human."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from app.store.schema import conversations, participants


@dataclass(frozen=True, slots=True)
class Filter:
    standing: tuple[str, ...] = ()
    flow: str = ""
    step: str = ""
    participant: int | None = None
    flagged: bool = False
    taken: bool = False


def _with_address() -> Select[Any]:
    return select(*conversations.c, participants.c.address).join(
        participants, participants.c.id == conversations.c.participant_id
    )


def page(
    db: Connection, wanted: Filter, limit: int, below: int | None = None
) -> Sequence[Row[Any]]:
    at = conversations.c
    statement = _with_address().order_by(at.id.desc()).limit(limit)
    if wanted.standing:
        statement = statement.where(at.standing.in_(wanted.standing))
    for column, value in ((at.flow, wanted.flow), (at.step, wanted.step)):
        if value:
            statement = statement.where(column == value)
    if wanted.participant is not None:
        statement = statement.where(at.participant_id == wanted.participant)
    if wanted.flagged:
        statement = statement.where(at.flagged != "")
    if wanted.taken:
        statement = statement.where(at.taken_by.is_not(None))
    if below is not None:
        statement = statement.where(at.id < below)
    return db.execute(statement).all()


def one(db: Connection, conversation: int, *, hold: bool = False) -> Row[Any] | None:
    statement = _with_address().where(conversations.c.id == conversation)
    if hold:
        statement = statement.with_for_update(of=conversations)
    return db.execute(statement).one_or_none()
