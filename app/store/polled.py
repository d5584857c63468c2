"""What polls brought, as it came, until it is taken in: many carriers hand it out only once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from app.store import channels
from app.store.bulk import insert_rows
from app.store.schema import polled


@dataclass(frozen=True, slots=True)
class Brought:
    """One answer; `cursor` is where the poll had asked from."""

    id: int
    channel: str
    cursor: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime


def keep(db: Connection, brought: Brought) -> None:
    columns = ("id", "channel", "cursor", "status", "headers", "body", "at")
    insert_rows(db, polled, [{name: getattr(brought, name) for name in columns}])


def left(db: Connection, channel: str) -> list[Brought]:
    """What an earlier worker kept and never took in, oldest first."""
    rows = select(polled).where(polled.c.channel == channel).order_by(polled.c.id)
    return [Brought(**row) for row in db.execute(rows).mappings()]


def done(db: Connection, brought: Brought, cursor: str, now: datetime) -> None:
    """It is taken in: forget it, and go on from here."""
    db.execute(delete(polled).where(polled.c.id == brought.id))
    channels.note(db, brought.channel, poll_cursor=cursor, polled_at=now)
