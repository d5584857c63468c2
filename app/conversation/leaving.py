"""Opting out and in again: before any flow is looked at, in every state, in every language."""

from app.conversation.move import start
from app.conversation.said import Said, home, reopened
from app.conversation.speak import aside, turn
from app.conversation.talk import Talk, begun
from app.conversation.turn import Medium, Situation, Standing, Turn, WantsIn, WantsOut
from app.conversation.understand import valid
from app.conversation.words import lexicon
from app.text.digits import shown

REGULATORS_STOP, REGULATORS_JOIN = "11", "12"


def stop(said: Said) -> Turn | None:
    """Before any flow is looked at, in every state, in every language."""
    regulators = said.situation.regulator_words and said.word == REGULATORS_STOP
    if not regulators and said.word not in lexicon().stop:
        return None
    if said.situation.opted_out and said.situation.medium is Medium.SMS:
        out = (WantsOut(),)
        return Turn(said.situation.conversation, effects=out, rule="stop", language=said.language)
    return stopped(said, regulators=regulators)


def stopped(said: Said, *, regulators: bool) -> Turn:
    talk = said.talk
    number_meant = False
    if talk is None or talk.standing is Standing.DONE:
        flow = home(said.flows, said.situation)
        if flow is None:
            return Turn(said.situation.conversation, effects=(WantsOut(),), rule="stop")
        speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    else:
        number_meant = regulators and answers(said)
        talk.standing = Standing.STOPPED
        speaker = talk
    speaker.effects.append(WantsOut())
    speaker.note("stopped", keyword=way_back(said.situation, speaker))
    if number_meant:
        speaker.note("stopped_number")
    speaker.tail = []
    return turn(speaker, "stop") if speaker is talk else aside(speaker, "stop")


def way_back(situation: Situation, talk: Talk) -> str:
    if situation.regulator_words:
        return shown(REGULATORS_JOIN, talk.language)
    return shown(talk.flow.invites.get(talk.language) or "start", talk.language)


def join(said: Said) -> Turn | Talk | None:
    """Words that opt in again. On a screen people are with us by being there."""
    twelve = said.situation.regulator_words and said.word == REGULATORS_JOIN
    if not said.situation.opted_out:
        # The carrier may have shut somebody out whom we know nothing of.
        return joined(said) if twelve and not answers(said) else None
    if twelve or said.word in lexicon().join:
        return joined(said)
    if said.word in said.flows.keywords or said.situation.medium is not Medium.SMS:
        return None
    return Turn(said.situation.conversation, rule="opted_out", language=said.language)


def answers(said: Said) -> bool:
    return said.live is not None and valid(said.asked(said.live), said.text, said.word) is not None


def joined(said: Said) -> Turn | Talk | None:
    """Back where it stood; who has come to the end is only told, who is new may begin."""
    talk = said.talk
    if talk and talk.standing is not Standing.DONE and talk.question:
        return reopened(talk, "joined", WantsIn())
    flow = home(said.flows, said.situation)
    if flow is None:
        return Turn(said.situation.conversation, effects=(WantsIn(),), rule="join")
    speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    speaker.effects.append(WantsIn())
    speaker.note("joined")
    if said.situation.groups:
        return aside(speaker, "join")
    start(speaker)
    return speaker
