"""The rows that the turns of one batch lead to, written together at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from app.conversation.turn import (
    Changed,
    Consented,
    Effect,
    Registered,
    WantsIn,
    WantsOut,
    Withdrew,
)
from app.directory.names import name_key, words_of
from app.intake.channel import Channel
from app.store import conversations, dialogs, groups, outbox, participants, together
from app.store.engine import Db
from app.store.groups import Registration
from app.store.ids import Ids
from app.store.participants import Person
from app.text.segments import segments

REPLY, REMINDER, BULK = 0, 1, 2
"""Priorities of the outbox."""

Rows = list[dict[str, Any]]


@dataclass
class Writes:
    """Gathers rows; `write` sends each table's in one statement."""

    new_id: Ids
    now: datetime
    inbox: Rows = field(default_factory=list)
    new_conversations: Rows = field(default_factory=list)
    changed_conversations: Rows = field(default_factory=list)
    ended_conversations: Rows = field(default_factory=list)
    outbox: Rows = field(default_factory=list)
    dialogs: Rows = field(default_factory=list)
    consents: Rows = field(default_factory=list)
    wishes: Rows = field(default_factory=list)
    languages: list[tuple[int, str]] = field(default_factory=list)
    mutes: Rows = field(default_factory=list)
    registered: list[tuple[dict[str, Any], Registration]] = field(default_factory=list)
    changed: list[Registration] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    silenced: list[tuple[int, str]] = field(default_factory=list)
    """People and channels whose queued messages are cancelled: they opted out."""

    def __post_init__(self) -> None:
        lists = (getattr(self, each.name) for each in fields(self))
        self._lists: list[list[Any]] = [rows for rows in lists if isinstance(rows, list)]

    def mark(self) -> tuple[int, ...]:
        """Remember how far the lists are, to come `back_to`."""
        return tuple(map(len, self._lists))

    def back_to(self, mark: tuple[int, ...]) -> None:
        for rows, length in zip(self._lists, mark, strict=True):
            del rows[length:]

    def owe(self, channel: Channel, person: Person, text: str, **columns: Any) -> None:
        """Owe this person a text; `columns` are further ones of the outbox's row."""
        row = {
            "id": self.new_id(),
            "channel": channel.name,
            "participant_id": person.id,
            "conversation_id": None,
            "inbox_id": None,
            "address": person.address,
            "line": "",
            "text": text,
            "secret": "",
            "segments": segments(text).count,
            "priority": REPLY,
            "state": "queued",
            "reply_token": "",
            "dialog_id": "",
            "more": False,
            "tries": 0,
            "due_at": self.now,
            "expires_at": self.now + channel.reply_within,
            "created_at": self.now,
            "updated_at": self.now,
            **columns,
        }
        row["line"] = row["line"] or next(iter(channel.lines), "")
        self.outbox.append(row)

    def wish(
        self, person: Person, channel: Channel, wish: str, source: str, *, line: str, heard: str
    ) -> None:
        self.wishes.append(
            {
                "id": self.new_id(),
                "participant_id": person.id,
                "channel": channel.name,
                "wish": wish,
                "source": source,
                "line": line,
                "heard": heard,
                "at": self.now,
            }
        )
        if wish == "out":
            self.silenced.append((person.id, channel.name))

    def write(self, db: Db) -> None:
        for person, channel in self.silenced:
            outbox.cancel_for(db, person, channel, self.now)
        if self.ended_conversations:  # before the new ones: one flow has one open conversation
            conversations.change(db, self.ended_conversations)
        together.write(
            db,
            inbox=self.inbox,
            outbox=self.outbox,
            consents=self.consents,
            new_conversations=self.new_conversations,
            changed_conversations=self.changed_conversations,
        )
        dialogs.keep(db, self.dialogs)
        participants.record_wishes(db, self.wishes)
        participants.set_language(db, self.languages)
        participants.mute(db, self.mutes)
        groups.register(db, self.registered)
        for what in self.changed:
            groups.change(db, what, self.now)
        for code in self.withdrawn:
            groups.set_status(db, code, "withdrawn", self.now)


def note_effect(
    writes: Writes, effect: Effect, person: Person, channel: Channel, about: Mapping[str, Any]
) -> None:
    """Gather what an effect leads to; `about` has the inbox's and conversation's columns."""
    match effect:
        case Registered(code=code, fields=given):
            writes.registered.append(
                (
                    {
                        "id": writes.new_id(),
                        "participant_id": person.id,
                        "conversation_id": about["conversation_id"],
                        "flow": about["flow"],
                        "status": "registered",
                        "phone": "" if person.address.startswith("masked:") else person.address,
                        "language": about["language"],
                        "channel": channel.name,
                        "way": about["way"],
                        "tags": [],
                        "created_at": writes.now,
                        "updated_at": writes.now,
                    },
                    registration(code, given, person.address),
                )
            )
        case Changed(code=code, fields=given):
            writes.changed.append(registration(code, given, person.address))
        case Withdrew(code=code):
            writes.withdrawn.append(code)
        case Consented(step=step, wording=wording, given=yes):
            writes.consents.append(
                {
                    "id": writes.new_id(),
                    "participant_id": person.id,
                    "conversation_id": about["conversation_id"],
                    "flow": about["flow"],
                    "version": about["version"],
                    "step": step,
                    "language": about["language"],
                    "channel": channel.name,
                    "wording": wording,
                    "given": yes,
                    "heard": about["text"],
                    "at": writes.now,
                }
            )
        case WantsOut():
            writes.wish(person, channel, "out", "word", line=about["line"], heard=about["text"])
        case WantsIn():
            writes.wish(person, channel, "in", "word", line=about["line"], heard=about["text"])
        case _:
            pass  # NeedsHuman is in the conversation's own `flagged`


def registration(code: str, fields: Mapping[str, Any], address: str) -> Registration:
    name, contact = str(fields.get("name", "")), str(fields.get("contact", ""))
    words = words_of(name, contact, code, address.removeprefix("+"))
    return Registration(code, fields, name_key(name), words)
