"""The help desk's way into a flow: what a caller says on the phone is heard like a text."""

import asyncio
from datetime import datetime

from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import Problem
from app.conversation.turn import Heard, HeardKind
from app.intake.channel import Channel
from app.intake.desk import Busy
from app.intake.item import Answer, Item, Spoken
from app.intake.spooling import NotKept
from app.store import audit


async def speak(
    office: Office, caller: Caller, phone: str, text: str, channel_name: str, now: datetime
) -> Answer:
    channel = _channel(office, channel_name)
    address = channel.address_of(phone)
    if not address:
        raise Problem("invalid", "This is no phone number.")
    item = Item(channel.name, Spoken(address, Heard(HeardKind.TEXT, text), by_staff=True), now)
    await asyncio.to_thread(_note, office, caller, channel.name, now)
    try:
        answer = (await office.submit([item]))[0]
    except (Busy, NotKept) as error:
        detail = "The intake cannot take more just now."
        raise Problem("unavailable", detail, retry_after=2) from error
    if answer.state == "poisoned":
        raise Problem("failed", "The flow could not digest this; it is kept for a look.")
    return answer


def _channel(office: Office, name: str) -> Channel:
    texting = {n: c for n, c in office.channels.items() if "sms" in c.adapter.carries}
    found = texting.get(name) if name else next(iter(texting.values()), None)
    if found is None:
        raise Problem("conflict", "There is no such channel that texts people.")
    return found


def _note(office: Office, caller: Caller, channel: str, now: datetime) -> None:
    with office.store.write() as db:
        audit.note(db, caller.who, "spoke for a caller", f"channel:{channel}", now)
