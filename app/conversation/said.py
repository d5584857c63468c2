"""A text with what is needed to judge it, and the ways to begin and to go on after it."""

from dataclasses import dataclass
from datetime import datetime

from app.conversation.compiled import Flow, Flows
from app.conversation.definition import END
from app.conversation.move import ask_again, start
from app.conversation.show import short
from app.conversation.talk import Talk, begun
from app.conversation.turn import Situation, Standing, WantsIn
from app.conversation.understand import Asked


@dataclass(slots=True)
class Said:
    """A text with what the rules need to judge it."""

    flows: Flows
    situation: Situation
    now: datetime
    text: str
    word: str
    talk: Talk | None

    @property
    def live(self) -> Talk | None:
        """A conversation that an answer may belong to: open, or ended by silence."""
        talk = self.talk
        if talk is None or talk.step not in talk.flow.steps:
            return None
        return talk if talk.standing in {Standing.OPEN, Standing.EXPIRED} else None

    @property
    def language(self) -> str:
        if self.talk:
            return self.talk.language
        flow = home(self.flows, self.situation)
        return flow.speaks(self.situation.language) if flow else self.situation.language

    def asked(self, talk: Talk) -> Asked:
        assert talk.question is not None
        return Asked(
            talk.flow,
            talk.question,
            talk.language,
            talk.options_of(talk.question),
            self.situation.address,
            self.now,
            self.flows.words,
        )


def home(flows: Flows, situation: Situation) -> Flow | None:
    """The flow that speaks when none is open: the line's, or the last one, or the front one."""
    if flow := flows.current(situation.default_flow):
        return flow
    stored = situation.conversation
    if stored and (flow := flows.current(stored.flow)):
        return flow
    return flows.front


def started(said: Said, flow: Flow, language: str) -> Talk:
    talk = said.talk
    unfinished = talk and talk.standing is not Standing.DONE and talk.question
    if talk and unfinished and talk.flow.name == flow.name:
        if language:
            talk.language = talk.flow.speaks(language)
        note = "going_on_open" if talk.trail else ""
        return reopened(talk, note, *welcome(said.situation))
    fresh = begun(said.flows, flow, said.situation, said.now, language or said.situation.language)
    if talk and talk.step != END and talk.question is None:
        fresh.note("changed")
    fresh.effects.extend(welcome(said.situation))
    start(fresh)
    return fresh


def welcome(situation: Situation) -> tuple[WantsIn, ...]:
    return (WantsIn(),) if situation.opted_out else ()


def reopened(talk: Talk, note: str = "", *effects: WantsIn) -> Talk:
    """The open question once more, after a note."""
    talk.standing = Standing.OPEN
    talk.effects.extend(effects)
    if note:
        talk.note(note)
    misses = talk.misses
    ask_again(talk)
    talk.misses = misses
    return talk


def late(talk: Talk, words: str) -> None:
    """Say which question a late answer was taken for."""
    if talk.standing is not Standing.EXPIRED or talk.question is None:
        return
    talk.standing = Standing.OPEN
    talk.note("late", answer=short(words, 20), question=talk.words(talk.question))
