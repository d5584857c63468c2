"""Delivery reports: matched to our messages in batches, parked when they come first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.store.bulk import insert_rows, update_rows
from app.store.outbox import MAY_BECOME
from app.store.schema import carrier_ids, outbox, reports

BECOMES = {
    "queued": "sent",  # the carrier has it: for us it is sent
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "rejected": "failed",
    "expired": "expired",
}
"""What a message becomes by a report's status."""

Key = tuple[str, str, str]
"""Channel, carrier id, our id."""


def match(db: Connection, keys: Sequence[Key]) -> dict[Key, tuple[int, int, str]]:
    """Find the messages that these reports speak of: outbox id, participant, state."""
    by_ours = {int(ours): (channel, carrier, ours) for channel, carrier, ours in keys if _id(ours)}
    by_theirs: dict[tuple[str, str], list[Key]] = {}
    for key in keys:
        if key[1]:
            by_theirs.setdefault((key[0], key[1]), []).append(key)
    found: dict[Key, tuple[int, int, str]] = {}
    for row in _by_carrier_id(db, list(by_theirs)):
        for key in by_theirs[row.channel, row.carrier_id]:
            found[key] = (row.id, row.participant_id, row.state)
    if by_ours:
        columns = (outbox.c.id, outbox.c.channel, outbox.c.participant_id, outbox.c.state)
        wanted = select(*columns).where(outbox.c.id.in_(list(by_ours)))
        for row in db.execute(wanted.order_by(outbox.c.id).with_for_update()):
            if row.channel == (key := by_ours[row.id])[0]:
                found[key] = (row.id, row.participant_id, row.state)
    return found


def _id(ours: str) -> bool:
    return ours.isascii() and ours.isdigit() and int(ours) < 2**63


def _by_carrier_id(db: Connection, keys: Sequence[tuple[str, str]]) -> Sequence[Any]:
    rows: list[Any] = []
    for channel in {channel for channel, _ in keys}:
        ids = [carrier_id for of, carrier_id in keys if of == channel]
        wanted = (outbox.c.id, outbox.c.channel, outbox.c.participant_id, outbox.c.state)
        first = select(*wanted, outbox.c.carrier_id).where(
            outbox.c.channel == channel,
            outbox.c.carrier_id.in_(ids),
            outbox.c.carrier_id != "",
        )
        more = (
            select(*wanted, carrier_ids.c.carrier_id)
            .join(carrier_ids, carrier_ids.c.outbox_id == outbox.c.id)
            .where(carrier_ids.c.channel == channel, carrier_ids.c.carrier_id.in_(ids))
        )
        rows += [*db.execute(first).all(), *db.execute(more).all()]
    return rows


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep reports; those without an `outbox_id` are parked."""
    insert_rows(db, reports, rows)


def move(db: Connection, news: Mapping[int, tuple[str, str, str]], now: datetime) -> None:
    """Move messages forward: outbox id -> (state now, report's status, reason)."""
    rows = [
        {"id": message, "state": BECOMES[status], "reason": reason, "updated_at": now}
        for message, (state, status, reason) in sorted(news.items())
        if BECOMES[status] in MAY_BECOME[state]
    ]
    update_rows(db, outbox, rows)


def parked(db: Connection, channel: str, carrier_ids_: Iterable[str]) -> Sequence[Any]:
    """Reports that came before we knew these carrier ids, oldest first."""
    statement = select(reports).where(
        reports.c.outbox_id.is_(None),
        reports.c.channel == channel,
        reports.c.carrier_id.in_(list(carrier_ids_)),
    )
    return db.execute(statement.order_by(reports.c.id)).all()


def parked_by_mischance(
    db: Connection, channel: str, since: datetime
) -> tuple[Sequence[Any], dict[str, int]]:
    """Reports parked lately whose message is known by now, and which message that is.

    Such a report was read while we wrote down the carrier's id: neither saw the other.
    """
    lately = select(reports).where(
        reports.c.outbox_id.is_(None),
        reports.c.channel == channel,
        reports.c.at >= since,
        reports.c.carrier_id != "",
    )
    found = db.execute(lately.order_by(reports.c.id)).all()
    if not found:
        return [], {}
    known = _by_carrier_id(db, [(channel, row.carrier_id) for row in found])
    ids = {row.carrier_id: int(row.id) for row in known}
    return [row for row in found if row.carrier_id in ids], ids


def settle_parked(
    db: Connection, early: Sequence[Any], ids: Mapping[str, int], now: datetime
) -> None:
    """Tie parked reports to the messages we know by now, and move those forward."""
    tied = [{"id": row.id, "outbox_id": ids[row.carrier_id]} for row in early]
    update_rows(db, reports, tied)
    for row in early:  # in the order they came; each may go further than the one before
        message = ids[row.carrier_id]
        state = db.execute(select(outbox.c.state).where(outbox.c.id == message)).scalar_one()
        move(db, {message: (state, row.status, row.reason)}, now)
