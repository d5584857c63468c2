"""Long messages that arrive in parts, in any order, made whole."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from sqlalchemy import Connection

from app.intake.item import Answer, Item, event_from
from app.intake.writes import Writes
from app.store import parts
from app.store.parts import KeptPart, PartsKey
from app.text.fold import cleaned
from gateway_adapters.contract import Message

WAIT = timedelta(minutes=5)
"""Then what is there is handled without the rest. Carriers deliver parts within seconds."""
INCOMPLETE = " […]"


def join(
    db: Connection, items: Sequence[Item], writes: Writes, answers: dict[str, Answer]
) -> list[Item]:
    """Keep parts and put whole messages in their place; items that still wait are answered."""
    partial = [item for item in items if isinstance(item.event, Message) and item.event.part]
    if not partial:
        return list(items)
    parts.keep(db, [_row(item) for item in partial])
    kept = parts.of(db, sorted({_key(item) for item in partial}))
    whole = {key for key, found in kept.items() if len(found) >= found[0].total}
    parts.drop(db, sorted(whole))
    ready: list[Item] = []
    for item in items:
        if item not in partial:
            ready.append(item)
        elif (key := _key(item)) in whole:
            whole.discard(key)
            ready.append(replace(item, event=together(kept[key])))
        else:
            answers[item.token] = Answer("joined")
            writes.inbox.append(_inbox_row(item, writes))
    return ready


def together(found: Sequence[KeptPart]) -> Message:
    """Make one message of its parts; a hole is marked."""
    numbers = {part.number: str(part.message["text"]) for part in found}
    total = found[0].total
    text = "".join(numbers.get(number, INCOMPLETE) for number in range(1, total + 1))
    first: Message = event_from("message", found[0].message)
    last: Message = event_from("message", found[-1].message)
    return replace(first, text=text, part=None, carrier_id=last.carrier_id)


def _key(item: Item) -> PartsKey:
    event = item.event
    assert isinstance(event, Message)
    assert event.part is not None
    return item.channel, cleaned(event.sender), cleaned(event.part.reference)


def _row(item: Item) -> dict[str, object]:
    event = item.event
    assert isinstance(event, Message)
    assert event.part is not None
    channel, sender, reference = _key(item)
    return {
        "channel": channel,
        "sender": sender,
        "reference": reference,
        "number": event.part.number,
        "total": max(event.part.total, 1),
        "message": {**asdict(event), "text": cleaned(event.text)},
        "raw": item.raw,
        "received_at": item.received_at,
    }


def _inbox_row(item: Item, writes: Writes) -> dict[str, object]:
    """Keep a part as its own row, so that its repeat is known as one."""
    event = item.event
    assert isinstance(event, Message)
    empty = dict.fromkeys(("heard", "problem", "screen", "reply_token"), "")
    return {
        "id": writes.new_id(),
        "channel": item.channel,
        "kind": "part",
        "key": cleaned(item.key),
        "carrier_id": cleaned(event.carrier_id),
        "participant_id": None,
        "conversation_id": None,
        "sender": cleaned(event.sender),
        "line": cleaned(event.recipient)[:32],
        "text": cleaned(event.text),
        "state": "joined",
        "rule": "part",
        "sent_at": event.sent_at,
        "received_at": item.received_at,
        "handled_at": writes.now,
        "raw": item.raw,
        "seen": 1,
        **empty,
    }
