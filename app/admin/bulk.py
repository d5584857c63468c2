"""One text to many groups: counted and priced before, with the words that end it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.admin.texting import MOST_SEGMENTS, checked
from app.intake.channel import Channel
from app.store import audit, bulks, groups_search
from app.store.groups_search import Filter
from app.text.segments import Segments, segments

REGULATOR_ENDING = "لغو۱۱"
"""Iran's regulator wants service senders' messages to end with this."""
ENDING = "STOP: no more messages"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulk message would be."""

    text: str
    size: Segments
    channel: Channel
    line: str
    recipients: int
    opted_out: int

    @property
    def all_segments(self) -> int:
        return self.size.count * (self.recipients - self.opted_out)


def plan(
    office: Office, channel_name: str, line: str, text: str, ending: str, wanted: Filter
) -> Plan:
    channel = office.channels.get(channel_name)
    if channel is None or "sms" not in channel.adapter.carries or not channel.adapter.sends:
        raise Problem("invalid", "There is no such channel that texts people.")
    if line and line not in channel.lines:
        raise Problem("invalid", "The channel has no such line.")
    whole = f"{checked(text)}\n{_ending(channel, ending)}"
    size = segments(whole)
    if size.count > MOST_SEGMENTS:
        detail = f"With its ending it has {size.count} segments; {MOST_SEGMENTS} are the most."
        raise Problem("invalid", detail)
    with office.store.read() as db:
        people, left = bulks.reach(db, wanted, channel_name)
    return Plan(whole, size, channel, line, people, left)


def _ending(channel: Channel, ending: str) -> str:
    if channel.regulator_words:
        return REGULATOR_ENDING
    return checked(ending) if ending.strip() else ENDING


def send(
    office: Office, caller: Caller, planned: Plan, wanted: Filter, valid_for: timedelta
) -> Any:
    """Have it sent: a worker queues it page by page."""
    now = datetime.now(UTC)
    bulk = office.new_id()
    row = {
        "id": bulk,
        "who": caller.who,
        "channel": planned.channel.name,
        "line": planned.line,
        "text": planned.text,
        "segments": planned.size.count,
        "filter": groups_search.stored(wanted),
        "state": "running",
        "expires_at": now + valid_for,
        "created_at": now,
        "updated_at": now,
    }
    with office.store.write() as db:
        bulks.add(db, row)
        details = {"channel": planned.channel.name, "recipients": planned.recipients}
        audit.note(db, caller.who, "bulk message sent", f"bulk:{bulk}", now, details)
        return bulks.one(db, bulk)


def cancel(office: Office, caller: Caller, bulk: int) -> Any:
    """Queue no more of it, and cancel what still waits."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        if bulks.one(db, bulk) is None:
            raise not_found("bulk message")
        if not bulks.cancel(db, bulk, now):
            raise Problem("conflict", "It is cancelled already.")
        audit.note(db, caller.who, "bulk message cancelled", f"bulk:{bulk}", now)
    while True:
        with office.store.write() as db:
            if not bulks.cancel_queued(db, bulk, now):
                return bulks.one(db, bulk)
