"""The decision table of `docs/flows.md`: the first row that has something to say decides."""

from collections.abc import Callable

from app.conversation import commands
from app.conversation.leaving import REGULATORS_JOIN, join, stop
from app.conversation.move import answer, ask_again
from app.conversation.said import Said, home, late, reopened, started
from app.conversation.speak import aside, guess_words, page_count
from app.conversation.talk import Talk, begun
from app.conversation.turn import Medium, Standing, Turn, WantsIn
from app.conversation.understand import Missed, Near, Unclear, command_in, otherwise, valid
from app.conversation.words import Command, lexicon
from app.text.digits import digits, shown
from app.text.fold import key


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
        named = talk.near_named
        late(talk, guess_words(talk, talk.question))
        answer(talk, talk.question, talk.near)
        answer_inside(talk, named)
        return talk
    if said.word == "2" or said.word in talk.flow.no[talk.language]:
        return reopened(talk)
    talk.near, talk.near_named = None, ""
    return None


def answer_inside(talk: Talk, named: str) -> None:
    """The town that was named already, if that is what is asked next."""
    step = talk.question
    options = talk.options_of(step) if step and named else None
    if step and options and (id_ := options.by_key.get(key(named))):
        answer(talk, step, id_)


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
    late(talk, said.text)
    answer(talk, talk.question, taken.value)
    return talk


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


def missed(said: Said) -> Talk | None:
    """No answer: what it may have meant is asked back, else people hear what was wrong."""
    talk = said.live
    if talk is None or talk.standing is Standing.EXPIRED or talk.question is None:
        return None
    reading = otherwise(said.asked(talk), said.text, said.word)
    ask_again(talk)
    if isinstance(reading, Missed):
        talk.misses += 1
        if not commands.offer_human(talk, talk.misses):
            commands.say_what_was_wrong(talk, reading.phrase, reading.slots)
        return talk
    talk.asked_back += 1
    commands.offer_human(talk, talk.asked_back)
    match reading:
        case Near(value, named):
            talk.near, talk.near_named = value, named
        case Unclear(ids):
            which_one(talk, ids)
    return talk


def which_one(talk: Talk, ids: tuple[str, ...]) -> None:
    """Some options, under the numbers that they have in the whole list."""
    step = talk.question
    options = talk.options_of(step) if step else None
    if options is None:
        return
    lines = (f"{shown(options.number(one), talk.language)}. {options.label(one)}" for one in ids)
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
    if flow is None or not flow.invites_all:
        flow = said.flows.front
    if flow is None:
        return None
    speaker = begun(said.flows, flow, said.situation, said.now, said.language)
    invite = flow.invites.get(speaker.language, "")
    if invite:
        speaker.note("unknown", keyword=shown(invite, speaker.language))
    else:
        speaker.note("unknown_plain")
    return aside(speaker, "unknown")


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
