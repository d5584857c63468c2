"""Handling again what could not be handled: what a carrier sent is kept, so it can be."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from app.hooks.door import Intake, request_from
from app.intake.channel import Channel
from app.intake.item import Item
from app.store import inbox, messages
from app.store.engine import Store
from gateway_adapters.contract import BadPayload, Event, Ignored, Message


async def replay(store: Store, intake: Intake, channels: Mapping[str, Channel], row_id: int) -> str:
    """Hand a kept row to the intake again; gives its state then.

    Raises ValueError if it still cannot be read. Done twice, or cut off half-way and done again,
    it has one effect: the second time its carrier's id is known.
    """
    row = await asyncio.to_thread(_read, store, row_id)
    channel = channels.get(row.channel)
    if channel is None:
        raise ValueError("its channel is gone")
    now = datetime.now(UTC)
    items = [Item(row.channel, event, now) for event in _events(row, channel)]
    await asyncio.to_thread(_give_up_key, store, row_id)
    answers = await intake.submit(items)
    poisoned = any(answer.state == "poisoned" for answer in answers)
    told = "handled again, and failed again" if poisoned else "handled again"
    await asyncio.to_thread(_settle, store, row_id, told)
    return "poisoned" if poisoned else "handled"


def _read(store: Store, row_id: int) -> Any:
    with store.read() as db:
        row = messages.received(db, row_id)
    if row is None:
        raise ValueError("there is no such row")
    return row


def _events(row: Any, channel: Channel) -> Sequence[Event]:
    """Read the message from its columns, or the kept request as the adapter reads it today."""
    if row.kind == "message" and row.sender:
        said = (row.sender, row.text, row.line, row.carrier_id, row.sent_at)
        return [Message(*said, reply_token=row.reply_token)]
    if row.raw is None:
        raise ValueError("its request is not kept any more")
    try:
        found = channel.adapter.receive(request_from(row.raw))
    except (BadPayload, orjson.JSONDecodeError, KeyError) as error:
        raise ValueError(str(error)) from error
    if not (events := [event for event in found if not isinstance(event, Ignored)]):
        raise ValueError("nothing in it wants handling")
    return events


def _give_up_key(store: Store, row_id: int) -> None:
    with store.write() as db:
        inbox.give_up_key(db, row_id)


def _settle(store: Store, row_id: int, told: str) -> None:
    with store.write() as db:
        inbox.settle(db, row_id, "handled", told, datetime.now(UTC))
