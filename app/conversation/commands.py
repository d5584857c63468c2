"""The words that work everywhere, obeyed; and what people hear after an unusable answer."""

from collections.abc import Mapping
from typing import Any

from app.conversation.definition import NumberStep
from app.conversation.move import answer, ask_again, back, needs_human, restart, start
from app.conversation.show import show_code, show_status
from app.conversation.speak import aside
from app.conversation.talk import Talk
from app.conversation.turn import Medium, Standing, Turn
from app.conversation.words import Command
from app.text.digits import shown
from app.text.fold import cleaned

MISSES_BEFORE_HUMAN = 3
MOST_GROUPS_SHOWN = 3
EXAMPLES = {
    ("phone", ""): "09121234567",
    ("date", ""): "2024-04-13",
    ("date", "fa"): "1403/01/25",
}
"""By kind and language, for steps that have no example of their own."""


def obey(talk: Talk, asked_for: Command | str) -> Talk:
    """A command inside a conversation; the question stays open and is said again."""
    talk.standing = Standing.OPEN
    page, misses = talk.page, talk.misses
    match asked_for:
        case Command.BACK if page > 0 and talk.medium is Medium.USSD:
            talk.page, talk.asks = page - 1, True
        case Command.BACK if back(talk):
            pass
        case Command.RESTART:
            talk.note("restarted")
            restart(talk)
        case Command.SKIP:
            skip(talk)
        case _:
            ask_again(talk)
            talk.misses = misses
            say_besides(talk, asked_for)
    return talk


def say_besides(talk: Talk, asked_for: Command | str) -> None:
    """What a command says, or changes, before the same question."""
    match asked_for:
        case Command.BACK:
            talk.note("no_back")
        case Command.LANGUAGE:
            talk.over = "language"
        case Command.LIST:
            talk.listing = True
        case Command.HELP:
            talk.notes.append(help_words(talk))
        case Command.STATUS:
            talk.notes.extend(status_words(talk))
        case Command.MORE:
            talk.note("nothing_more")
        case language if language in talk.flow.languages:
            talk.language = str(language)


def skip(talk: Talk) -> None:
    step = talk.question
    assert step is not None
    if step.optional:
        answer(talk, step, None)
        return
    talk.note("cannot_skip")
    ask_again(talk)


def help_words(talk: Talk) -> str:
    step = talk.question
    words = step.help if step and step.help else talk.flow.help
    return words[talk.language, talk.medium].fill(talk.shown)


def status_words(talk: Talk) -> list[str]:
    groups = [
        talk.phrase(
            "status_group",
            group=cleaned(str(group.fields.get("name") or "")),
            code=show_code(group.code, talk.language),
            status=show_status(group.status, talk.language),
        )
        for group in talk.situation.groups[-MOST_GROUPS_SHOWN:]
    ]
    if talk.open:
        groups.append(talk.phrase("status_open", title=talk.flow.title[talk.language]))
    return groups or [talk.phrase("status_none")]


def obey_outside(speaker: Talk, asked_for: Command | str) -> Turn | Talk | None:
    """A command while no conversation is open; None leaves it to the line's default."""
    if asked_for in speaker.flow.languages:
        speaker.language = str(asked_for)
    if asked_for is Command.RESTART or asked_for in speaker.flow.languages:
        start(speaker)
        return speaker
    if asked_for not in {Command.HELP, Command.STATUS}:
        return None
    if asked_for is Command.HELP:
        speaker.notes.append(help_words(speaker))
    else:
        speaker.notes.extend(status_words(speaker))
    return aside(speaker, "command")


# --- what was wrong -----------------------------------------------------------------------------


def offer_human(talk: Talk, times: int) -> bool:
    """At the third unusable answer a human is offered, once; True from then on."""
    if times == MISSES_BEFORE_HUMAN:
        needs_human(talk, f"three unusable answers to {talk.step!r}")
        talk.note("human")
    elif times > MISSES_BEFORE_HUMAN:
        talk.note("human_waiting")
    return times >= MISSES_BEFORE_HUMAN


def say_what_was_wrong(talk: Talk, phrase: str, slots: Mapping[str, Any]) -> None:
    """What was expected, with an example; in other words at the second try."""
    step = talk.question
    assert step is not None
    if talk.medium is Medium.SMS:
        # The question is still on the phone; only a list is worth saying again.
        talk.headless = True
        talk.asks = step.listing is not None and not step.is_yes_no
    values = {name: shown(str(value), talk.language) for name, value in slots.items()}
    if talk.misses <= len(step.again):
        given = step.again[talk.misses - 1][talk.language, talk.medium]
        values["example"] = example_of(talk)
        talk.notes.append(given.fill(lambda name: values.get(name) or talk.shown(name)))
        return
    again = f"{phrase}_again"
    name = again if talk.misses > 1 and again in talk.flow.phrases else phrase
    talk.notes.append(with_example(talk, talk.phrase(name, **values)))


def with_example(talk: Talk, words: str) -> str:
    example = example_of(talk)
    return f"{words} {talk.phrase('example', example=example)}" if example else words


def example_of(talk: Talk) -> str:
    """The flow's example, or one of the right kind."""
    step = talk.question
    assert step is not None
    if own := step.example.get(talk.language):
        return own
    options = talk.options_of(step)
    if options and talk.medium is Medium.USSD:
        return ""  # they are there to be seen
    if step.kind == "place" and options:
        return options.labels[0] if options.labels else ""
    if options and not step.is_yes_no:
        return shown(" ".join(options.numbers[: 2 if step.several > 1 else 1]), talk.language)
    example = EXAMPLES.get((step.kind, talk.language)) or EXAMPLES.get((step.kind, ""), "")
    if isinstance(step.definition, NumberStep):
        example = str(max(step.definition.least, min(step.definition.most, 20)))
    return shown(example, talk.language)
