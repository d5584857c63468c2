"""Proves a flow before anyone meets it. Everything found is a Problem with its place."""

import re
from collections.abc import Iterable, Iterator, Mapping

from app.conversation.check_options import REGULATORS, choices, problem, some
from app.conversation.compiled import Flow, Step
from app.conversation.definition import (
    END,
    NumberStep,
    Question,
    Say,
    Test,
    TextStep,
)
from app.conversation.measure import measured, over_budget
from app.conversation.routes import Routes
from app.conversation.source import Path, Problem
from app.conversation.words import lexicon
from app.text.digits import digits
from app.text.fold import key

WRITTEN_CHOICE = re.compile(r"(?:^|\n)[ \t]*(11|12)[ \t]*[.:)\-–=]")
NUMERIC = frozenset({"number", "groups"})


def check(flow: Flow) -> list[Problem]:
    found = [
        *ways(flow),
        *loops(flow),
        *conditions(flow),
        *choices(flow),
        *words(flow),
        *written_numbers(flow),
        *keys(flow),
        *doings(flow),
    ]
    return found + list(over_budget(measured(flow)))


# --- where it leads -----------------------------------------------------------------------------


def leads_to(step: Step) -> dict[str, None]:
    """Every step that may come after this one, in order."""
    targets: list[str] = list(step.leads.values())
    if step.is_yes_no:
        targets += [step.yes or "", step.no]
    options = step.listing.entries() if step.listing and not step.is_yes_no else ()
    all_lead = bool(options) and all(entry.id in step.leads for entry in options)
    if not (step.yes or (all_lead and not step.optional)):
        targets += [way.to for way in step.next]
    return dict.fromkeys(target for target in targets if target)


def transitions(flow: Flow) -> list[tuple[str, str]]:
    """Every way from one step to another; the start comes from nowhere."""
    begins = [("", way.to) for way in flow.start]
    steps = [(step.name, target) for step in flow.steps.values() for target in leads_to(step)]
    return list(dict.fromkeys(begins + steps))


def ways(flow: Flow) -> Iterator[Problem]:
    leads = {step.name: leads_to(step) for step in flow.steps.values()}
    reached = closure((way.to for way in flow.start), leads)
    backwards: dict[str, dict[str, None]] = {}
    for start, target in transitions(flow):
        backwards.setdefault(target, {})[start] = None
    ends = closure([END], backwards)
    for name in flow.steps:
        if name not in reached:
            yield problem(flow, name, "no step leads here", "take it out, or name it in a `next`")
        elif name not in ends:
            yield problem(flow, name, "nobody comes to an end from here", "lead to `end`")


def closure(begin: Iterable[str], leads: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(begin)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(leads.get(name, ()))
    return found


def loops(flow: Flow) -> Iterator[Problem]:
    """Statements that lead back to themselves without a question between."""
    says = {step.name: leads_to(step) for step in flow.steps.values() if not step.asks}
    for name, targets in says.items():
        if name in closure(targets, says):
            yield problem(flow, name, "statements go round in a circle", "put a question between")


# --- conditions ---------------------------------------------------------------------------------


def conditions(flow: Flow) -> Iterator[Problem]:
    yield from of_routes(flow, ("start",), flow.start)
    for step in flow.steps.values():
        yield from of_routes(flow, ("steps", step.name, "next"), step.next)


def of_routes(flow: Flow, path: Path, routes: Routes) -> Iterator[Problem]:
    for at, way in enumerate(routes):
        if not way.tests and at < len(routes) - 1:
            yield flow.source.problem((*path, at + 1), "never reached: the way above always holds")
        for field, test in way.tests:
            yield from of_test(flow, (*path, at, "when", field), field, test)


def of_test(flow: Flow, path: Path, field: str, test: Test) -> Iterator[Problem]:
    kind = flow.fields[field].kind if field in flow.fields else field
    bounds = (test.over, test.under, test.at_least, test.at_most)
    if any(bound is not None for bound in bounds) and kind not in NUMERIC:
        yield flow.source.problem(path, f"{field!r} is no number", "use `is` or `not`")
    known = ids_of(flow, field)
    for value in (*(test.is_ or ()), *(test.is_not or ())):
        if known and value not in known:
            message = f"{field!r} is never {value!r}"
            yield flow.source.problem(path, message, f"one of {some(known)}")


def ids_of(flow: Flow, field: str) -> list[str]:
    """What a field may hold, where that is a list of options."""
    if field == "language":
        return list(flow.languages)
    if field == "medium":
        return ["sms", "ussd", "web"]
    if field not in flow.fields or field == "group":
        return []
    return list(flow.fields[field].labels.get(flow.languages[0], {}))


# --- words and keys -----------------------------------------------------------------------------


def words(flow: Flow) -> Iterator[Problem]:
    for language, some_words in flow.definition.keywords.items():
        for at, word in enumerate(some_words):
            if reason := taken(flow, key(word), language):
                path = ("keywords", language, at)
                yield flow.source.problem(path, f"keyword {word!r} {reason}", "choose another")


def taken(flow: Flow, word: str, language: str) -> str:
    if not word:
        return "has no letter and no digit"
    if word in REGULATORS:
        return f"is the regulator's word to {REGULATORS[word]}"
    if word in lexicon().stop:
        return "is a word that stops everything"
    if word in lexicon().named or any(word in flow.commands[one] for one in flow.languages):
        return "is a word that works everywhere"
    if flow.keywords.get(word, language) not in {language, "" if language == "any" else language}:
        return "is here for another language too"
    return ""


def written_numbers(flow: Flow) -> Iterator[Problem]:
    """11 and 12 as numbers of choices that an author has written into a text by hand."""
    for name, step in flow.definition.steps.items():
        for language, text in step.says.items():
            for medium, words in (("sms", text.sms), ("ussd", text.ussd), ("web", text.web)):
                if found := WRITTEN_CHOICE.search(digits(words or "")):
                    yield flow.source.problem(
                        ("steps", name, "says", language, medium),
                        f"{found[1]} is the regulator's word to {REGULATORS[found[1]]}, no choice",
                        "let the engine number the options",
                        step=name,
                        language=language,
                        medium=medium,
                    )


def keys(flow: Flow) -> Iterator[Problem]:
    own = flow.keys.model_dump()
    for name, pressed in own.items():
        if pressed in REGULATORS:
            yield flow.source.problem(("keys", name), f"{pressed} is the regulator's, no key")
    if len(set(own.values())) < len(own):
        yield flow.source.problem(("keys",), "two keys are the same")
    for step in flow.steps.values():
        if isinstance(step.definition, NumberStep) and answers(step.definition, flow.keys.more):
            yield from screens_of_a_number(flow, step)


def answers(definition: NumberStep, pressed: str) -> bool:
    return pressed.isdecimal() and definition.least <= int(pressed) <= definition.most


def screens_of_a_number(flow: Flow, step: Step) -> Iterator[Problem]:
    for row in measured(flow):
        if row.spot.step == step.name and row.spot.what == "says" and row.pages > 1:
            yield problem(
                flow,
                step.name,
                f"more than one screen, and {flow.keys.more} is an answer here",
                "a question for a number must fit one screen",
                language=row.spot.language,
                medium="ussd",
            )


def doings(flow: Flow) -> Iterator[Problem]:
    for step in flow.steps.values():
        definition = step.definition
        if isinstance(definition, Say) and definition.does == "register" and not flow.fields:
            yield problem(flow, step.name, "registers, but no question fills a field")
        if isinstance(definition, TextStep | NumberStep) and definition.least > definition.most:
            yield problem(flow, step.name, "`least` is more than `most`")
        if isinstance(definition, Question) and definition.fills in {"group", "language"}:
            yield from special(flow, step, definition)


def special(flow: Flow, step: Step, definition: Question) -> Iterator[Problem]:
    wanted = {"group": "groups", "language": "languages"}[definition.fills]
    if getattr(definition, "source", None) != wanted:
        message = f"{definition.fills!r} is filled `from: {wanted}`"
        yield flow.source.problem(("steps", step.name, "fills"), message, step=step.name)
