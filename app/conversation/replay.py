"""A conversation rebuilt from what was heard, to see whether it comes out the same today."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.conversation.compiled import Flows
from app.conversation.engine import hear
from app.conversation.phone import through_json
from app.conversation.turn import Conversation, Heard, Situation, Turn


@dataclass(frozen=True)
class Recorded:
    """One turn as the store has it. The situation's conversation is ignored: it is rebuilt."""

    heard: Heard
    situation: Situation
    now: datetime
    said: tuple[str, ...]
    rule: str = ""
    step: str = ""
    """Where the conversation stood afterwards; empty if that is not known."""


@dataclass(frozen=True)
class Replayed:
    """What today's code makes of a recorded turn, and how that differs."""

    recorded: Recorded
    turn: Turn
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differences


def replay(
    flows: Flows, turns: Iterable[Recorded], begins: Conversation | None = None
) -> Iterator[Replayed]:
    """Each turn again, on the conversation that the turns before it make."""
    conversation = begins
    for recorded in turns:
        situation = replace(recorded.situation, conversation=conversation)
        turn = hear(flows, situation, recorded.heard, recorded.now)
        conversation = through_json(turn.conversation)
        yield Replayed(recorded, turn, tuple(differences(recorded, turn)))


def differences(recorded: Recorded, turn: Turn) -> Iterator[str]:
    if recorded.said != turn.says:
        yield "other words"
    if recorded.rule and recorded.rule != turn.rule:
        yield f"decided by {turn.rule!r}, then by {recorded.rule!r}"
    step = turn.conversation.step if turn.conversation else ""
    if recorded.step and recorded.step != step:
        yield f"stands at {step!r}, then at {recorded.step!r}"
