"""The words the engine speaks with its callers: what was heard, what is known, what follows.

All values; every one of them survives being stored as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Medium(StrEnum):
    """How a person reaches us; a flow may have other words for each."""

    SMS = "sms"
    USSD = "ussd"
    WEB = "web"


class HeardKind(StrEnum):
    TEXT = "text"
    DIALLED = "dialled"
    """A USSD dialog or web visit begins; the text is the dialled suffix, often empty."""
    SILENCE = "silence"
    """`wake_at` of the conversation has come."""
    HUNG_UP = "hung_up"
    """The dialog ended without an answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    kind: HeardKind
    text: str = ""


class Standing(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    """Waits for the person."""
    DONE = "done"
    """Came to its end."""
    STOPPED = "stopped"
    """The person stopped it."""
    EXPIRED = "expired"
    """Silence ended it; a late answer may open it again."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where one participant stands in one flow, pinned to the flow's version."""

    flow: str
    version: int
    language: str
    step: str
    standing: Standing = Standing.OPEN
    answers: Mapping[str, Any] = field(default_factory=dict)
    flagged: str = ""
    """Why a human should look, else empty."""
    wake_at: datetime | None = None
    """When silence is heard next."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What only the engine reads: misses, the way back, pages, an open near-miss question."""


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group this participant registered before."""

    code: str
    status: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything about the participant and the line that a turn may depend on."""

    medium: Medium
    conversation: Conversation | None = None
    """The latest one, open or not."""
    groups: tuple[KnownGroup, ...] = ()
    language: str = ""
    """What the participant chose before, else empty."""
    opted_out: bool = False
    regulator_words: bool = False
    """11 and 12 mean opt out and opt in on this line (Iran)."""
    default_flow: str = ""
    """The flow that any first text starts on this line; empty: only keywords do."""
    fresh_code: str = ""
    """The tracking code to give if this turn registers a group."""
    address: str = ""
    """The participant's own number in E.164, empty when masked."""


# --- what follows from a turn besides words -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Withdrew:
    code: str


@dataclass(frozen=True, slots=True)
class Consented:
    """A consent as a record: the exact wording that was answered."""

    step: str
    wording: str
    given: bool


@dataclass(frozen=True, slots=True)
class WantsOut:
    """Nothing more to this person on this channel."""


@dataclass(frozen=True, slots=True)
class WantsIn:
    pass


@dataclass(frozen=True, slots=True)
class NeedsHuman:
    reason: str


Effect = Registered | Changed | Withdrew | Consented | WantsOut | WantsIn | NeedsHuman


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing heard and what we say to it.

    `says` has one entry per SMS message (each already proven to fit), exactly one entry, the
    screen, on USSD; it is empty where silence is right. `more` keeps a USSD dialog open.
    `rule` names the row of the decision table that decided.
    """

    conversation: Conversation | None
    says: tuple[str, ...] = ()
    by_sms: tuple[str, ...] = ()
    """On USSD and the web: what goes out by SMS besides, like the tracking code."""
    more: bool = False
    effects: tuple[Effect, ...] = ()
    rule: str = ""
    language: str = ""
    began: bool = False
    """`conversation` is a new one, not the situation's going on (a sign-up begun again, another
    flow); an open one before it ends there."""
    path: tuple[str, ...] = ()
    """The steps that this turn went over, from the one answered to the one asked."""
