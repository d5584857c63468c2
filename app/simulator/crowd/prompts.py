"""Which question a text asks, found with the flow's own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from app.conversation.compiled import Flow, Step, Wording
from app.conversation.template import Template
from app.conversation.turn import Medium

NEAR = "did_you_mean"
CODE = "code"
LEAST_LITERAL = 4


@dataclass(frozen=True, slots=True)
class Read:
    """What a person makes of a text from the service."""

    step: Step | None = None
    guess: str | None = None
    """What the service asks back: did you mean this?"""
    code: str = ""
    """The tracking code in it, where a group was registered."""


@dataclass(frozen=True, slots=True)
class Pattern:
    words: re.Pattern[str]
    weight: int
    step: Step | None


@dataclass(frozen=True)
class Prompts:
    """The texts of one flow in one language, ready to be recognised."""

    flow: Flow
    language: str
    _cache: dict[str, Read] = field(default_factory=dict, repr=False)

    def read(self, text: str) -> Read:
        """Find the question with the most words in common; most texts repeat, so remember."""
        if text not in self._cache:
            if len(self._cache) > 2000:
                self._cache.clear()
            self._cache[text] = self._read(text)
        return self._cache[text]

    def _read(self, text: str) -> Read:
        if near := self._near.words.search(text):
            return Read(guess=near[1])
        best: tuple[int, Pattern, re.Match[str]] | None = None
        for pattern in self._patterns:
            if (best is None or pattern.weight > best[0]) and (found := pattern.words.search(text)):
                best = pattern.weight, pattern, found
        if best is None:
            return Read()
        step, found = best[1].step, best[2]
        registers = step is not None and getattr(step.definition, "does", "") == "register"
        return Read(step=step, code=(found.groupdict().get(CODE) or "") if registers else "")

    @cached_property
    def _near(self) -> Pattern:
        return _pattern(self._in(self.flow.phrases[NEAR]), None)

    @cached_property
    def _patterns(self) -> list[Pattern]:
        found = [
            _pattern(template, step)
            for step in self.flow.steps.values()
            for template in self._texts(step)
        ]
        return [pattern for pattern in found if pattern.weight >= LEAST_LITERAL]

    def _texts(self, step: Step) -> Iterator[Template]:
        yield self._in(step.says)
        for wording in step.again:
            yield self._in(wording)

    def _in(self, wording: Wording) -> Template:
        return wording[self.language, Medium.SMS]


def _pattern(template: Template, step: Step | None) -> Pattern:
    """Make the text a regular expression; values may be anything, a code has no spaces."""
    parts = [re.escape(template.literals[0])]
    for reference, literal in zip(template.references, template.literals[1:], strict=True):
        value = r"(?P<code>\S+)" if reference.field == CODE else "(.+?)"
        parts += [value, re.escape(literal)]
    words = "".join(parts).strip()
    weight = sum(len(literal.strip()) for literal in template.literals)
    return Pattern(re.compile(words, re.DOTALL), weight, step)
