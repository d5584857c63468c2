"""Whatever people send, in any language, on any channel, in any order, at any time."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.conversation.engine import hear
from app.conversation.load import load_flows
from app.conversation.measure import measured
from app.conversation.talk import opened
from app.conversation.turn import (
    Changed,
    Heard,
    HeardKind,
    Medium,
    NeedsHuman,
    Registered,
    Standing,
    Turn,
    Withdrew,
)
from app.conversation.words import lexicon
from app.text.screens import ussd_size
from app.text.segments import segments
from tests.conversation.conversing import Person, the_flows

WORDS = sorted(
    {word for table in lexicon().commands.values() for word in table}
    | {word for some in (*lexicon().yes.values(), *lexicon().no.values()) for word in some}
)
STOPS = sorted(lexicon().stop)
ANSWERS = [
    *(
        "1",
        "2",
        "3",
        "۱",
        "٣",
        "0",
        "99",
        "98",
        "00",
        "11",
        "12",
        "بله",
        "همیاران امید",
        "Hope Helpers",
    ),
    *(
        "اصفهان",
        "اصفهن",
        "خراسان",
        "kashan",
        "کاشان",
        "1 3",
        "۱و۲",
        "25",
        "سی و دو نفر",
        "رد",
        "skip",
    ),
    *("9", "all", "همه", "09120000002", "همین شماره", "1399/2/31", "today", "no", "نه", "English"),
]
TEXTS = st.one_of(
    st.sampled_from(ANSWERS),
    st.sampled_from(ANSWERS),
    st.sampled_from(WORDS),
    st.text(max_size=300),
    st.text("ابپ ۰۱۲٣123.,-؟\u200c\n\x00\ud800{}", max_size=40),
)
SHIPPED = load_flows(Path(__file__).parents[2] / "app" / "flows")
EVERY = (*the_flows().newest.values(), *SHIPPED.newest.values())
MOST_SEGMENTS = max(row.segments for flow in EVERY for row in measured(flow))
ENDED = (Registered, Changed, Withdrew)


def good_answer(person: Person, pick: int) -> str:
    stored = person.conversation
    flow = person.flows.at(stored.flow, stored.version)
    assert flow is not None
    step = flow.steps[stored.step]
    match step.kind:
        case "text":
            return ("Hope", "همیاران امید", "a" * 18)[pick % 3]
        case "number":
            return ("25", "۶۰ نفر", "سی و دو", "88")[pick % 4]
        case "phone":
            return "09120000002"
        case "date":
            return ("1399/2/31", "2001-01-01", "today")[pick % 3]
        case "confirm" | "consent":
            return "2" if pick % 7 == 0 else "1"
        case _:
            talk = opened(person.flows, person.situation, person.now)
            assert talk is not None
            options = talk.options_of(step)
            assert options is not None
            return (*options.numbers, *options.labels)[pick % (2 * len(options.ids))]


class Talking(RuleBasedStateMachine):
    person: Person

    @initialize(
        medium=st.sampled_from(list(Medium)),
        flow=st.sampled_from(["tiny", "everything", "everything", "signup", "signup", ""]),
        regulator=st.booleans(),
        language=st.sampled_from(["", "fa", "en", "ar", "hu", "de"]),
        address=st.sampled_from(["", "+989120000001"]),
    )
    def begin(self, medium, flow, regulator, language, address) -> None:
        situation = Person().situation
        self.person = Person(
            flows=SHIPPED if flow == "signup" else the_flows(),
            situation=replace(
                situation,
                medium=medium,
                default_flow=flow,
                regulator_words=regulator,
                language=language,
                address=address,
            ),
        )

    @rule(text=TEXTS)
    def says(self, text: str) -> None:
        before = self.person.situation
        turn = self.person.says(text)
        self.proven(turn, owed=not (before.opted_out and before.medium is Medium.SMS))
        self.back_restores(before, turn)

    @rule(pick=st.integers(0, 50), times=st.integers(1, 4))
    def answers_well(self, pick: int, times: int) -> None:
        """Most people do; without them no test would get far."""
        for _ in range(times):
            stored = self.person.situation.conversation
            if not stored or stored.standing is not Standing.OPEN:
                self.says(("9", "all")[pick % 2])
                return
            self.says(good_answer(self.person, pick))

    @rule(text=st.sampled_from(["start", "9", "12", "شروع"]))
    def comes_back(self, text: str) -> None:
        if self.person.situation.opted_out:
            self.says(text)

    @rule(text=st.sampled_from(STOPS))
    def stops(self, text: str) -> None:
        was_out = self.person.situation.opted_out and self.person.situation.medium is Medium.SMS
        turn = self.person.says(text)
        assert turn.rule == "stop"
        assert self.person.situation.opted_out
        self.proven(turn, owed=not was_out)

    @rule(suffix=st.sampled_from(["", "9", "all", "77"]))
    def dials(self, suffix: str) -> None:
        self.proven(self.person.dials(suffix), owed=True)

    @rule()
    def hangs_up(self) -> None:
        before = self.person.situation.conversation
        turn = self.person.hears(HeardKind.HUNG_UP)
        assert not turn.says
        after = turn.conversation
        if before and after:
            assert (before.step, before.answers) == (after.step, after.answers)

    @rule(medium=st.sampled_from(list(Medium)))
    def goes_on(self, medium: Medium) -> None:
        self.person.on(medium)

    @rule(hours=st.integers(1, 200))
    def waits(self, hours: int) -> None:
        if not self.person.situation.conversation:
            return
        reminders = 0
        until = self.person.now + timedelta(hours=hours)
        while (wake := self.person.conversation.wake_at) and wake <= until:
            self.person.now = wake
            reminders += bool(self.person.hears(HeardKind.SILENCE).says)
        self.person.now = until
        assert reminders <= 1

    @rule()
    def silence_comes_early(self) -> None:
        before = self.person.situation.conversation
        turn = self.person.hears(HeardKind.SILENCE)
        if before and before.wake_at and before.wake_at > self.person.now:
            assert not turn.says
            assert turn.conversation == before

    def proven(self, turn: Turn, *, owed: bool) -> None:
        medium = self.person.situation.medium
        if owed:
            assert turn.says
        if medium is Medium.USSD:
            assert len(turn.says) == 1
            assert ussd_size(turn.says[0]).fits, turn.says[0]
        for text in turn.says:
            assert text.strip()
            if medium is Medium.SMS:
                assert segments(text).count <= MOST_SEGMENTS, text
        for text in turn.by_sms:
            assert medium is not Medium.SMS
            assert segments(text).count <= MOST_SEGMENTS

    def back_restores(self, before, turn: Turn) -> None:
        """Going back after an answer is as if it had not been given."""
        after = turn.conversation
        if turn.rule != "answer" or not after or after.standing is not Standing.OPEN:
            return
        if any(isinstance(effect, ENDED) for effect in turn.effects) or after.state.get("tail"):
            return
        if not after.state.get("trail"):  # a group was loaded: there is no way back
            return
        again = hear(
            self.person.flows, self.person.situation, Heard(HeardKind.TEXT, "back"), self.person.now
        )
        earlier = before.conversation
        assert again.conversation is not None
        assert again.conversation.step == earlier.step
        assert again.conversation.answers == earlier.answers
        assert again.conversation.language == earlier.language
        assert again.conversation.state.get("trail") == earlier.state.get("trail")

    @invariant()
    def ends_or_waits(self) -> None:
        stored = getattr(self, "person", None) and self.person.situation.conversation
        if not stored:
            return
        flow = self.person.flows.at(stored.flow, stored.version)
        assert flow is not None
        if stored.standing is Standing.OPEN:
            assert stored.step in flow.steps
            assert stored.wake_at is not None
        else:
            assert stored.wake_at is None
        assert bool(stored.flagged) or not any(
            isinstance(effect, NeedsHuman)
            for effect in self.person.last.effects
            if self.person.last
        )


TestTalking = Talking.TestCase
TestTalking.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
