"""What a text means as the answer to one question. Nothing is assumed: what is close is `Near`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.conversation.compiled import Flow, Step
from app.conversation.dates import read_date
from app.conversation.definition import ChoicesStep, DateStep, NumberStep, TextStep
from app.conversation.listing import NO, YES
from app.conversation.numbers import whole_number
from app.conversation.options import (
    MOST_GUESSES,
    Options,
    bare,
    guesses,
    pick,
    several_numbers,
    words_of,
)
from app.conversation.words import Command, lexicon
from app.text.digits import digits
from app.text.fold import cleaned, key
from app.text.phone import e164
from app.text.segments import utf16_units

MOST_LETTERS = 5000
"""More than any answer may have; what lies beyond is not read."""


@dataclass(frozen=True, slots=True)
class Taken:
    value: Any


@dataclass(frozen=True, slots=True)
class Near:
    """Perhaps this; to be asked back. `named` is the thing inside it that was named instead."""

    value: Any
    named: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One of these options; to be asked which."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """No answer, and the phrase that says why."""

    phrase: str
    slots: Mapping[str, Any] = field(default_factory=dict)


Reading = Taken | Near | Unclear | Missed


@dataclass(frozen=True, slots=True)
class Asked:
    """One text as an answer to one step, with what reading it may need."""

    flow: Flow
    step: Step
    language: str
    options: Options | None
    address: str
    now: datetime
    taken_words: frozenset[str]
    """Keywords of the line, which no free text may be."""


def valid(asked: Asked, text: str, word: str) -> Taken | None:
    """The answer, if the text is one beyond doubt. `word` is the text's key."""
    text = text[:MOST_LETTERS]
    reading: Reading | None
    match asked.step.kind:
        case "text":
            reading = free_text(asked, text, word)
        case "number":
            reading = number(asked, text, word)
        case "phone":
            reading = phone(asked, text, word)
        case "date":
            reading = day(asked, text)
        case "confirm" | "consent":
            reading = yes_or_no(asked, word)
        case _:
            reading = picked(asked, text, word)
    return reading if isinstance(reading, Taken) else None


def otherwise(asked: Asked, text: str, word: str) -> Reading:
    """Why the text is no answer, or what it may have meant."""
    text = text[:MOST_LETTERS]
    match asked.step.kind:
        case "text":
            return free_text(asked, text, word) or Missed("miss_text", text_bounds(asked))
        case "number":
            return number(asked, text, word)
        case "phone":
            return phone(asked, text, word)
        case "date":
            return day(asked, text)
        case "confirm" | "consent":
            return yes_or_no(asked, word)
        case _:
            return close(asked, text, word)


# --- one kind after the other -----------------------------------------------------------------


def free_text(asked: Asked, text: str, word: str) -> Reading | None:
    """None for words that mean something by themselves: they are no answer to an open question."""
    flow, language = asked.flow, asked.language
    if word in flow.commands[language] or word in asked.taken_words:
        return None
    if digits(text.strip()) in (flow.keys.back, flow.keys.more, flow.keys.skip):
        return None
    if word in flow.yes[language] or word in flow.no[language]:
        return None
    step = asked.step.definition
    assert isinstance(step, TextStep)
    kept = cleaned(text)
    if utf16_units(kept) > step.most:
        return Missed("miss_long", text_bounds(asked))
    if len(kept) < step.least or not word:
        return Missed("miss_text", text_bounds(asked))
    return Taken(kept)


def text_bounds(asked: Asked) -> dict[str, Any]:
    step = asked.step.definition
    return {"least": getattr(step, "least", ""), "most": getattr(step, "most", "")}


def number(asked: Asked, text: str, word: str) -> Reading:
    step = asked.step.definition
    assert isinstance(step, NumberStep)
    value = whole_number(text)
    bounds = {"least": step.least, "most": step.most}
    if value is None:
        return Missed("miss_number", bounds)
    if not step.least <= value <= step.most:
        return Missed("miss_range", bounds)
    # «نه» is nine, and it is no.
    return Near(value) if word in lexicon().no["fa"] else Taken(value)


def phone(asked: Asked, text: str, word: str) -> Reading:
    if asked.address and word in lexicon().this_number:
        return Taken(asked.address)
    found = e164(cleaned(text), asked.flow.region)
    return Taken(found) if found else Missed("miss_phone")


def day(asked: Asked, text: str) -> Reading:
    step = asked.step.definition
    assert isinstance(step, DateStep)
    found = read_date(text, asked.language, asked.now.astimezone(asked.flow.zone).date())
    if found is None or not step.earliest <= found <= step.latest:
        return Missed("miss_date")
    return Taken(found.isoformat())


def yes_or_no(asked: Asked, word: str) -> Reading:
    assert asked.options is not None
    named = asked.options.by_key.get(word)
    if named is None and word in asked.flow.yes[asked.language]:
        named = YES
    if named is None and word in asked.flow.no[asked.language]:
        named = NO
    if named is None and len(word) < 4 and word.isdecimal():
        named = asked.options.by_key.get(str(int(word)))
    return Taken(named) if named else Missed("miss_yes_no")


def picked(asked: Asked, text: str, word: str) -> Reading | None:
    assert asked.options is not None
    several = asked.step.several
    id_ = asked.options.by_key.get(word)
    if id_ and several == 1 and not several_numbers(words_of(text)):
        return Taken(id_)
    if word in asked.flow.commands[asked.language]:
        # A beginning of an option is one too, but not when it is a word that works everywhere.
        return Taken([id_]) if id_ else None
    found = pick(asked.options, text, several)
    if found.rest or not found.ids:
        return None
    if isinstance(asked.step.definition, ChoicesStep):
        least, most = asked.step.definition.least, asked.step.definition.most
        return Taken(list(found.ids)) if least <= len(found.ids) <= most else None
    return Taken(found.ids[0]) if len(found.ids) == 1 else None


def close(asked: Asked, text: str, word: str) -> Reading:
    options, step = asked.options, asked.step.definition
    assert options is not None
    found = pick(options, text, asked.step.several)
    if isinstance(step, ChoicesStep):
        return close_to_several(options, step, found.ids, found.rest)
    missed = Missed("miss_place" if asked.step.kind == "place" else "miss_choice")
    if len(found.ids) > 1:
        return Unclear(found.ids[:MOST_GUESSES])
    if found.ids:
        return Near(found.ids[0])
    if named := inside_of(asked, text, word):
        return named
    meant = guesses(options, text)
    for name in () if meant else bare(options.around, word):
        meant = meant or guesses(options, name)
    if len(meant) == 1:
        return Near(meant[0])
    return Unclear(meant) if meant else missed


def inside_of(asked: Asked, text: str, word: str) -> Near | Unclear | None:
    """A town where its province was asked for: which province that is, to be asked back."""
    listing = asked.step.listing
    if listing is None or asked.options is None:
        return None
    ways = (word, *bare(asked.options.around, word))
    holders = next((listing.inside[way] for way in ways if way in listing.inside), ())
    found = [holder for holder in holders if holder in asked.options.ids]
    if len(found) == 1:
        return Near(found[0], cleaned(text))
    return Unclear(tuple(found[:MOST_GUESSES])) if found else None


def close_to_several(
    options: Options, step: ChoicesStep, ids: tuple[str, ...], rest: tuple[str, ...]
) -> Reading:
    bounds = {"least": step.least, "most": step.most}
    meant = list(ids)
    for piece in rest:
        likely = guesses(options, piece)
        if len(likely) > 1 and len(rest) == 1 and not ids:
            return Unclear(likely)
        meant += likely[:1]
    meant = list(dict.fromkeys(meant))
    if len(meant) > step.most:
        return Missed("miss_too_many", bounds)
    if not meant:
        return Missed("miss_choices", bounds)
    if len(meant) < step.least:
        return Missed("miss_too_few", bounds)
    return Near(meant)


def word_of(text: str) -> str:
    """The key of a text, and `?` for a lone question mark, which is a word for help."""
    word = key(text[:MOST_LETTERS])
    return word or ("?" if text.strip() in {"?", "؟"} else "")


def command_in(flow: Flow, language: str, word: str) -> Command | str | None:
    return Command.HELP if word == "?" else flow.commands[language].get(word)
