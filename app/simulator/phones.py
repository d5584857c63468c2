"""The phones: what each shows, kept in memory and bounded; who looks on hears of changes."""

import itertools
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.simulator.sizes import screen_size, text_size

MOST_PHONES = 500
MOST_BUBBLES = 200
MOST_HELD = 50


class Way(StrEnum):
    """How far a text got. A phone's own: going, waiting, taken or refused; the others are ours."""

    GOING = "going"
    WAITING = "waiting"
    """Our hook did not keep it; the carrier tries again."""
    TAKEN = "taken"
    """Our hook acknowledged it."""
    REFUSED = "refused"
    HELD = "held"
    """The phone is off; the carrier keeps the text for it."""
    ARRIVED = "arrived"
    REPORTED = "reported"
    """It arrived, and our hook acknowledged the report."""
    UNREPORTED = "unreported"
    """It arrived, and the report was lost."""
    FAILED = "failed"


@dataclass(slots=True)
class Bubble:
    """One text on a phone's screen."""

    id: str
    mine: bool
    text: str
    at: datetime
    way: Way
    times: int = 1
    """How often the carrier brought it to us."""
    line: str = ""

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "mine": self.mine,
            "text": self.text,
            "at": self.at.isoformat(),
            "way": self.way.value,
            "times": self.times,
            "line": self.line,
            **text_size(self.text),
        }


@dataclass(slots=True)
class Dialog:
    """One USSD dialog as a phone shows it."""

    id: str
    code: str
    text: str = ""
    open: bool = True
    """Waits for input."""
    note: str = ""
    """Why there is no screen: lost, refused, away."""
    repeated_alike: bool | None = None
    """Whether a request that came twice got the same screen twice."""

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "code": self.code,
            "text": self.text,
            "open": self.open,
            "note": self.note,
            "repeated_alike": self.repeated_alike,
            **screen_size(self.text),
        }


@dataclass(slots=True)
class Phone:
    number: str
    on: bool = True
    bubbles: deque[Bubble] = field(default_factory=lambda: deque(maxlen=MOST_BUBBLES))
    dialog: Dialog | None = None
    held: deque[tuple[Bubble, str]] = field(default_factory=lambda: deque(maxlen=MOST_HELD))
    """What waits for the phone to be on, each with the carrier's id."""

    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "on": self.on,
            "bubbles": [bubble.shown() for bubble in self.bubbles],
            "dialog": self.dialog.shown() if self.dialog else None,
        }

    def __repr__(self) -> str:
        return "Phone()"


Look = Callable[[str, str, dict[str, Any]], None]
"""Told of a change: the phone's number, what kind it is, and what to show."""


class Phones:
    """All phones by number; the one that was touched least recently makes room."""

    def __init__(self) -> None:
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._ids = itertools.count(1)
        self._looks: list[Look] = []

    def on_change(self, look: Look) -> None:
        self._looks.append(look)

    def find(self, number: str) -> Phone | None:
        return self._phones.get(number)

    def touch(self, number: str) -> Phone:
        """Give the phone of this number, made if there is none."""
        phone = self._phones.pop(number, None) or Phone(number)
        self._phones[number] = phone
        while len(self._phones) > MOST_PHONES:
            self._phones.popitem(last=False)
        return phone

    def add(self, number: str, text: str, way: Way, *, mine: bool, line: str = "") -> Bubble:
        bubble = Bubble(str(next(self._ids)), mine, text, datetime.now(UTC), way, line=line)
        self.touch(number).bubbles.append(bubble)
        self.tell(number, "bubble", bubble.shown())
        return bubble

    def move(self, number: str, bubble: Bubble, way: Way) -> None:
        bubble.way = way
        self.tell(number, "bubble", bubble.shown())

    def show(self, number: str, dialog: Dialog | None) -> None:
        self.touch(number).dialog = dialog
        self.tell(number, "dialog", dialog.shown() if dialog else {})

    def wipe(self, number: str) -> None:
        """Empty a phone's list. What the service knows of its owner stays as it is."""
        self.touch(number).bubbles.clear()

    def tell(self, number: str, kind: str, shown: dict[str, Any]) -> None:
        for look in self._looks:
            look(number, kind, shown)
