"""One thing to take in, and how it is stored while the database is away."""

import itertools
import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from app.conversation.turn import Heard, HeardKind, Medium
from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Event,
    Message,
    OptedIn,
    OptedOut,
    Part,
    Phase,
    Report,
    Status,
)


@dataclass(frozen=True, slots=True)
class Silence:
    """A conversation's `wake_at` has come."""

    address: str
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """Said on the web page or typed by the help desk; the answer goes back to the caller."""

    address: str
    heard: Heard
    medium: Medium = Medium.WEB
    by_staff: bool = False
    """Typed by the help desk for a caller."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest of a long message never came: what is there is taken for the whole."""

    sender: str
    reference: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A request that nobody could read; kept for people to look at."""

    problem: str


Taken = Event | Silence | Spoken | Rest | Unread


_process = secrets.token_hex(12)
_numbers = itertools.count()


def _new_token() -> str:
    """Make a word that no other item has, in no process."""
    return f"{_process}{next(_numbers):x}"


@dataclass(frozen=True, slots=True)
class Item:
    channel: str
    event: Taken
    received_at: datetime
    raw: bytes | None = None
    token: str = field(default_factory=_new_token)
    """Stands in for the carrier's id where there is none."""

    @property
    def key(self) -> str:
        """What makes a repeat of this the same thing: the carrier's id, else our own."""
        carrier_id = getattr(self.event, "carrier_id", "")
        if not carrier_id:
            return f"o:{self.token}"
        # With the sender: phones that serve as gateways number their messages each for itself.
        return f"c:{carrier_id}:{getattr(self.event, 'sender', '')}"

    @property
    def kind(self) -> str:
        return KINDS[type(self.event)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item: words for callers that answer at once, and the inbox's state."""

    state: str
    says: tuple[str, ...] = ()
    more: bool = False
    conversation_id: int | None = None


KINDS: dict[type, str] = {
    Message: "message",
    DialogInput: "dialog",
    DialogEnded: "dialog_ended",
    OptedOut: "opted_out",
    OptedIn: "opted_in",
    Report: "report",
    Silence: "silence",
    Spoken: "spoken",
    Rest: "message",
    Unread: "unread",
}
OURS = (Silence, Spoken, Rest)
"""What no carrier tells; it is never spooled."""
SPOOLED = {kind: event for event, kind in KINDS.items() if event not in OURS}


def stored(item: Item) -> dict[str, Any]:
    """Give an item as JSON can hold it; `restored` is its inverse."""
    raw = None if item.raw is None else item.raw.decode("latin-1")
    return {
        "channel": item.channel,
        "kind": item.kind,
        "event": asdict(item.event),
        "received_at": item.received_at.isoformat(),
        "raw": raw,
        "token": item.token,
    }


def restored(row: dict[str, Any]) -> Item:
    return Item(
        row["channel"],
        event_from(row["kind"], row["event"]),
        datetime.fromisoformat(row["received_at"]),
        None if row["raw"] is None else row["raw"].encode("latin-1"),
        row["token"],
    )


def event_from(kind: str, given: dict[str, Any]) -> Any:
    event = SPOOLED[kind]
    known = {f.name for f in fields(event)}
    values = {name: value for name, value in given.items() if name in known - {"otherwise"}}
    if values.get("part"):
        values["part"] = Part(**values["part"])
    if values.get("sent_at"):
        values["sent_at"] = datetime.fromisoformat(str(values["sent_at"]))
    if "phase" in values:
        values["phase"] = Phase(values["phase"])
    if "status" in values:
        values["status"] = Status(values["status"])
    return event(**values)


def heard_of(event: Taken, suffix: str = "") -> Heard:
    """What the engine hears; `suffix` is what was dialled beyond our code."""
    match event:
        case DialogInput(phase=Phase.BEGIN, input=typed):
            return Heard(HeardKind.DIALLED, typed or suffix)
        case DialogInput(phase=Phase.END, input=typed):
            return Heard(HeardKind.HUNG_UP, typed)
        case DialogEnded():
            return Heard(HeardKind.HUNG_UP)
        case Silence():
            return Heard(HeardKind.SILENCE)
        case Spoken(heard=heard):
            return heard
        case DialogInput(input=typed):
            return Heard(HeardKind.TEXT, typed)
        case Message(text=text):
            return Heard(HeardKind.TEXT, text)
        case _:
            return Heard(HeardKind.TEXT)
