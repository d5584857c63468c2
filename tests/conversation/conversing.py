"""Talking to the engine as intake does: the state is stored and loaded between turns."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from app.conversation.compiled import Flows
from app.conversation.engine import hear
from app.conversation.load import load_flows
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

FLOWS = Path(__file__).parent / "flows"
NOON = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SOMEBODY = Situation(Medium.SMS, default_flow="tiny", address="+989120000001")


@cache
def the_flows() -> Flows:
    return load_flows(FLOWS)


@dataclass
class Person:
    """Somebody with a phone. What the store would keep is kept here, as JSON."""

    flows: Flows = field(default_factory=the_flows)
    situation: Situation = SOMEBODY
    now: datetime = NOON
    last: Turn | None = None
    turns: int = 0

    @property
    def conversation(self) -> Conversation:
        assert self.situation.conversation is not None
        return self.situation.conversation

    def on(self, medium: Medium) -> "Person":
        self.situation = replace(self.situation, medium=medium)
        return self

    def says(self, *texts: str) -> Turn:
        """Send texts one after the other; gives the last turn."""
        for text in texts:
            turn = self.hears(HeardKind.TEXT, text)
        return turn

    def dials(self, suffix: str = "") -> Turn:
        return self.on(Medium.USSD).hears(HeardKind.DIALLED, suffix)

    def waits(self, time: timedelta) -> Turn | None:
        """Let time pass; silence is heard whenever it is due."""
        until = self.now + time
        turn = None
        while (wake := self.conversation.wake_at) and wake <= until:
            self.now = wake
            turn = self.hears(HeardKind.SILENCE)
        self.now = until
        return turn

    def hears(self, kind: HeardKind, text: str = "") -> Turn:
        self.turns += 1
        situation = replace(self.situation, fresh_code=f"C{self.turns}")
        turn = hear(self.flows, situation, Heard(kind, text), self.now)
        self.keep(turn)
        self.now += timedelta(minutes=1)
        self.last = turn
        return turn

    def keep(self, turn: Turn) -> None:
        groups = {group.code: group for group in self.situation.groups}
        for effect in turn.effects:
            match effect:
                case Registered(code, fields):
                    groups[code] = KnownGroup(code, "new", dict(fields))
                case Changed(code, fields):
                    groups[code] = replace(groups[code], fields={**groups[code].fields, **fields})
                case Withdrew(code):
                    del groups[code]
        out = self.situation.opted_out
        for effect in turn.effects:
            out = isinstance(effect, WantsOut) or (out and not isinstance(effect, WantsIn))
        stored = turn.conversation and restored(json.loads(json.dumps(saved(turn.conversation))))
        assert stored == turn.conversation
        self.situation = replace(
            self.situation, conversation=stored, groups=tuple(groups.values()), opted_out=out
        )
