"""Conversations written down as tests (docs/flows.md, "Scripts"): parsed, played, compared."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from typing import Any

from app.conversation.compiled import Flow, Flows
from app.conversation.definition import duration
from app.conversation.phone import Phone, noon, somebody
from app.conversation.source import BadFlow, Problem
from app.conversation.turn import (
    Effect,
    HeardKind,
    KnownGroup,
    Medium,
    Situation,
    Turn,
)

OPENS = {"dial": Medium.USSD, "visit": Medium.WEB}
HEADER = re.compile(r"(flow|language|channel|now|groups|line): *(.*)")
CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Line:
    number: int
    sign: str
    text: str


@dataclass(frozen=True)
class Script:
    file: str
    header: Mapping[str, str]
    lines: tuple[Line, ...]

    def listed(self, name: str, otherwise: str) -> list[str]:
        return [one.strip() for one in self.header.get(name, otherwise).split(",") if one.strip()]


@dataclass(frozen=True)
class Outcome:
    """How one run of a script went, and the ways it took."""

    file: str
    language: str
    medium: str
    problems: tuple[Problem, ...]
    walked: frozenset[tuple[str, str, str]]
    """Flow, step, next step."""


def parse(text: str, file: str) -> Script:
    header: dict[str, str] = {}
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  ") and lines:
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text}\n{line[2:]}")
        elif line[0] in "><?!@":
            lines.append(Line(number, line[0], line[1:].strip()))
        elif (found := HEADER.fullmatch(line)) and not lines:
            header[found[1]] = found[2].strip()
        else:
            raise BadFlow(Problem("not a line of a script", file, number, 1, "see docs/flows.md"))
    return Script(file, header, tuple(lines))


def run(flows: Flows, script: Script) -> Iterator[Outcome]:
    """Every combination of the languages and channels that the script names."""
    name = script.header.get("flow", "")
    flow = flows.current(name)
    if flow is None:
        message = f"there is no flow {name!r}"
        raise BadFlow(Problem(message, script.file, 1, 1, "begin with `flow: name`"))
    languages = script.listed("language", flow.languages[0])
    for language, medium in product(languages, script.listed("channel", "sms")):
        phone = Phone(flows, situation_of(script, flow, language, medium), starts(script, flow))
        play = Play(script, phone)
        problems = tuple(replace(one, language=language) for one in play.run())
        yield Outcome(script.file, language, medium, problems, frozenset(phone.walked))


def situation_of(script: Script, flow: Flow, language: str, medium: str) -> Situation:
    if medium not in set(Medium):
        raise BadFlow(Problem(f"there is no channel {medium!r}", script.file, 1, 1))
    return replace(
        somebody(flow, Medium(medium), language),
        regulator_words=script.header.get("line") == "regulator",
        groups=groups_of(script.header.get("groups", "")),
    )


def starts(script: Script, flow: Flow) -> datetime:
    try:
        return noon(flow.zone, script.header.get("now", ""))
    except ValueError as error:
        raise BadFlow(Problem("`now` is no time", script.file, 1, 1, "2026-03-01 12:00")) from error


@dataclass
class Play:
    """One run: a person's phone, and what is still to be heard of the last turn."""

    script: Script
    phone: Phone
    problems: list[Problem] = field(default_factory=list)
    turn: Turn | None = None
    unheard: list[str] = field(default_factory=list)
    checked: bool = False

    def run(self) -> tuple[Problem, ...]:
        for line in self.script.lines:
            self.obey(line)
        self.nothing_unheard(self.script.lines[-1] if self.script.lines else Line(1, "", ""))
        return tuple(self.problems)

    def obey(self, line: Line) -> None:
        match line.sign:
            case ">":
                self.nothing_unheard(line)
                self.hears(HeardKind.TEXT, line.text)
            case "@":
                self.nothing_unheard(line)
                self.at(line)
            case "<":
                self.heard(line)
            case "?":
                self.stands(line)
            case _:
                self.followed(line)

    def hears(self, kind: HeardKind, text: str = "") -> None:
        self.listen(self.phone.hears(kind, text))

    def listen(self, turn: Turn) -> None:
        # The first message asked for checks all of them; a turn nobody asks about is not checked.
        self.turn, self.unheard, self.checked = turn, list(turn.says), False

    def heard(self, line: Line) -> None:
        self.checked = True
        if not self.unheard:
            self.wrong(line, "nothing more was said", f"expected {line.text!r}")
            return
        said = self.unheard.pop(0)
        begins = line.text.removesuffix("...").rstrip()
        right = said.startswith(begins) if line.text.endswith("...") else said == line.text
        if not right:
            self.wrong(line, "something else was said", f"it was {said!r}")

    def nothing_unheard(self, line: Line) -> None:
        if self.checked and self.unheard:
            self.wrong(line, "more was said before this line", f"it was {self.unheard[0]!r}")
        self.unheard, self.checked = [], False

    def stands(self, line: Line) -> None:
        conversation = self.phone.situation.conversation
        step, _, standing = line.text.partition(" ")
        stands = conversation.step if conversation else "nowhere"
        if stands != step:
            self.wrong(line, f"not at {step!r}", f"at {stands!r}")
        elif standing and conversation and conversation.standing.value != standing:
            self.wrong(line, f"not {standing}", conversation.standing.value)

    def followed(self, line: Line) -> None:
        wanted, _, rest = line.text.partition(" ")
        effects = list(self.turn.effects) if self.turn else []
        named = [effect for effect in effects if effect_name(effect) == wanted]
        if not named:
            what = ", ".join(effect_name(effect) for effect in effects) or "nothing"
            self.wrong(line, f"no {wanted!r} followed", f"what followed: {what}")
            return
        for part in rest.split(";"):
            name, _, value = part.strip().partition("=")
            if name and (actual := shown_value(named[0], name)) != value:
                self.wrong(line, f"{name} is not {value!r}", f"it is {actual!r}")

    def at(self, line: Line) -> None:
        what, _, rest = line.text.partition(" ")
        if what in {"sms", "ussd", "web"}:
            self.phone.change(Medium(what))
        elif what in OPENS:
            self.phone.change(OPENS[what])
            self.hears(HeardKind.DIALLED, rest)
        elif line.text == "hang up":
            self.hears(HeardKind.HUNG_UP)
        elif what.startswith("+"):
            self.wait(line)
        else:
            self.wrong(
                line,
                f"{line.text!r} is nothing to do",
                "a time, dial, visit, hang up, or a channel",
            )

    def wait(self, line: Line) -> None:
        try:
            time = duration(line.text[1:])
        except ValueError as error:
            self.wrong(line, str(error), "")
            return
        for turn in self.phone.waits(time):
            self.listen(turn)

    def wrong(self, line: Line, message: str, hint: str) -> None:
        self.problems.append(
            Problem(
                message,
                self.script.file,
                line.number,
                1,
                hint,
                step=self.phone.step,
                medium=self.phone.situation.medium.value,
            )
        )


def groups_of(written: str) -> tuple[KnownGroup, ...]:
    """`groups: {"code": "10009999", "name": "..."} {...}`: what the person registered before."""
    decoder, at = json.JSONDecoder(), 0
    groups: list[KnownGroup] = []
    while at < len(written):
        fields, at = decoder.raw_decode(written, at)
        at += len(written[at:]) - len(written[at:].lstrip())
        groups.append(KnownGroup(fields.pop("code"), fields.pop("status", "new"), fields))
    return tuple(groups)


def effect_name(effect: Effect) -> str:
    """`wants-out` for WantsOut."""
    return CAMEL.sub("-", type(effect).__name__).lower()


def shown_value(effect: Effect, name: str) -> str:
    value: Any = getattr(effect, name, None)
    if value is None:
        value = getattr(effect, "fields", {}).get(name)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
