"""Delivery reports, taken in many at once; they only ever move a message forward."""

from collections.abc import Sequence
from datetime import datetime

from app.intake.item import Item
from app.store import outbox, participants, reports
from app.store.engine import Db, clock
from app.store.ids import Ids
from app.text.fold import cleaned
from gateway_adapters.contract import Report


def take_reports(db: Db, items: Sequence[Item], new_id: Ids) -> None:
    """Keep every report, move the messages it speaks of, park what we cannot match yet."""
    now = clock(db)
    told = [(item, event) for item in items if isinstance(event := item.event, Report)]
    found = reports.match(db, [_key(item, event) for item, event in told])
    rows, left = [], set()
    news: dict[int, tuple[str, str, str]] = {}
    for item, event in told:
        message = found.get(_key(item, event))
        rows.append(
            {
                "id": new_id(),
                "channel": item.channel,
                "outbox_id": message[0] if message else None,
                "carrier_id": cleaned(event.carrier_id),
                "our_id": cleaned(event.our_id),
                "status": event.status.value,
                "reason": cleaned(event.reason),
                "at": now,
            }
        )
        if message is not None:
            if _is_news(news.get(message[0]), event):
                news[message[0]] = (message[2], event.status.value, cleaned(event.reason))
            if event.opted_out:
                left.add((message[1], item.channel))
    reports.add(db, rows)
    reports.move(db, news, now)
    participants.record_wishes(db, [_wish(new_id(), *who, now) for who in sorted(left)])
    for person, channel in sorted(left):
        outbox.cancel_for(db, person, channel, now)


ORDER = ("queued", "sent", "expired", "failed", "rejected", "delivered")


def _is_news(had: tuple[str, str, str] | None, event: Report) -> bool:
    """Whether this report goes further than another of the same batch."""
    return had is None or ORDER.index(event.status.value) >= ORDER.index(had[1])


def _key(item: Item, event: Report) -> reports.Key:
    return item.channel, cleaned(event.carrier_id), cleaned(event.our_id)


def _wish(row: int, person: int, channel: str, now: datetime) -> dict[str, object]:
    return {
        "id": row,
        "participant_id": person,
        "channel": channel,
        "wish": "out",
        "source": "carrier",
        "line": "",
        "heard": "",
        "at": now,
    }
