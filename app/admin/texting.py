"""Texts that staff owe people: checked against opt-outs, queued like any other, and audited."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.intake.channel import Channel
from app.intake.writes import REPLY, Writes
from app.store import audit, conversations, messages, outbox, participants
from app.store.conversations_search import one
from app.store.participants import Person
from app.text.fold import UNSEEN
from app.text.segments import segments

MOST_SEGMENTS = 10
SENT_WITHIN = timedelta(days=2)

Row = Any

SAFE_AGAIN = frozenset({"failed", "expired", "cancelled"})
"""States in which a message surely did not arrive, so that another is no double."""


def checked(text: str) -> str:
    """What may be sent: words, and no more of them than a phone takes as one message."""
    lines = [UNSEEN.sub("", line).strip() for line in text.splitlines()]
    text = "\n".join(lines).strip()
    if not text:
        raise Problem("invalid", "The text is empty.")
    if (size := segments(text).count) > MOST_SEGMENTS:
        raise Problem("invalid", f"The text has {size} segments; {MOST_SEGMENTS} are the most.")
    return text


def channel_for_texts(office: Office, name: str) -> Channel:
    """The channel that texts people heard on this one."""
    channel = office.channels.get(name)
    if channel is not None and "sms" not in channel.adapter.carries:
        channel = office.channels.get(channel.sms_through)
    if channel is None or not channel.adapter.sends:
        raise Problem("conflict", "No channel texts the people of this one.")
    return channel


def owe(
    office: Office, db: Any, person: Person, channel: Channel, text: str, **columns: Any
) -> int:
    """Queue a text to a person, unless they want none on this channel; gives its id."""
    if (person.id, channel.name) in participants.channels_left(db, [person.id]):
        raise Problem("conflict", "This person opted out of messages on this channel.")
    now = datetime.now(UTC)
    writes = Writes(office.new_id, now)
    columns = {"priority": REPLY, "expires_at": now + SENT_WITHIN, **columns}
    writes.owe(channel, person, text, **columns)
    outbox.add(db, writes.outbox)
    return int(writes.outbox[0]["id"])


def person_of(participant: int, address: str) -> Person:
    """As `owe` needs one: nothing is decided by the rest."""
    return Person(participant, address, "", False, 0, 0, None)


# --- messages -------------------------------------------------------------------------------


def resend(office: Office, caller: Caller, message: int, *, unclear_too: bool = False) -> int:
    """Send a message again as a new one, where the old one surely did not arrive."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        row = messages.hold(db, message)
        if row is None:
            raise not_found("message that we sent")
        if row.resent_as is not None:
            raise Problem("conflict", f"It was sent again already, as {row.resent_as}.")
        if row.dialog_id:
            raise Problem("conflict", "A screen cannot be sent again: its dialog is over.")
        if outbox.STARS in row.text:
            raise Problem("conflict", "A code is not sent again: people ask for a new one.")
        if row.state == "unclear" and not unclear_too:
            detail = "It may have arrived. Say `even_if_it_may_have_arrived` to send it twice."
            raise Problem("conflict", detail)
        if row.state not in SAFE_AGAIN | {"unclear"}:
            raise Problem("conflict", f"A message that is {row.state} is not sent again.")
        channel = channel_for_texts(office, row.channel)
        person = person_of(row.participant_id, row.address)
        again = owe(
            office,
            db,
            person,
            channel,
            row.text,
            line=row.line if channel.name == row.channel else "",
            conversation_id=row.conversation_id,
            inbox_id=row.inbox_id,
            priority=row.priority,
        )
        messages.note_resent(db, message, again)
        audit.note(db, caller.who, "message resent", f"message:{message}", now, {"as": str(again)})
    return again


def cancel(office: Office, caller: Caller, message: int) -> None:
    """Cancel a message that waits; one that a worker has taken goes its way."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        if not messages.cancel(db, message, "cancelled by staff", now):
            raise Problem("conflict", "Only a queued message can be cancelled.")
        audit.note(db, caller.who, "message cancelled", f"message:{message}", now)


# --- conversations --------------------------------------------------------------------------


def take_over(office: Office, caller: Caller, conversation: int) -> Row:
    """Answer instead of the flow from now on."""
    return _take(office, caller, conversation, caller.id)


def hand_back(office: Office, caller: Caller, conversation: int) -> Row:
    """Let the flow answer again; whatever asked for a human is done."""
    return _take(office, caller, conversation, None)


def _take(office: Office, caller: Caller, conversation: int, by: int | None) -> Row:
    now = datetime.now(UTC)
    with office.store.write() as db:
        row = one(db, conversation, hold=True)
        if row is None:
            raise not_found("conversation")
        if by is not None and row.taken_by not in (None, by):
            raise Problem("conflict", "Somebody else has taken it over.")
        if row.taken_by != by or (by is None and row.flagged):
            conversations.take(db, conversation, by)
            what = "conversation taken over" if by else "conversation handed back"
            audit.note(db, caller.who, what, f"conversation:{conversation}", now)
        return one(db, conversation)


def say(office: Office, caller: Caller, conversation: int, text: str) -> int:
    """Text the person as staff. The flow is silent only while the conversation is taken over."""
    text = checked(text)
    now = datetime.now(UTC)
    with office.store.write() as db:
        row = one(db, conversation)
        if row is None:
            raise not_found("conversation")
        if row.taken_by is None:
            raise Problem("conflict", "Take the conversation over first, so that one voice speaks.")
        if row.taken_by != caller.id:
            raise Problem("conflict", "Somebody else has taken it over.")
        channel = channel_for_texts(office, row.channel)
        line = row.line if channel.name == row.channel else ""
        person = person_of(row.participant_id, row.address)
        message = owe(office, db, person, channel, text, line=line, conversation_id=conversation)
        details = {"message": str(message)}
        audit.note(
            db, caller.who, "conversation said", f"conversation:{conversation}", now, details
        )
    return message
