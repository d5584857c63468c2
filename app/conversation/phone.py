"""Somebody with a phone, for scripts and `muster flows play`: what intake and the store would do.

The conversation goes through JSON between turns, as it does in the store.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.conversation.compiled import Flow, Flows
from app.conversation.engine import hear
from app.conversation.stored import restored, saved
from app.conversation.turn import (
    Changed,
    Conversation,
    Heard,
    HeardKind,
    KnownGroup,
    Medium,
    Registered,
    Situation,
    Turn,
    WantsIn,
    WantsOut,
    Withdrew,
)

ADDRESS = "+989120000001"
STARTS = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001  in the flow's zone
BETWEEN_TURNS = timedelta(seconds=30)
FIRST_CODE = 10_000_000


def noon(zone: ZoneInfo, written: str = "") -> datetime:
    """When to begin: what is written, or a noon in spring, in the flow's zone."""
    starts = datetime.fromisoformat(written) if written else STARTS
    return starts.replace(tzinfo=starts.tzinfo or zone).astimezone(UTC)


@dataclass
class Phone:
    flows: Flows
    situation: Situation
    now: datetime
    turns: int = 0
    walked: set[tuple[str, str, str]] = field(default_factory=set)
    """Flow, step, next step."""

    @property
    def step(self) -> str:
        return self.situation.conversation.step if self.situation.conversation else ""

    def change(self, medium: Medium) -> None:
        self.situation = replace(self.situation, medium=medium)

    def hears(self, kind: HeardKind, text: str = "") -> Turn:
        self.turns += 1
        situation = replace(self.situation, fresh_code=str(FIRST_CODE + self.turns))
        turn = hear(self.flows, situation, Heard(kind, text), self.now)
        self.situation = after(self.situation, turn)
        if conversation := turn.conversation:
            path = ("", *turn.path) if turn.began else turn.path
            self.walked.update((conversation.flow, *pair) for pair in pairwise(path))
        self.now += BETWEEN_TURNS
        return turn

    def waits(self, time: timedelta) -> Iterator[Turn]:
        """Let time pass. What is due goes out by SMS, however the person came."""
        until = self.now + time
        while (conversation := self.situation.conversation) and (wake := conversation.wake_at):
            if wake > until:
                break
            self.now = max(wake, self.now)
            came = self.situation.medium
            self.change(Medium.SMS)
            yield self.hears(HeardKind.SILENCE)
            self.change(came)
        self.now = max(until, self.now)


def through_json(conversation: Conversation | None) -> Conversation | None:
    """What comes back from the store."""
    return conversation and restored(json.loads(json.dumps(saved(conversation))))


def somebody(flow: Flow, medium: Medium, language: str = "", number: str = ADDRESS) -> Situation:
    return Situation(medium, language=language, default_flow=flow.name, address=number)


def after(situation: Situation, turn: Turn) -> Situation:
    """The situation at the next turn; the conversation has been through JSON, as in the store."""
    groups = {group.code: group for group in situation.groups}
    out = situation.opted_out
    for effect in turn.effects:
        match effect:
            case Registered(code, fields):
                groups[code] = KnownGroup(code, "new", fields)
            case Changed(code, fields) if code in groups:
                groups[code] = replace(groups[code], fields={**groups[code].fields, **fields})
            case Withdrew(code) if code in groups:
                del groups[code]
            case WantsOut():
                out = True
            case WantsIn():
                out = False
    stored = through_json(turn.conversation)
    return replace(
        situation,
        conversation=stored,
        groups=tuple(groups.values()),
        opted_out=out,
        language=turn.language or situation.language,
    )
