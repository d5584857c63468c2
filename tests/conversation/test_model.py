"""The engine against a model of it: the same steps, answers and standings, turn after turn.

The model knows the tiny flow's order and nothing of how the engine works. Texts come with what a
reader of `docs/flows.md` expects of them; some arrive twice, some late, some out of place.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.conversation.turn import HeardKind, Medium, NeedsHuman, Registered, Standing
from tests.conversation.conversing import Person

RUNS = int(os.environ.get("MUSTER_MODEL_RUNS", "2000"))
MOST_STEPS = 50
ORDER = ("agree", "name", "province", "county", "specialisms", "members", "offer", "summary")
COUNTIES = {
    "isfahan": {"کاشان": "isfahan.kashan", "۲": "isfahan.isfahan"},
    "tehran": {"ری": "tehran.rey", "2": "tehran.tehran"},
}
GOOD: dict[str, dict[str, Any]] = {
    "agree": {"بله": True, "1": True, "موافقم": True},
    "name": {"همیاران امید": "همیاران امید", " نور ": "نور", "group 7": "group 7"},
    "province": {
        "اصفهان": "isfahan",
        "Tehran": "tehran",
        "1": "tehran",
        "۲": "isfahan",
    },
    "specialisms": {
        "1": ["poverty"],
        "۱و۳و۵": ["poverty", "children", "education"],
        "2-4": ["addiction", "health"],
        "سلامت، کودکان": ["health", "children"],
        "45": ["health", "education"],
    },
    "members": {
        "25": 25,
        "۱٬۲۰۰ نفر": 1200,
        "سی و دو": 32,
        "9": 9,
        "about 50": 50,
        "۱۱ نفر هستیم": 11,
    },
    "offer": {"یک سالن": "یک سالن", "رد": None, "skip": None},
    "summary": {"بله": True, "1": True, "درست است": True},
}
JUNK = {
    "agree": ("شاید", "3", "؟؟"),
    "name": ("x", "ن", "،،"),
    "province": ("قفقازیه", "77", "!"),
    "county": ("قفقازیه", "77", "!"),
    "specialisms": ("1 2 3 4", "قفقازیه", "0 7"),
    "members": ("زیاد", "هیچ‌کس نیست", "۵۰ یا ۶۰", "100001"),
    "offer": ("ن" * 101, "x", "؟!"),
    "summary": ("شاید", "5", "؟؟"),
}


@dataclass
class Model:
    """What a reader of the documentation expects."""

    step: str = ""
    standing: str = "none"
    answers: dict[str, Any] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    misses: int = 0
    waiting: bool = False
    """A reminder has gone out since the person was last heard."""
    correcting: bool = False
    registered: int = 0

    def begin(self) -> None:
        self.step, self.standing, self.answers, self.trail = "agree", "open", {}, []
        self.misses, self.correcting = 0, False

    def answer(self, value: Any) -> None:
        self.standing = "open"
        self.misses = 0
        if self.step == "summary":
            self.registered += 1
            self.standing, self.step = "done", "end"
            return
        self.trail.append(self.step)
        if self.step != "agree":
            self.answers[self.step] = value
        self.step = ORDER[ORDER.index(self.step) + 1]

    def back(self) -> None:
        if self.trail:
            self.step = self.trail.pop()
            self.answers.pop(self.step, None)
            self.misses = 0

    def miss(self) -> None:
        self.misses += 1


@dataclass
class Trial:
    random: random.Random
    person: Person = field(default_factory=Person)
    model: Model = field(default_factory=Model)
    told: list[str] = field(default_factory=list)

    def run(self) -> None:
        doings = [
            *[self.good] * 8, self.junk, self.junk, self.back, self.help, self.again, self.restart,
            self.time, self.hang, self.stop, self.keyword,
        ]  # fmt: skip
        for _ in range(self.random.randint(1, MOST_STEPS)):
            self.random.choice(doings)()
            self.read_on()
            self.compare()

    def say(self, text: str) -> None:
        self.told.append(f"{self.person.situation.medium.value}: {text}")
        self.model.waiting = False
        turn = self.person.says(text)
        assert turn.says or self.model.standing == "stopped"

    def read_on(self) -> None:
        """Last words of several screens are read to their end."""
        while self.model.standing == "done" and self.person.last.more:
            self.person.says("99")

    def good(self) -> None:
        model = self.model
        if model.standing in {"none", "done", "stopped"}:
            self.keyword()
            return
        choices = GOOD.get(model.step) or COUNTIES[model.answers["province"]]
        text = self.random.choice(sorted(choices))
        self.say(text)
        model.answer(choices[text])

    def junk(self) -> None:
        if self.model.standing != "open":
            return
        self.say(self.random.choice(JUNK[self.model.step]))
        self.model.miss()
        asked = any(isinstance(effect, NeedsHuman) for effect in self.person.last.effects)
        assert asked == (self.model.misses == 3)

    def back(self) -> None:
        if self.model.standing in {"open", "expired"}:
            self.say(self.random.choice(["برگشت", "BACK", "قبلی", "vissza"]))
            self.model.standing = "open"
            self.model.back()

    def help(self) -> None:
        if self.model.standing in {"open", "expired"}:
            self.say(self.random.choice(["راهنما", "help", "؟", "وضعیت", "status"]))
            self.model.standing = "open"

    def again(self) -> None:
        """A carrier's duplicate that slipped through: a lone yes, said a second time, is a miss."""
        if self.model.standing == "open" and self.model.step == "name":
            self.say("بله")
            self.model.miss()

    def restart(self) -> None:
        if self.model.standing in {"open", "expired"} and self.random.random() < 0.3:
            self.say("از نو")
            self.model.begin()

    def keyword(self) -> None:
        if self.model.step == "members" and self.model.standing in {"open", "expired"}:
            self.say("۹")
            self.model.answer(9)
            return
        self.say(self.random.choice(["۹", "9", "ثبت نام"]) if self.on_a_phone() else "ثبت نام")
        if self.model.standing in {"none", "done"}:
            self.model.begin()
        elif not self.on_a_phone() and self.model.standing in {"open", "expired"}:
            # On a screen a keyword is only dialled; typed, it is no answer.
            self.model.standing, was = "open", self.model.standing
            self.model.misses += was == "open"
        self.model.standing = "open"

    def on_a_phone(self) -> bool:
        return self.person.situation.medium is Medium.SMS

    def stop(self) -> None:
        if self.model.standing == "open" and self.random.random() < 0.4:
            self.say(self.random.choice(["لغو", "STOP", "لغو۱۱", "leiratkozás", "إيقاف"]))
            self.model.standing = "stopped"

    def time(self) -> None:
        if self.model.standing == "none":
            return
        hours = self.random.choice([1, 5, 19, 25, 80, 120])
        self.told.append(f"+{hours} hours")
        until = self.person.now + timedelta(hours=hours)
        while (wake := self.person.conversation.wake_at) and wake <= until:
            self.person.now = max(wake, self.person.now)
            medium = self.person.situation.medium
            turn = self.person.on(Medium.SMS).hears(HeardKind.SILENCE)
            self.person.on(medium)
            assert self.model.standing == "open"
            if self.model.waiting:
                self.model.standing = "expired"
                assert not turn.says
            else:
                self.model.waiting = True
                assert turn.says
        self.person.now = max(until, self.person.now)

    def hang(self) -> None:
        """To a screen, off it, or back to texting."""
        if self.model.standing == "none":
            return
        self.told.append("dial or hang up")
        if self.random.random() < 0.5:
            self.person.on(Medium.USSD).hears(HeardKind.HUNG_UP)
            self.person.on(Medium.SMS)
            return
        self.model.waiting = False
        self.person.dials()
        if self.model.standing == "done":
            self.model.begin()
        self.model.standing = "open"

    def compare(self) -> None:
        stored, model = self.person.situation.conversation, self.model
        assert (stored is None) == (model.standing == "none")
        if stored is None:
            return
        assert stored.standing.value == model.standing
        assert stored.step == model.step
        if model.standing != "done":
            shown = {name: value for name, value in stored.answers.items() if name != "group"}
            assert shown == model.answers
            assert [name for name, *_ in stored.state.get("trail", [])] == model.trail
        effects = self.person.last.effects if self.person.last else ()
        if any(isinstance(effect, Registered) for effect in effects):
            assert model.standing == Standing.DONE


def trials(runs: int) -> Iterator[tuple[int, Callable[[], Trial]]]:
    for seed in range(runs):
        yield seed, lambda seed=seed: Trial(random.Random(f"muster {seed}"))


def test_the_engine_does_what_the_model_does() -> None:
    registered = 0
    for seed, trial in trials(RUNS):
        one = trial()
        try:
            one.run()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {one.told}") from error
        registered += one.model.registered
    assert registered > RUNS / 4
