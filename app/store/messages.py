"""What came in and what went out, side by side, newest first."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from app.store.schema import attempts, inbox, outbox, reports
from app.store.types import word

Direction = Literal["in", "out"]
Found = tuple[Direction, Row[Any]]


@dataclass(frozen=True, slots=True)
class Filter:
    direction: Direction | None = None
    state: tuple[str, ...] = ()
    channel: str = ""
    participant: int | None = None
    conversation: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(db: Connection, wanted: Filter, limit: int, below: int | None = None) -> Sequence[Found]:
    """Find messages by falling id, which is the order of time in both tables alike."""
    found: list[Found] = []
    if wanted.direction != "out":
        found += [("in", row) for row in db.execute(_of(inbox, wanted, limit, below))]
    if wanted.direction != "in":
        found += [("out", row) for row in db.execute(_of(outbox, wanted, limit, below))]
    return heapq.nlargest(limit, found, key=lambda pair: int(pair[1].id))


def _of(table: Any, wanted: Filter, limit: int, below: int | None) -> Any:
    came = table.c.received_at if table is inbox else table.c.created_at
    columns = [c for c in table.c if c.name != "raw"]
    statement = select(*columns).order_by(table.c.id.desc()).limit(limit)
    if below is not None:
        statement = statement.where(table.c.id < below)
    if wanted.state:
        statement = statement.where(table.c.state.in_(wanted.state))
    if wanted.channel:
        statement = statement.where(table.c.channel == wanted.channel)
    if wanted.participant is not None:
        statement = statement.where(table.c.participant_id == wanted.participant)
    if wanted.conversation is not None:
        statement = statement.where(table.c.conversation_id == wanted.conversation)
    if wanted.since:
        statement = statement.where(came >= wanted.since)
    if wanted.until:
        statement = statement.where(came < wanted.until)
    return statement


def by_id(db: Connection, message: int) -> Found | None:
    row = db.execute(select(outbox).where(outbox.c.id == message)).one_or_none()
    if row is not None:
        return "out", row
    row = db.execute(select(inbox).where(inbox.c.id == message)).one_or_none()
    return None if row is None else ("in", row)


def attempts_of(db: Connection, message: int) -> Sequence[Row[Any]]:
    statement = select(attempts).where(attempts.c.outbox_id == message)
    return db.execute(statement.order_by(attempts.c.id)).all()


def reports_of(db: Connection, message: int) -> Sequence[Row[Any]]:
    statement = select(reports).where(reports.c.outbox_id == message)
    return db.execute(statement.order_by(reports.c.id)).all()


def hold(db: Connection, message: int) -> Row[Any] | None:
    """One that we sent, held until the end of the transaction."""
    statement = select(outbox).where(outbox.c.id == message).with_for_update()
    return db.execute(statement).one_or_none()


def note_resent(db: Connection, message: int, again: int) -> None:
    db.execute(update(outbox).where(outbox.c.id == message).values(resent_as=again))


def cancel(db: Connection, message: int, reason: str, now: datetime) -> bool:
    """Cancel a message if it still waits."""
    waits = update(outbox).where(outbox.c.id == message, outbox.c.state == word("queued"))
    cancelled = waits.values(state="cancelled", reason=reason, secret="", updated_at=now)
    return db.execute(cancelled.returning(outbox.c.id)).first() is not None


# --- what nobody could handle ---------------------------------------------------------------


def to_look_at(
    db: Connection, states: Sequence[str], limit: int, below: int | None = None
) -> Sequence[Row[Any]]:
    """Inbox rows that want something of somebody, newest first."""
    statement = select(inbox).where(inbox.c.state != "handled", inbox.c.state.in_(states))
    if below is not None:
        statement = statement.where(inbox.c.id < below)
    return db.execute(statement.order_by(inbox.c.id.desc()).limit(limit)).all()


def received(db: Connection, row: int) -> Row[Any] | None:
    return db.execute(select(inbox).where(inbox.c.id == row)).one_or_none()
