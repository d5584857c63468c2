"""The way in: what was heard, in a situation, becomes a turn. Pure."""

from datetime import datetime, timedelta

from app.conversation.compiled import Flows
from app.conversation.move import ask_again
from app.conversation.rules import RULES
from app.conversation.said import Said, home, started
from app.conversation.speak import quiet, turn
from app.conversation.talk import Talk, opened
from app.conversation.turn import Heard, HeardKind, Medium, Situation, Standing, Turn
from app.conversation.understand import word_of
from app.conversation.wake import after_quiet


def hear(flows: Flows, situation: Situation, heard: Heard, now: datetime) -> Turn:
    """One turn. Never raises for anything that a person or a carrier can cause."""
    match heard.kind:
        case HeardKind.TEXT:
            return text(flows, situation, heard.text, now)
        case HeardKind.DIALLED:
            return dialled(flows, situation, heard.text, now)
        case HeardKind.SILENCE:
            return silence(flows, situation, now)
        case HeardKind.HUNG_UP:
            return hung_up(flows, situation, now)


def text(flows: Flows, situation: Situation, words: str, now: datetime) -> Turn:
    talk = opened(flows, situation, now)
    if talk:
        talk.reminded = False
    said = Said(flows, situation, now, words, word_of(words), talk)
    for name, rule in RULES:
        found = rule(said)
        if found is not None:
            return turn(found, name) if isinstance(found, Talk) else found
    return Turn(situation.conversation, rule="no_flow")


def dialled(flows: Flows, situation: Situation, suffix: str, now: datetime) -> Turn:
    """A dialog begins: go on where it stood, or start what the suffix names."""
    word = word_of(suffix)
    talk = opened(flows, situation, now)
    if talk:
        talk.reminded, talk.tail = False, []
    said = Said(flows, situation, now, suffix, word, talk)
    flow, language = flows.keywords.get(word, (None, ""))
    unfinished = talk and talk.question and talk.standing is not Standing.DONE
    if flow is None and talk and unfinished:
        flow = talk.flow
    flow = flow or flows.current(situation.default_flow) or home(flows, situation)
    if flow is None:
        return Turn(situation.conversation, rule="no_flow")
    return turn(started(said, flow, language), "dialled")


def silence(flows: Flows, situation: Situation, now: datetime) -> Turn:
    talk = opened(flows, situation, now)
    if talk is None:
        return Turn(situation.conversation, rule="silence")
    if talk.standing is not Standing.OPEN or talk.question is None:
        talk.wake_at = None
        return quiet(talk, "silence")
    if talk.wake_at is not None and now < talk.wake_at:
        return quiet(talk, "early")
    if talk.reminded or situation.opted_out or situation.medium is not Medium.SMS:
        talk.standing, talk.wake_at = Standing.EXPIRED, None
        return quiet(talk, "expired")
    if until := after_quiet(talk.flow, now):
        talk.wake_at = until
        return quiet(talk, "quiet")
    return reminded(talk)


def reminded(talk: Talk) -> Turn:
    talk.reminded = True
    misses, listing = talk.misses, talk.listing
    ask_again(talk)
    talk.misses, talk.listing = misses, listing
    talk.note("reminder", title=talk.flow.title[talk.language])
    return turn(talk, "reminder")


def hung_up(flows: Flows, situation: Situation, now: datetime) -> Turn:
    """Nothing can be shown. Soon the question comes by SMS, unless the person dials again."""
    talk = opened(flows, situation, now)
    if talk is None:
        return Turn(situation.conversation, rule="hung_up")
    talk.tail = []
    if talk.standing is Standing.OPEN and talk.question:
        soon: timedelta = talk.flow.silence.after_hang_up
        talk.wake_at = now + soon
    return quiet(talk, "hung_up")
