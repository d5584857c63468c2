"""What is true of each channel now: who serves it, its pace, why it rests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, literal, or_, select, update

from app.store.bulk import insert_for
from app.store.schema import channel_state


@dataclass(frozen=True, slots=True)
class ChannelState:
    channel: str
    lease_owner: str = ""
    lease_until: datetime | None = None
    next_send_at: datetime | None = None
    paused: bool = False
    pause_reason: str = ""
    probe_at: datetime | None = None
    poll_cursor: str = ""
    polled_at: datetime | None = None
    balance: str = ""
    last_error: str = ""
    last_error_at: datetime | None = None
    last_sent_at: datetime | None = None
    last_heard_at: datetime | None = None


def know(db: Connection, channels: list[str]) -> None:
    """Make a row for each channel that has none."""
    for name in channels:
        insert = insert_for(db, channel_state).from_select(
            ["channel"], select(literal(name)).where(literal(True))
        )
        db.execute(insert.on_conflict_do_nothing())


def states(db: Connection) -> dict[str, ChannelState]:
    named = ~channel_state.c.channel.startswith("~")  # leases that are no channel's
    rows = db.execute(select(channel_state).where(named)).mappings()
    return {row["channel"]: ChannelState(**row) for row in rows}


def lease(
    db: Connection, channel: str, owner: str, now: datetime, length: timedelta
) -> ChannelState | None:
    """Take or keep the right to serve a channel; None while another worker has it."""
    statement = (
        update(channel_state)
        .where(
            channel_state.c.channel == channel,
            or_(
                channel_state.c.lease_owner.in_([owner, ""]),
                channel_state.c.lease_until.is_(None),
                channel_state.c.lease_until <= now,
            ),
        )
        .values(lease_owner=owner, lease_until=now + length)
        .returning(*channel_state.c)
    )
    row = db.execute(statement).mappings().one_or_none()
    return None if row is None else ChannelState(**row)


def let_go(db: Connection, owner: str) -> None:
    """Give back every lease of a worker that stops."""
    db.execute(
        update(channel_state)
        .where(channel_state.c.lease_owner == owner)
        .values(lease_owner="", lease_until=None)
    )


def note(db: Connection, channel: str, **values: Any) -> None:
    """Set columns of a channel's row."""
    db.execute(update(channel_state).where(channel_state.c.channel == channel).values(**values))


def pause(db: Connection, channel: str, reason: str, probe_at: datetime | None = None) -> None:
    """Rest a channel; with `probe_at` the worker tries one message then."""
    note(db, channel, paused=True, pause_reason=reason, probe_at=probe_at)


def resume(db: Connection, channel: str) -> None:
    note(db, channel, paused=False, pause_reason="", probe_at=None)
