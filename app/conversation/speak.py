"""What a turn says, in pieces that fit the medium."""

from collections.abc import Sequence
from dataclasses import replace

from app.conversation.compiled import Step
from app.conversation.options import Options
from app.conversation.pages import SCREEN, fits, pages
from app.conversation.show import listed, short
from app.conversation.talk import Talk, closed
from app.conversation.turn import Medium, Standing, Turn
from app.conversation.wake import next_wake
from app.conversation.words import lexicon
from app.text.digits import shown

MOST_SEGMENTS = 10
BETWEEN = {Medium.SMS: ". ", Medium.USSD: " ", Medium.WEB: ". "}


def turn(talk: Talk, rule: str) -> Turn:
    """The turn as it leaves the engine."""
    if talk.standing is Standing.DONE and not talk.said and not talk.notes:
        talk.note("ended")
    says, more = on_screen(talk) if talk.medium is Medium.USSD else (in_messages(talk), False)
    talk.wake_at = next_wake(talk)
    return Turn(
        conversation=closed(talk),
        says=says,
        more=more or (talk.medium is not Medium.SMS and talk.standing is Standing.OPEN),
        effects=tuple(talk.effects),
        rule=rule,
        language=talk.language,
        by_sms=() if talk.medium is Medium.SMS else tuple(talk.by_sms),
        began=talk.began,
        path=tuple(talk.path),
    )


def aside(talk: Talk, rule: str) -> Turn:
    """Something said without a conversation; the stored one stays as it is."""
    talk.standing = Standing.STOPPED
    made = turn(talk, rule)
    return replace(made, conversation=talk.situation.conversation, more=False, began=False)


def quiet(talk: Talk, rule: str) -> Turn:
    """A turn that says nothing."""
    return Turn(closed(talk), effects=tuple(talk.effects), rule=rule, language=talk.language)


# --- messages ---------------------------------------------------------------------------------


def in_messages(talk: Talk) -> tuple[str, ...]:
    texts = [*talk.notes, *talk.said]
    if talk.asks and (question := talk.question):
        texts.append(question_page(talk, question))
    return joined(texts, talk.flow.segments)


def joined(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Neighbours in one message where they fit: it costs less, and cannot arrive out of order."""
    messages: list[str] = []
    for text in filter(None, texts):
        if messages and fits(longer := f"{messages[-1]}\n{text}", most):
            messages[-1] = longer
        else:
            messages.append(text)
    return tuple(messages)


def question_page(talk: Talk, step: Step) -> str:
    head, lines = question(talk, step)
    if not lines:
        return head
    found = pages(head, lines, room_of(talk, step), more_key(talk), "")
    talk.page = min(talk.page, len(found) - 1)
    return found[talk.page]


def room_of(talk: Talk, step: Step) -> int:
    if talk.medium is Medium.WEB or step.is_yes_no:
        return MOST_SEGMENTS  # a yes and a no are never put on another page
    return step.definition.segments or talk.flow.segments


def question(talk: Talk, step: Step) -> tuple[str, tuple[str, ...]]:
    """The words of what is open, and its options as lines."""
    if talk.over:
        return talk.phrase("language_question"), language_lines(talk)
    if talk.near is not None:
        return near_words(talk, step), yes_no_lines(talk)
    head = "" if talk.headless else talk.words(step)
    options = talk.options_of(step)
    shows = options and (talk.medium in step.listed or talk.listing)
    lines = lines_of(talk, options) if options and shows else ()
    if talk.medium is Medium.USSD and step.optional:
        skip = f"{shown(talk.flow.keys.skip, talk.language)} {talk.phrase('key_skip')}"
        lines = (*lines, skip)
    return head, lines


def lines_of(talk: Talk, options: Options) -> tuple[str, ...]:
    return listed(options.numbers, options.labels, talk.language, BETWEEN[talk.medium])


def near_words(talk: Talk, step: Step) -> str:
    return talk.phrase("did_you_mean", guess=guess_words(talk, step))


def guess_words(talk: Talk, step: Step) -> str:
    options = talk.options_of(step)
    if talk.near_named and options:
        return f"{options.label(str(talk.near))} ({short(talk.near_named, 30)})"
    guessed = talk.near if isinstance(talk.near, list) else [talk.near]
    if options is None:
        return shown(str(talk.near), talk.language)
    return (
        lexicon()
        .separators.get(talk.language, ", ")
        .join(options.label(str(one)) for one in guessed)
    )


def yes_no_lines(talk: Talk) -> tuple[str, ...]:
    words = (talk.phrase("yes"), talk.phrase("no"))
    return listed(("1", "2"), words, talk.language, BETWEEN[talk.medium])


def language_lines(talk: Talk) -> tuple[str, ...]:
    names = [lexicon().names.get(code, code) for code in talk.flow.languages]
    numbers = [str(at) for at, _ in enumerate(names, 1)]
    return listed(numbers, names, talk.language, BETWEEN[talk.medium])


# --- screens ----------------------------------------------------------------------------------


def on_screen(talk: Talk) -> tuple[tuple[str, ...], bool]:
    """The one screen of this turn, and whether the dialog stays open for the next."""
    if talk.tail:
        return (talk.tail.pop(0),), bool(talk.tail)
    above = "\n".join([*talk.notes, *talk.said]) or talk.prefix
    if not (talk.asks and (step := talk.question)):
        screens = pages(above, (), SCREEN, more_key(talk), "")
        talk.tail = list(screens[1:])
        return (screens[0],), len(screens) > 1
    head, lines = question(talk, step)
    text = "\n".join(part for part in (above, head) if part)
    screens = pages(text, lines, SCREEN, more_key(talk), back_key(talk))
    talk.page = min(talk.page, len(screens) - 1)
    # The next page must be cut from the same words, notes and all.
    talk.prefix = above if len(screens) > 1 else ""
    return (screens[talk.page],), True


def more_key(talk: Talk) -> str:
    return f"{shown(talk.flow.keys.more, talk.language)} {talk.phrase('key_more')}"


def back_key(talk: Talk) -> str:
    return f"{shown(talk.flow.keys.back, talk.language)} {talk.phrase('key_back')}"


def page_count(talk: Talk, step: Step) -> int:
    """How many pages the open question has, as it was last shown."""
    head, lines = question(talk, step)
    if talk.medium is not Medium.USSD:
        return len(pages(head, lines, room_of(talk, step), more_key(talk), "")) if lines else 1
    text = "\n".join(part for part in (talk.prefix, head) if part)
    return len(pages(text, lines, SCREEN, more_key(talk), back_key(talk)))
