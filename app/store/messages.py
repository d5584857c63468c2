"""What came in and what went out, side by side, newest first."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, literal, select, tuple_, update

from app.store.groups_search import Place
from app.store.schema import attempts, conversations, inbox, outbox, reports
from app.store.types import word

Direction = Literal["in", "out"]
Found = tuple[Direction, Row[Any]]
STATES: Mapping[Direction, Sequence[str]] = {
    "in": ("handled", "poisoned", "unread", "waiting"),
    "out": (
        "queued",
        "sending",
        "sent",
        "delivered",
        "failed",
        "expired",
        "unclear",
        "cancelled",
    ),
}


@dataclass(frozen=True, slots=True)
class Filter:
    direction: Direction | None = None
    state: tuple[str, ...] = ()
    channel: str = ""
    participant: int | None = None
    conversation: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def by_time(self) -> bool:
        """Ids fall in the order in which rows were written; a spool is written late."""
        return bool(self.since or self.until)


def page(db: Connection, wanted: Filter, limit: int, below: Place | None = None) -> Sequence[Found]:
    """Find messages by falling id, or by falling time where a time is asked for."""
    found: list[Found] = []
    tables: Mapping[Direction, Any] = {"in": inbox, "out": outbox}
    for direction, table in tables.items():
        states = [state for state in STATES[direction] if state in wanted.state]
        if wanted.direction in (None, direction) and bool(states) == bool(wanted.state):
            rows = db.execute(_of(table, wanted, states, limit, below))
            found += [(direction, row) for row in rows]

    def order(one: Found) -> tuple[Any, ...]:
        place = place_of(one, wanted)
        return (place.at, place.id) if wanted.by_time else (place.id,)

    return heapq.nlargest(limit, found, key=order)


def place_of(one: Found, wanted: Filter) -> Place:
    direction, row = one
    came = row.received_at if direction == "in" else row.created_at
    return Place(row.id, came if wanted.by_time else None)


def _of(table: Any, wanted: Filter, states: Sequence[str], limit: int, below: Place | None) -> Any:
    came = table.c.received_at if table is inbox else table.c.created_at
    statement = select(*(c for c in table.c if c.name != "raw")).limit(limit)
    if not wanted.by_time:
        statement = statement.order_by(table.c.id.desc())
        if below is not None:
            statement = statement.where(table.c.id < below.id)
    else:
        statement = statement.order_by(came.desc(), table.c.id.desc())
        if below is not None and below.at:
            place = tuple_(literal(below.at, came.type), literal(below.id))
            statement = statement.where(tuple_(came, table.c.id) < place)
    if states:
        statement = statement.where(table.c.state.in_([word(state) for state in states]))
    if wanted.channel:
        statement = statement.where(table.c.channel == wanted.channel)
    if wanted.participant is not None:
        statement = statement.where(table.c.participant_id == wanted.participant)
    if wanted.conversation is not None:  # by its person, for whom both tables have an index
        whose = select(conversations.c.participant_id).where(
            conversations.c.id == wanted.conversation
        )
        statement = statement.where(
            table.c.participant_id == whose.scalar_subquery(),
            table.c.conversation_id == wanted.conversation,
        )
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
