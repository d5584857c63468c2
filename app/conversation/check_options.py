"""Options that cannot be told apart, not be said, or are not there."""

from collections.abc import Iterator

from app.conversation.compiled import Flow, Step
from app.conversation.definition import ChoicesStep, Picking
from app.conversation.options import Entry
from app.conversation.source import Problem
from app.conversation.words import lexicon
from app.text.fold import key

REGULATORS = {"11": "opt out", "12": "opt in"}
"""What these numbers mean to the regulator in Iran, on every line that it watches."""


def choices(flow: Flow) -> Iterator[Problem]:
    for step in flow.steps.values():
        if step.listing is None:
            continue
        yield from under(flow, step)
        lists = step.listing.below.items()
        for parent, entries in lists:
            if parent or not step.listing.under:
                yield from alike(flow, step, entries)
        definition = step.definition
        if isinstance(definition, ChoicesStep) and definition.least > len(step.listing.entries()):
            yield problem(flow, step.name, "asks for more options than there are")


def under(flow: Flow, step: Step) -> Iterator[Problem]:
    definition = step.definition
    if not isinstance(definition, Picking) or not definition.under:
        return
    above = [one for one in flow.steps.values() if one.fills == definition.under]
    fitting = [
        one
        for one in above
        if isinstance(one.definition, Picking)
        and one.definition.source == definition.source
        and one.definition.level < definition.level
    ]
    if not fitting:
        yield flow.source.problem(
            ("steps", step.name, "under"),
            f"{definition.under!r} is not filled from a higher level of {definition.source!r}",
            step=step.name,
        )
    elif step.listing:
        yield from childless(flow, step, fitting[0])


def childless(flow: Flow, step: Step, above: Step) -> Iterator[Problem]:
    entries = above.listing.entries() if above.listing else ()
    below = step.listing.below if step.listing else {}
    if empty := [entry.id for entry in entries if entry.id not in below]:
        message = f"nothing lies under {some(empty)}"
        yield problem(flow, step.name, message, "every one needs entries")


def alike(flow: Flow, step: Step, entries: tuple[Entry, ...]) -> Iterator[Problem]:
    """Options that cannot be told apart, or not be said at all."""
    for language in flow.languages:
        taken: dict[str, str] = {}
        for entry in entries:
            for name in (entry.label.get(language, ""), *entry.aliases.get(language, ())):
                word = key(name)
                if reason := unsayable(word):
                    yield problem(flow, step.name, f"option {name!r} {reason}", language=language)
                other = taken.setdefault(word, entry.id)
                if word and other != entry.id:
                    yield problem(
                        flow,
                        step.name,
                        f"{name!r} is both {other!r} and {entry.id!r}",
                        "give them names that can be told apart",
                        language=language,
                    )


def unsayable(word: str) -> str:
    if word in REGULATORS:
        return f"is the regulator's word to {REGULATORS[word]}"
    if word.isdecimal():
        return "is a number, and options are numbered"
    return "is a word that stops everything" if word in lexicon().stop else ""


def some(ids: list[str]) -> str:
    return ", ".join(ids[:6]) + (" ..." if len(ids) > 6 else "")


def problem(flow: Flow, step: str, message: str, hint: str = "", **about: str) -> Problem:
    return flow.source.problem(("steps", step), message, hint, step=step, **about)
