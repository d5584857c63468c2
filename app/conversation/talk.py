"""One turn while it is made: what is stored, opened up, and what will be said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.conversation.compiled import Flow, Flows, Step
from app.conversation.definition import END
from app.conversation.listing import GROUPS
from app.conversation.options import Entry, Options, options
from app.conversation.show import show_answer, show_code, show_group, show_phone, show_status
from app.conversation.turn import (
    Conversation,
    Effect,
    KnownGroup,
    Medium,
    Situation,
    Standing,
)

WITHDRAWN = "withdrawn"
MOST_TRAIL = 40


@dataclass(slots=True)
class Talk:
    flows: Flows
    flow: Flow
    situation: Situation
    now: datetime
    language: str
    step: str = END
    standing: Standing = Standing.OPEN
    answers: dict[str, Any] = field(default_factory=dict)
    flagged: str = ""
    wake_at: datetime | None = None

    # What only the engine reads, stored as `state`.
    trail: list[list[Any]] = field(default_factory=list)
    """The steps answered, each with the answers it put aside: the way back."""
    misses: int = 0
    asked_back: int = 0
    """How often the open question's answers were only near."""
    page: int = 0
    near: Any = None
    """An answer that was asked back and waits for a yes."""
    near_named: str = ""
    """What was named inside of `near`: a town, where its province was asked for."""
    over: str = ""
    """A question of the engine's own that stands before the step's: `language`."""
    editing: bool = False
    """A correction: what is still answered is passed over."""
    listing: bool = False
    """The options are shown although this medium does not list them at once."""
    reminded: bool = False
    prefix: str = ""
    """What stood above the question on the first of its pages."""
    tail: list[str] = field(default_factory=list)
    """Last screens still to be shown."""
    asked_on: str = ""
    """The medium of the words that were asked, when it is not SMS."""

    # What this turn says and does.
    notes: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asks: bool = False
    """The question is to be said, with or without its head."""
    headless: bool = False
    effects: list[Effect] = field(default_factory=list)
    by_sms: list[str] = field(default_factory=list)
    """What goes out by SMS besides, from a screen or a page."""
    began: bool = False
    path: list[str] = field(default_factory=list)

    @property
    def medium(self) -> Medium:
        return self.situation.medium

    @property
    def question(self) -> Step | None:
        return self.flow.steps.get(self.step)

    @property
    def open(self) -> bool:
        return self.standing is Standing.OPEN and self.step in self.flow.steps

    def options_of(self, step: Step) -> Options | None:
        if step.listing is None:
            return None
        if step.listing.source == GROUPS:
            entries = [
                Entry(group.code, {self.language: show_group(group, self.language)})
                for group in self.groups()
            ]
            return options(entries, self.language, step.listing.avoid)
        return step.listing.options(self.language, self.parents(step))

    def parents(self, step: Step) -> tuple[str, ...]:
        under = self.answers.get(step.listing.under) if step.listing else None
        if isinstance(under, list):
            return tuple(str(one) for one in under)
        return (str(under),) if under else ()

    def groups(self) -> tuple[KnownGroup, ...]:
        return tuple(group for group in self.situation.groups if group.status != WITHDRAWN)

    def group(self) -> KnownGroup | None:
        """The group at hand: the one chosen, or the only one."""
        chosen = self.answers.get("group")
        groups = self.groups()
        if chosen:
            return next((one for one in self.situation.groups if one.code == chosen), None)
        return groups[0] if len(groups) == 1 else None

    def code(self) -> str:
        group = self.group()
        return str(self.answers.get("group") or (group.code if group else ""))

    def known(self) -> Mapping[str, Any]:
        """What conditions may ask for."""
        group = self.group()
        return {
            **self.answers,
            "groups": len(self.groups()),
            "group_status": group.status if group else None,
            "medium": self.medium.value,
            "language": self.language,
        }

    def shown(self, name: str) -> str:
        """What stands for `{name}` in a text."""
        match name:
            case "code":
                return show_code(self.code(), self.language)
            case "status":
                group = self.group()
                return show_status(group.status, self.language) if group else "-"
            case "address":
                return show_phone(self.situation.address, self.language)
            case "group":
                group = self.group()
                return show_group(group, self.language) if group else self.code()
            case "groups" | "medium" | "language" | "group_status":
                return str(self.known()[name])
            case _:
                return show_answer(self.flow, name, self.answers.get(name), self.language)

    def words(self, step: Step, medium: Medium | None = None) -> str:
        return step.says[self.language, medium or self.medium].fill(self.shown)

    def phrase(self, name: str, **slots: str) -> str:
        made = self.flow.phrases[name][self.language, self.medium]
        return made.fill(lambda slot: slots[slot] if slot in slots else self.shown(slot))

    def note(self, name: str, **slots: str) -> None:
        self.notes.append(self.phrase(name, **slots))


def begun(
    flows: Flows, flow: Flow, situation: Situation, now: datetime, language: str = ""
) -> Talk:
    """A new conversation, before its first step."""
    spoken = flow.speaks(language or situation.language)
    return Talk(flows, flow, situation, now, spoken, began=True)


def opened(flows: Flows, situation: Situation, now: datetime) -> Talk | None:
    """The stored conversation; None if there is none, or its flow is gone altogether."""
    stored = situation.conversation
    if stored is None:
        return None
    flow = flows.at(stored.flow, stored.version) or flows.current(stored.flow)
    if flow is None:
        return None
    kept: dict[str, Any] = {
        name: list(value) if isinstance(value, list) else value
        for name, value in stored.state.items()
        if name in STATE
    }
    return Talk(
        flows,
        flow,
        situation,
        now,
        flow.speaks(stored.language),
        stored.step,
        stored.standing,
        dict(stored.answers),
        stored.flagged,
        stored.wake_at,
        **kept,
    )


STATE = (
    *("trail", "misses", "asked_back", "page", "near", "near_named", "over", "editing"),
    *("listing", "reminded", "prefix", "tail", "asked_on"),
)


def closed(talk: Talk) -> Conversation:
    """The conversation as it is stored; state that says nothing is left out."""
    state = {name: value for name in STATE if (value := getattr(talk, name))}
    return Conversation(
        flow=talk.flow.name,
        version=talk.flow.version,
        language=talk.language,
        step=talk.step,
        standing=talk.standing,
        answers=talk.answers,
        flagged=talk.flagged,
        wake_at=talk.wake_at,
        state=state,
    )
