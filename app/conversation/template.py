"""Texts with `{field}` and `{field:40}` in them, and nothing else that could do anything."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.text.segments import utf16_units

BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
REFERENCE = re.compile(r"([a-z][a-z0-9_]{0,39})(?::([1-9]\d{0,2}))?")


class BadTemplate(ValueError):
    """A text with braces that are no placeholder."""


@dataclass(frozen=True, slots=True)
class Reference:
    field: str
    most: int = 0
    """Cut to this many characters; 0 leaves it whole."""


@dataclass(frozen=True, slots=True)
class Template:
    """`literals` has one item more than `references`, which stand between them."""

    literals: tuple[str, ...]
    references: tuple[Reference, ...] = ()

    def fill(self, value_of: Callable[[str], str]) -> str:
        if not self.references:
            return self.literals[0]
        text = self.literals[0]
        for reference, literal in zip(self.references, self.literals[1:], strict=True):
            text += cut(value_of(reference.field), reference.most) + literal
        return text


def template(text: str) -> Template:
    literals, references, start = [], [], 0
    for found in BRACES.finditer(text):
        references.append(reference(found))
        literals.append(text[start : found.start()])
        start = found.end()
    return Template((*literals, text[start:]), tuple(references))


def reference(found: re.Match[str]) -> Reference:
    inside = REFERENCE.fullmatch(found[1] or "")
    if inside is None:
        raise BadTemplate(f"{found[0]!r} is no placeholder; write {{field}} or {{field:40}}")
    return Reference(inside[1], int(inside[2] or 0))


def references(text: str) -> Iterator[str]:
    return (one.field for one in template(text).references)


def cut(text: str, most: int) -> str:
    """The text in at most so many UTF-16 units, which is what a message has room for."""
    if not most or utf16_units(text) <= most:
        return text
    kept, room = "", most - 2 if most > 4 else most
    for character in text:
        room -= utf16_units(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + ".." if most > 4 else kept
