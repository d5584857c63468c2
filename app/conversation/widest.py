"""The longest that each field may become in a text, so that the worst case can be measured."""

from collections.abc import Iterable, Mapping

from app.conversation.compiled import Field, Flow, Step
from app.conversation.definition import ChoicesStep, NumberStep, Picking, Question, TextStep
from app.conversation.show import show_answer
from app.conversation.words import lexicon
from app.text.digits import shown
from app.text.segments import Encoding, encoding_of, units, utf16_units

WIDE = "ﻥ"
"""Stands for any letter that needs UCS-2: people write as they like in every language."""
CODE = "0123456789"
GROUP_NAME = WIDE * 30
ADDRESS = "+123456789012345"
ANSWER, QUESTION = WIDE * 20, WIDE * 50


def widest_of(texts: Iterable[str]) -> str:
    """A text as long as the longest, and as dear as the dearest, of several."""
    found = list(texts) or [""]
    if len({encoding_of(text) for text in found}) == 2:
        return WIDE * max(utf16_units(text) for text in found)
    return max(found, key=lambda text: units(text, encoding_of(text)))


def widest_values(flow: Flow, language: str) -> Mapping[str, str]:
    """The widest text that may stand for each placeholder."""
    statuses = (words.get(language, word) for word, words in lexicon().statuses.items())
    known = {
        "code": shown(CODE, language),
        "status": widest_of(statuses),
        "address": ADDRESS,
        "group": f"{GROUP_NAME} ({CODE})",
        "groups": "99",
        "group_status": "withdrawn",
        "medium": "ussd",
        "language": "fa",
    }
    return {
        **known,
        **{name: widest(flow, field, language) for name, field in flow.fields.items()},
    } | {"group": known["group"]}


def widest(flow: Flow, field: Field, language: str) -> str:
    steps = [step for step in flow.steps.values() if step.fills == field.name]
    none = show_answer(flow, field.name, None, language)
    return widest_of(
        [none, *(one for step in steps for one in candidates(flow, step, field, language))]
    )


def candidates(flow: Flow, step: Step, field: Field, language: str) -> Iterable[str]:
    definition = step.definition
    match definition:
        case TextStep():
            yield WIDE * definition.most
        case NumberStep():
            for value in (definition.least, definition.most):
                yield shown(str(value), language)
        case Picking():
            yield widest_labels(field, definition, language)
        case Question(kind="date"):  # type: ignore[misc]
            yield show_answer(flow, field.name, "2024-05-19", language)  # ۳۰ اردیبهشت
        case _:
            yield ADDRESS


def widest_labels(field: Field, definition: Picking, language: str) -> str:
    labels = list(field.labels.get(language, {}).values())
    if definition.source == "groups":
        labels = [f"{GROUP_NAME} ({CODE})"]
    if not isinstance(definition, ChoicesStep):
        return widest_of(labels)
    longest = sorted(labels, key=utf16_units, reverse=True)[: definition.most]
    joined = lexicon().separators.get(language, ", ").join(longest)
    return WIDE * utf16_units(joined) if widest_of(labels).startswith(WIDE * 2) else joined


def widest_slots(flow: Flow, language: str) -> Mapping[str, str]:
    """The widest text for each slot of a built-in phrase."""
    labels = (widest(flow, field, language) for field in flow.fields.values() if field.labels)
    examples = [step.example.get(language, "") for step in flow.steps.values()]
    return {
        **widest_values(flow, language),
        "least": shown("1000", language),
        "most": shown("1000000", language),
        "example": widest_of([*examples, shown("09121234567", language)]),
        "guess": widest_of(labels),
        "keyword": flow.invites.get(language) or "start",
        "answer": ANSWER,
        "question": QUESTION,
        "title": flow.title[language],
    }


def blame(text: str, most_units: int, encoding: Encoding) -> str:
    """What of a text is too much."""
    if encoding is Encoding.GSM7:
        return text[most_units:]
    return text.encode("utf-16-le")[most_units * 2 :].decode("utf-16-le", "ignore")
