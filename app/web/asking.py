"""What a page asks: the open question of a conversation, as a form shows it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.conversation.commands import example_of
from app.conversation.compiled import Step
from app.conversation.definition import ChoicesStep, NumberStep, TextStep
from app.conversation.move import back
from app.conversation.options import Options
from app.conversation.show import show_phone
from app.conversation.speak import near_words, question_page
from app.conversation.talk import Talk
from app.conversation.words import Command, lexicon
from app.text.digits import shown

MOST_RADIOS = 9
"""Longer lists of one choice become a box that opens."""
LONG_TEXT = 120


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    step: str
    asks: str
    """Names exactly what is asked, so that a form that comes late is known for one."""
    words: str
    shape: str
    """buttons, radios, checks, list, text, lines, number, phone."""
    choices: tuple[Choice, ...] = ()
    value: str = ""
    most: int = 0
    """Letters of a text, options of a list."""
    optional: bool = False
    example: str = ""
    help: str = ""
    previous: str = ""
    """The step that going back leads to."""
    number: int = 1
    """Which question it is, counted from the first."""

    @property
    def heading(self) -> str:
        return self.words.split("\n")[-1]

    @property
    def summary(self) -> Sequence[str]:
        """What stands above the question: the lines of a summary."""
        return self.words.split("\n")[:-1]


SHAPES = {"number": "number", "phone": "phone", "confirm": "buttons", "consent": "buttons"}


def asks_of(talk: Talk) -> str:
    kind = "near" if talk.near is not None else talk.over
    return f"{talk.step}:{kind}" if kind else talk.step


def question_of(talk: Talk, drafts: Mapping[str, Any], typed: Sequence[str] = ()) -> Question:
    """The open question; `typed` is what was sent for it and could not be used."""
    step = talk.question
    assert step is not None
    base: dict[str, Any] = {
        "step": talk.step,
        "asks": asks_of(talk),
        "previous": next((name for name, *_ in reversed(talk.trail)), ""),
        "number": len(talk.trail) + 1,
    }
    if talk.near is not None or talk.over:
        choices = _language_choices(talk) if talk.over else _yes_no(talk)
        words = talk.phrase("language_question") if talk.over else near_words(talk, step)
        return Question(**base, words=words, shape="buttons", choices=choices)
    before = talk.answers.get(step.fills, drafts.get(step.fills))
    options = talk.options_of(step)
    return Question(
        **base,
        words=talk.words(step),
        shape=_shape(step, options),
        choices=_choices(step, options, before, typed) if options else (),
        value=" ".join(typed) or _written(talk, step, before),
        most=_most(step),
        optional=step.optional,
        example="" if options or step.is_yes_no else example_of(talk),
        help=step.help[talk.language, talk.medium].fill(talk.shown) if step.help else "",
    )


def _shape(step: Step, options: Options | None) -> str:
    if step.kind in SHAPES:
        return SHAPES[step.kind]
    if options is not None:
        if step.several > 1:
            return "checks"
        return "radios" if len(options.ids) <= MOST_RADIOS else "list"
    is_long = isinstance(step.definition, TextStep) and step.definition.most > LONG_TEXT
    return "lines" if is_long else "text"


def _choices(step: Step, options: Options, before: Any, typed: Sequence[str]) -> tuple[Choice, ...]:
    """A form sends back the number of an option, as people do by SMS."""
    chosen = {str(one) for one in (before if isinstance(before, list) else [before])}
    if typed:
        chosen = {
            id_ for id_, number in zip(options.ids, options.numbers, strict=True) if number in typed
        }
    return tuple(
        Choice(number, label, id_ in chosen)
        for id_, label, number in zip(options.ids, options.labels, options.numbers, strict=True)
    )


def _yes_no(talk: Talk) -> tuple[Choice, ...]:
    return Choice("1", talk.phrase("yes")), Choice("2", talk.phrase("no"))


def _language_choices(talk: Talk) -> tuple[Choice, ...]:
    names = lexicon().names
    return tuple(
        Choice(str(at), names.get(code, code), code == talk.language)
        for at, code in enumerate(talk.flow.languages, 1)
    )


def _written(talk: Talk, step: Step, before: Any) -> str:
    """What stands in the field from the start: an earlier answer, or the person's own number."""
    if step.kind == "phone":
        return show_phone(str(before or talk.situation.address), talk.language)
    if before is None or isinstance(before, list):
        return ""
    return shown(str(before), talk.language) if step.kind == "number" else str(before)


def _most(step: Step) -> int:
    match step.definition:
        case TextStep(most=most) | ChoicesStep(most=most):
            return most
        case NumberStep(most=most):
            return len(str(most)) + 4
        case _:
            return 60


# --- going back ---------------------------------------------------------------------------------


def gone_back(talk: Talk, step: str) -> tuple[Talk, int] | None:
    """The conversation as it was at an earlier question, and how many steps back that is."""
    earlier = deepcopy_of(talk)
    count = 0
    while back(earlier):
        count += 1
        if earlier.step == step:
            return earlier, count
    return None


def deepcopy_of(talk: Talk) -> Talk:
    """A talk to try things on; what it only reads is shared."""
    answers, trail = deepcopy(talk.answers), deepcopy(talk.trail)
    copy = Talk(
        talk.flows,
        talk.flow,
        talk.situation,
        talk.now,
        talk.language,
        talk.step,
        talk.standing,
        answers,
        talk.flagged,
        talk.wake_at,
        trail=trail,
        misses=talk.misses,
        editing=talk.editing,
    )
    copy.near, copy.over = talk.near, talk.over
    return copy


def word_for(command: Command, language: str) -> str:
    """A word that asks for this in any flow, for a button that says it."""
    commands = lexicon().commands
    words = commands.get(language) or commands["en"]
    return next(word for word, asked_for in words.items() if asked_for is command)


def notes_of(says: Sequence[str], talk: Talk | None) -> list[str]:
    """What a turn said besides the question that the page shows anyway, line by line."""
    whole = "\n".join(says)
    if talk is not None and talk.question is not None:
        whole = whole.removesuffix(question_page(talk, talk.question))
    return [line for line in whole.split("\n") if line.strip()]
