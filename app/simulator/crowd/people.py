"""Simulated people: what each wants to say, how each types it, and how each goes astray."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.conversation.compiled import Flow, Step
from app.conversation.options import Options
from app.conversation.words import Command, lexicon
from app.simulator.crowd import names
from app.simulator.crowd.prompts import Prompts, Read
from app.text.digits import SHOWN, digits
from app.text.fold import key

PREFIXES = tuple(str(n) for n in (*range(901, 904), *range(910, 922), *range(930, 940), 990, 991))
LANGUAGES = (("fa", 92), ("en", 3), ("ar", 3), ("hu", 2))
ARABIC_KEYBOARD = str.maketrans("یک", "يك")
NON_JOINER = "\u200c"
MOST_TURNS = 80
PATIENCE_WITH_QUESTION = 6
"""After so many answers to one question a person gives up."""


class State(StrEnum):
    TALKING = "talking"
    DONE = "done"
    """Was given a tracking code."""
    LEFT = "left"
    """Stopped answering, as people do."""
    STOPPED = "stopped"
    """Asked for no more messages."""
    GAVE_UP = "gave up"
    """Got nowhere with a question, however often it was tried."""
    UNANSWERED = "unanswered"
    """Said something and heard nothing more: the service's fault."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One text; `copies` come with one id, `again` is the same words sent a second time."""

    text: str
    copies: int = 1
    again: bool = False


@dataclass(slots=True)
class Person:
    number: str
    language: str
    prompts: Prompts
    chance: random.Random
    misbehave: float
    state: State = State.TALKING
    code: str = ""
    codes: int = 0
    meant: dict[str, tuple[str, ...] | str] = field(default_factory=dict)
    """By field: ids picked, or words and numbers as they should be kept."""
    asked: Step | None = None
    tries: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    writes: Mapping[int, str] = field(default_factory=dict)
    """The digits of this phone's keyboard."""
    arabic_keyboard: bool = False
    joins_words: bool = True

    def __repr__(self) -> str:
        return f"Person({self.state})"

    def first(self) -> Saying:
        """What the poster says to send."""
        flow = self.prompts.flow
        own = [word for word, language in flow.keywords.items() if language == self.language]
        everyones = [word for word, language in flow.keywords.items() if not language]
        words = own if self.language != flow.languages[0] and own else everyones or own
        again = self._strikes(0.3)
        return Saying(self._typed(self.chance.choice(words)), copies=self._copies(), again=again)

    def hears(self, texts: Sequence[str]) -> Saying | None:
        """Answer what came last; None where there is nothing to say, or no wish to."""
        for text in texts:
            self._note(self.prompts.read(text))
        if self.state is not State.TALKING or not texts:
            return None
        self.turns += 1
        if self.turns > MOST_TURNS:
            self.state = State.GAVE_UP
            return None
        read = next((r for r in map(self.prompts.read, reversed(texts)) if r.step or r.guess), None)
        if read and read.guess is not None:
            return self._about(read.guess)
        step = read.step if read and read.step else self.asked
        if step is None or not step.asks:
            return None
        if self._is_elsewhere(step, texts[-1]):
            return Saying(self._command(Command.BACK))
        return self._answer(step)

    def _is_elsewhere(self, step: Step, text: str) -> bool:
        """Whether a menu lies under another answer than was meant: somebody misunderstood."""
        options = self._options(step)
        if options is None or not step.listing or not step.listing.under or "1" not in digits(text):
            return False
        return step.kind != "place" and not any(label in text for label in options.labels)

    def _note(self, read: Read) -> None:
        if read.code and read.code != self.code:
            self.code, self.codes, self.state = read.code, self.codes + 1, State.DONE
        if read.step and read.step.asks:
            self.asked = read.step

    def _answer(self, step: Step) -> Saying | None:
        tries = self.tries[step.name] = self.tries.get(step.name, 0) + 1
        if tries > PATIENCE_WITH_QUESTION:
            self.state = State.GAVE_UP
            return None
        if self._strikes():
            return self._astray(step)
        return Saying(self._right(step), copies=self._copies())

    def _about(self, guess: str) -> Saying:
        """Say whether a guess is what was meant."""
        step = self.asked
        options = self._options(step) if step else None
        meant = self.meant.get(step.fills) if step else None
        wanted = {key(options.label(one)) for one in meant or ()} if options else set()
        guessed = {key(one) for one in guess.split("،")} | {key(guess)}
        return Saying(self._typed("1" if wanted & guessed else "2"))

    # --- the right answer ---------------------------------------------------------------------

    def _right(self, step: Step) -> str:
        options = self._options(step)
        if options is not None and step.fills:
            return self._pick(step, options)
        match step.kind:
            case "consent" | "confirm":
                return self._typed("1")
            case "number":
                return self._number(step)
            case "phone":
                return self._typed("0" + self.number.removeprefix("+98"))
            case "date":
                return self._typed("1380/5/12")
            case _:
                return self._words(step)

    def _options(self, step: Step) -> Options | None:
        if step.listing is None or step.is_yes_no:
            return None
        above = self.meant.get(step.listing.under, ())
        parents = above if isinstance(above, tuple) else (above,)
        return step.listing.options(self.language, parents)

    def _pick(self, step: Step, options: Options) -> str:
        """Pick once, and stay with it as long as it is offered."""
        meant = self.meant.get(step.fills)
        if not isinstance(meant, tuple) or not set(meant) <= set(options.ids):
            count = self.chance.randint(1, min(step.several, len(options.ids)))
            meant = tuple(self.chance.sample(options.ids, count))
            if step.leads or not self.prompts.flow.fields[step.fills].keep:
                meant = (
                    options.ids[min(1, len(options.ids) - 1)],
                )  # in the shipped flow: add another
            self.meant[step.fills] = meant
        if step.kind == "place" or (len(meant) == 1 and self._strikes_freely(0.25)):
            return self._typed(options.label(meant[0]))
        between = self.chance.choice((" ", " ", "-", "،", " و ", ","))
        return self._typed(between.join(options.number(one) for one in meant))

    def _number(self, step: Step) -> str:
        definition = step.definition
        least = int(getattr(definition, "least", None) or 0)
        most = min(int(getattr(definition, "most", None) or 10_000), 400)
        value = str(self.meant.setdefault(step.fills, str(self._harmless(max(least, 2), most))))
        return self._typed(value + (" نفر" if self.language == "fa" and self._even() else ""))

    def _harmless(self, least: int, most: int) -> int:
        """Any number but those that opt out and in for the regulator."""
        return next(
            n for n in iter(lambda: self.chance.randint(least, most), -1) if n not in (11, 12)
        )

    def _words(self, step: Step) -> str:
        if step.optional and step.fills not in self.meant and self._even():
            return self._command(Command.SKIP)
        if step.fills not in self.meant:
            self.meant[step.fills] = self._typed(self._wording(step.fills))
        return str(self.meant[step.fills])

    def _wording(self, field_name: str) -> str:
        if field_name == "contact":
            return names.person_name(self.chance, self.language)
        if field_name == "offer":
            return self.chance.choice(names.OFFERS[self.language])
        return names.group_name(self.chance, self.language)

    # --- astray -------------------------------------------------------------------------------

    def _astray(self, step: Step) -> Saying | None:
        """Do one of the things that people do instead of answering."""
        roll = self.chance.random()
        if roll < 0.10:
            self.state = State.LEFT
            return None
        if roll < 0.14:
            self.state = State.STOPPED
            return Saying(self._typed("لغو" if self.language in ("fa", "ar") else "stop"))
        if roll < 0.34:
            return Saying(self._command(Command.HELP if roll < 0.24 else Command.BACK))
        if roll < 0.44:
            return Saying(self._right(step), copies=2)
        return self._wrong(step)

    def _wrong(self, step: Step) -> Saying:
        """Answer past the question, where that cannot pass for an answer."""
        right = self._right(step)  # what is meant stays the same, whatever is typed
        if step.kind == "place":
            return self._misspelt(right) if self._even() else Saying(right, again=True)
        if step.kind in ("text", "phone"):
            return Saying(right)
        if step.kind == "number" or self._even():
            return Saying(self._typed(self.chance.choice(names.NONSENSE[self.language])))
        return Saying(self._typed("77"))

    def _misspelt(self, word: str) -> Saying:
        """Drop or swap a letter, not the first."""
        if len(word) < 5:
            return Saying(word)
        at = self.chance.randint(2, len(word) - 2)
        if self._even():
            return Saying(word[:at] + word[at + 1 :])
        return Saying(word[:at] + word[at + 1] + word[at] + word[at + 2 :])

    def _command(self, wanted: Command) -> str:
        own = lexicon().commands.get(self.language, {})
        return self._typed(
            self.chance.choice([w for w, command in own.items() if command is wanted])
        )

    # --- habits -------------------------------------------------------------------------------

    def _typed(self, text: str) -> str:
        if self.writes:
            text = text.translate(self.writes)
        if self.arabic_keyboard:
            text = text.translate(ARABIC_KEYBOARD)
        if not self.joins_words:
            text = text.replace(NON_JOINER, " ")
        return text

    def _strikes(self, share: float = 1.0) -> bool:
        return self.chance.random() < self.misbehave * share

    def _strikes_freely(self, share: float) -> bool:
        return self.chance.random() < share

    def _even(self) -> bool:
        return self.chance.random() < 0.5

    def _copies(self) -> int:
        """Carriers bring some messages twice; nobody's fault."""
        return 2 if self._strikes(0.2) else 1


def people(flow: Flow, count: int, misbehave: float, seed: int) -> list[Person]:
    """Make a crowd: the same one for the same seed. No two have one number."""
    chance = random.Random(seed)  # noqa: S311  a crowd to be repeated, no secret
    spoken = [(one, weight) for one, weight in LANGUAGES if one in flow.languages]
    languages, weights = zip(*spoken or [(flow.languages[0], 1)], strict=True)
    prompts = {language: Prompts(flow, language) for language in languages}
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        numbers[f"+98{chance.choice(PREFIXES)}{chance.randrange(10**7):07}"] = None
    crowd = []
    for number in numbers:
        own = random.Random(chance.random())  # noqa: S311
        language = own.choices(languages, weights)[0]
        crowd.append(
            Person(
                number=number,
                language=language,
                prompts=prompts[language],
                chance=own,
                misbehave=misbehave,
                writes=_digits(own, language),
                arabic_keyboard=language == "fa" and own.random() < 0.2,
                joins_words=own.random() < 0.6,
            )
        )
    return crowd


def _digits(chance: random.Random, language: str) -> Mapping[int, str]:
    """Which digits this phone types."""
    if language not in ("fa", "ar"):
        return {}
    roll = chance.random()
    own, other = SHOWN[language], SHOWN["ar" if language == "fa" else "fa"]
    return own if roll < 0.6 else {} if roll < 0.9 else other
