"""Long messages that arrive in parts, in any order, made whole."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from app.intake.item import Answer, Item, Rest, event_from
from app.intake.writes import Writes
from app.store import parts
from app.store.engine import Db
from app.store.parts import KeptPart, PartsKey
from app.text.fold import cleaned, storable
from gateway_adapters.contract import Message, Part

WAIT = timedelta(minutes=5)
"""Then what is there is handled without the rest. Carriers deliver parts within seconds."""
INCOMPLETE = " […]"


def join(db: Db, items: Sequence[Item], writes: Writes, answers: dict[str, Answer]) -> list[Item]:
    """Keep parts and put whole messages in their place; items that still wait are answered."""
    keys = {item.token: key for item in items if (key := _key(item)) is not None}
    if not keys:
        return list(items)
    parts.keep(db, [_row(item) for item in items if _is_part(item)])
    kept = parts.of(db, sorted(set(keys.values())))
    given_up = {keys[item.token] for item in items if isinstance(item.event, Rest)}
    whole = {key for key, found in kept.items() if key in given_up or len(found) >= found[0].total}
    parts.drop(db, sorted(whole))
    ready: list[Item] = []
    for item in items:
        key = keys.get(item.token)
        if key is None:
            ready.append(item)
        elif key in whole:
            whole.discard(key)
            carrier_id = getattr(item.event, "carrier_id", "")
            event = replace(together(kept[key]), carrier_id=carrier_id)
            ready.append(replace(item, event=event))
        else:
            answers[item.token] = Answer("joined")
            if _is_part(item):
                writes.inbox.append(_inbox_row(item, writes))
    return ready


def _is_part(item: Item) -> bool:
    return isinstance(item.event, Message) and item.event.part is not None


def together(found: Sequence[KeptPart]) -> Message:
    """Make one message of its parts; a hole is marked."""
    numbers = {part.number: str(part.message["text"]) for part in found}
    total = found[0].total
    text = "".join(numbers.get(number, INCOMPLETE) for number in range(1, total + 1))
    first: Message = event_from("message", found[0].message)
    return replace(first, text=text, part=None)


def _key(item: Item) -> PartsKey | None:
    """Which long message this belongs to, if to any."""
    match item.event:
        case Message(sender=sender, part=Part(reference=reference)):
            return item.channel, cleaned(sender), cleaned(reference)
        case Rest(sender=sender, reference=reference):
            return item.channel, sender, reference
        case _:
            return None


def _row(item: Item) -> dict[str, object]:
    event = item.event
    assert isinstance(event, Message)
    assert event.part is not None
    return {
        "channel": item.channel,
        "sender": cleaned(event.sender),
        "reference": cleaned(event.part.reference),
        "number": event.part.number,
        "total": max(event.part.total, 1),
        "message": {
            name: storable(value) if isinstance(value, str) else value
            for name, value in asdict(event).items()
        },
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
