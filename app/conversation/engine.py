"""The way in: what was heard, in a situation, becomes a turn.

Pure. The rules below are the decision table of `docs/flows.md`, row by row: the first that has
something to say about a text decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.conversation import commands
from app.conversation.compiled import Flow, Flows
from app.conversation.move import answer, ask_again, start
from app.conversation.show import short
from app.conversation.speak import aside, page_count, quiet, turn
from app.conversation.talk import Talk, begun, opened
from app.conversation.turn import (
    Heard,
    HeardKind,
    Medium,
    Situation,
    Standing,
    Turn,
    WantsIn,
    WantsOut,
)
from app.conversation.understand import (
    Asked,
    Missed,
    Near,
    Taken,
    Unclear,
    command_in,
    otherwise,
    valid,
    word_of,
)
from app.conversation.wake import after_quiet
from app.conversation.words import Command, lexicon
from app.text.digits import digits, shown
from app.text.fold import key

REGULATORS_STOP, REGULATORS_JOIN = "11", "12"
MISSES_BEFORE_HUMAN = 3


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


# --- a text -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Said:
    """A text with what the rules need to judge it."""

    flows: Flows
    situation: Situation
    now: datetime
    text: str
    word: str
    talk: Talk | None

    @property
    def live(self) -> Talk | None:
        """A conversation that an answer may belong to: open, or ended by silence."""
        talk = self.talk
        if talk is None or talk.step not in talk.flow.steps:
            return None
        return talk if talk.standing in {Standing.OPEN, Standing.EXPIRED} else None

    @property
    def language(self) -> str:
        if self.talk:
            return self.talk.language
        flow = home(self.flows, self.situation)
        return flow.speaks(self.situation.language) if flow else self.situation.language

    def asked(self, talk: Talk) -> Asked:
        assert talk.question is not None
        return Asked(
            talk.flow,
            talk.question,
            talk.language,
            talk.options_of(talk.question),
            self.situation.address,
            self.now,
            frozenset(self.flows.keywords),
        )


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
        if regulators and said.live:
            number_meant = valid(said.asked(talk), said.text, said.word) is not None
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
    if not said.situation.opted_out:
        return None
    by_word = said.word in lexicon().join or (
        said.situation.regulator_words and said.word == REGULATORS_JOIN
    )
    talk = said.talk
    if by_word and talk and talk.standing is not Standing.DONE and talk.question:
        return reopened(talk, "joined", WantsIn())
    if by_word:
        return greeted(said)
    if said.word in said.flows.keywords or said.situation.medium is not Medium.SMS:
        return None
    return Turn(said.situation.conversation, rule="opted_out", language=said.language)


def greeted(said: Said) -> Turn | Talk | None:
    flow = home(said.flows, said.situation)
    if flow is None:
        return Turn(said.situation.conversation, effects=(WantsIn(),), rule="join")
    speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    speaker.effects.append(WantsIn())
    speaker.note("joined")
    start(speaker)
    return speaker


def over_question(said: Said) -> Talk | None:
    """Answer a question of the engine's own, which stands before the flow's: the language."""
    talk = said.live
    if talk is None or not talk.over:
        return None
    languages = {str(at): code for at, code in enumerate(talk.flow.languages, 1)}
    chosen = languages.get(said.word) or lexicon().named.get(said.word, "")
    talk.over = ""
    if chosen not in talk.flow.languages:
        return None
    talk.language = chosen
    ask_again(talk)
    return reopened(talk)


def near_answer(said: Said) -> Talk | None:
    """An answer was asked back: yes takes it, no asks anew, anything else is heard afresh."""
    talk = said.live
    if talk is None or talk.near is None or talk.question is None:
        return None
    if said.word == "1" or said.word in talk.flow.yes[talk.language]:
        late(talk, said)
        answer(talk, talk.question, talk.near)
        return talk
    if said.word == "2" or said.word in talk.flow.no[talk.language]:
        misses = talk.misses + 1
        reopened(talk)
        talk.misses = misses
        return talk
    talk.near = None
    return None


def next_page(said: Said) -> Talk | None:
    """The key, or the word, that turns to the next page, while there is one."""
    talk = said.live
    if said.talk and said.talk.tail and said.situation.medium is Medium.USSD:
        return said.talk
    if talk is None or talk.question is None:
        return None
    by_key = digits(said.text.strip()) == talk.flow.keys.more
    by_word = command_in(talk.flow, talk.language, said.word) is Command.MORE
    if not (by_key or by_word) or page_count(talk, talk.question) <= talk.page + 1:
        return None
    talk.page += 1
    talk.asks, talk.headless = True, False
    return talk


def valid_answer(said: Said) -> Talk | None:
    """An answer to the open question, whatever else the words may mean."""
    talk = said.live
    if talk is None or talk.question is None:
        return None
    taken = valid(said.asked(talk), said.text, said.word)
    if taken is None:
        return None
    if said.situation.regulator_words and said.word == REGULATORS_JOIN:
        talk.effects.append(WantsIn())
    late(talk, said)
    answer(talk, talk.question, taken.value)
    return talk


def late(talk: Talk, said: Said) -> None:
    """Say which question a late answer was taken for."""
    if talk.standing is not Standing.EXPIRED or talk.question is None:
        return
    talk.standing = Standing.OPEN
    talk.note("late", answer=short(said.text, 20), question=talk.words(talk.question))


def command(said: Said) -> Turn | Talk | None:
    talk = said.live
    flow = talk.flow if talk else home(said.flows, said.situation)
    if flow is None:
        return None
    asked_for = command_in(flow, flow.speaks(said.language), said.word)
    if said.word in {key(group.code) for group in said.situation.groups}:
        asked_for = Command.STATUS
    if asked_for is None and talk:
        asked_for = key_command(talk, said.text)
    if asked_for is None:
        return None
    if talk:
        return commands.obey(talk, asked_for)
    speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    return commands.obey_outside(speaker, asked_for)


def key_command(talk: Talk, text: str) -> Command | None:
    pressed = digits(text.strip())
    keys = talk.flow.keys
    return {keys.back: Command.BACK, keys.skip: Command.SKIP, keys.more: Command.MORE}.get(pressed)


def keyword(said: Said) -> Talk | None:
    """A keyword starts its flow, or goes on with it where the person left off."""
    if said.word not in said.flows.keywords:
        return None
    if said.live and said.situation.medium is Medium.USSD:
        return None  # on a screen a number is an answer, and a keyword is dialled
    flow, language = said.flows.keywords[said.word]
    return started(said, flow, language)


def started(said: Said, flow: Flow, language: str) -> Talk:
    talk = said.talk
    unfinished = talk and talk.standing is not Standing.DONE and talk.question
    if talk and unfinished and talk.flow.name == flow.name:
        if language:
            talk.language = talk.flow.speaks(language)
        note = "going_on_open" if talk.trail else ""
        return reopened(talk, note, *welcome(said.situation))
    fresh = begun(said.flows, flow, said.situation, said.now, language or said.situation.language)
    if talk and talk.step != "end" and talk.question is None:
        fresh.note("changed")
    fresh.effects.extend(welcome(said.situation))
    start(fresh)
    return fresh


def welcome(situation: Situation) -> tuple[WantsIn, ...]:
    return (WantsIn(),) if situation.opted_out else ()


def missed(said: Said) -> Talk | None:
    """No answer: what it may have meant is asked back, else people hear what was wrong."""
    talk = said.live
    if talk is None or talk.standing is Standing.EXPIRED or talk.question is None:
        return None
    misses = talk.misses
    match otherwise(said.asked(talk), said.text, said.word):
        case Near(value):
            ask_again(talk)
            talk.near, talk.misses = value, misses
        case Unclear(ids):
            which_one(talk, ids)
        case Missed(phrase, slots):
            ask_again(talk)
            talk.misses = misses + 1
            commands.say_what_was_wrong(talk, phrase, slots)
        case Taken():  # the rules before have taken it
            pass
    return talk


def which_one(talk: Talk, ids: tuple[str, ...]) -> None:
    """Some options, under the numbers that they have in the whole list."""
    step = talk.question
    options = talk.options_of(step) if step else None
    if options is None:
        return
    lines = (f"{shown(options.number(one), talk.language)}. {options.label(one)}" for one in ids)
    ask_again(talk)
    talk.asks = talk.medium is Medium.USSD
    talk.notes.append("\n".join((talk.phrase("which_one"), *lines)))


def late_words(said: Said) -> Talk | None:
    """Silence had ended it, and this is no answer: go on where it stood."""
    talk = said.live
    if talk is None or talk.standing is not Standing.EXPIRED:
        return None
    return reopened(talk, "going_on_open" if talk.trail else "")


def default(said: Said) -> Talk | None:
    """Whatever was said, on a line with a flow of its own."""
    flow = said.flows.current(said.situation.default_flow)
    if flow is None and said.situation.medium is Medium.USSD:
        flow = home(said.flows, said.situation)
    return started(said, flow, "") if flow else None


def unknown(said: Said) -> Turn | None:
    """Nothing fits and nothing is open: say how to begin."""
    flow = said.talk.flow if said.talk else home(said.flows, said.situation)
    if flow is None:
        return None
    speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    invite = flow.invites.get(speaker.language, "")
    if invite:
        speaker.note("unknown", keyword=shown(invite, speaker.language))
    else:
        speaker.note("unknown_plain")
    return aside(speaker, "unknown")


def reopened(talk: Talk, note: str = "", *effects: WantsIn) -> Talk:
    """The open question once more, after a note."""
    talk.standing = Standing.OPEN
    talk.effects.extend(effects)
    if note:
        talk.note(note)
    misses = talk.misses
    ask_again(talk)
    talk.misses = misses
    return talk


Rule = Callable[[Said], Turn | Talk | None]
RULES: tuple[tuple[str, Rule], ...] = (
    ("stop", stop),
    ("join", join),
    ("over", over_question),
    ("near", near_answer),
    ("page", next_page),
    ("answer", valid_answer),
    ("command", command),
    ("keyword", keyword),
    ("miss", missed),
    ("late", late_words),
    ("default", default),
    ("unknown", unknown),
)


# --- other things to hear ---------------------------------------------------------------------


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


def home(flows: Flows, situation: Situation) -> Flow | None:
    """The flow that speaks when none is open: the line's, or the only one, or any."""
    if flow := flows.current(situation.default_flow):
        return flow
    stored = situation.conversation
    if stored and (flow := flows.current(stored.flow)):
        return flow
    return next(iter(flows.newest.values()), None)
