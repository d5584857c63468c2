"""The past, played: what people said goes through the intake's own batches, each at its time."""

import heapq
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.cli.demo.crowd import Comer
from app.conversation.compiled import Flows
from app.conversation.turn import Heard, HeardKind, Medium, Standing
from app.intake.batch import Batch, House
from app.intake.channel import Channel
from app.intake.item import Answer, Item, Silence, Spoken, Taken
from app.intake.talking import Codes, Talk, Watch
from app.store import conversations
from app.store.bulk import update_rows
from app.store.engine import Db, Store
from app.store.ids import COUNTER_BITS, EPOCH_MS, Ids, take_numbers
from app.store.schema import participants
from gateway_adapters.contract import DialogInput, Message, Phase

A_SLICE = timedelta(seconds=15)
"""What is due within it is one batch, as in a busy minute."""
AT_ONCE, MOST_AT_ONCE = 200, 1000
MOST_TURNS = 45


class PastIds(Ids):
    """Ids of a moment that is set, so that the order of ids is the order of times."""

    def at(self, moment: datetime) -> None:
        stamp = (int(moment.timestamp() * 1000) - EPOCH_MS) << COUNTER_BITS
        self._last = max(self._last, stamp)

    def __call__(self) -> int:
        with self._lock:
            self._last += 1
            return self._made(self._last)


@dataclass
class Life:
    """One comer on the way."""

    comer: Comer
    channel: Channel
    chance: random.Random
    person_id: int = 0
    last: datetime | None = None
    turns: int = 0
    leaves_after: int = MOST_TURNS

    def __lt__(self, other: "Life") -> bool:
        return self.comer.person.number < other.comer.person.number


@dataclass
class Past:
    store: Store
    flows: Flows
    channels: Mapping[str, Channel]
    texting: Mapping[str, Channel]
    key: bytes = field(repr=False)
    registered: int = 0
    turns: int = 0

    def __post_init__(self) -> None:
        with self.store.write() as db:
            process = take_numbers(db, "processes")
        self._ids = PastIds(process)
        self._house = House(self.channels, self._ids)
        codes = Codes(self.key, self._take_codes)
        self._talk = Talk(self.flows, codes, Watch(), self.texting)
        self._due: list[tuple[datetime, int, Life, Taken]] = []
        self._order = itertools.count()

    def _take_codes(self, count: int) -> int:
        with self.store.write() as db:
            return take_numbers(db, "codes", count)

    def play(
        self,
        comers: Sequence[Comer],
        until: datetime,
        lived: Callable[[int], None],
        channels: tuple[str, str],
    ) -> None:
        """Live through everybody's days; `channels` are the one for texts and the one dialled."""
        lives = []
        for comer in comers:
            name = channels[1] if comer.medium is Medium.USSD else channels[0]
            own = random.Random(comer.person.number)  # noqa: S311  to be repeated, no secret
            life = Life(comer, self.channels[name], own, leaves_after=comer.leaves_after)
            lives.append(life)
            self._plan(comer.at, life, _first(life))
        while self._due and self._due[0][0] <= until:
            self._talk.codes.ready(MOST_AT_ONCE)
            with self.store.write() as db:  # one for many slices: the disk is the slow part
                said, begun = self.turns, 0
                while self._due and self.turns - said < MOST_AT_ONCE - AT_ONCE:
                    if self._due[0][0] > until:
                        break
                    begun += self._slice(db, until)
            lived(begun)
        lived(len(comers))
        self._date_people(lives)

    def _plan(self, at: datetime, life: Life, event: Taken) -> None:
        heapq.heappush(self._due, (at, next(self._order), life, event))

    def _slice(self, db: Db, until: datetime) -> int:
        """Take what is due within a slice of time, one thing of each person."""
        now = self._due[0][0]
        batch: dict[str, tuple[Life, Taken]] = {}
        while self._due and self._due[0][0] <= min(now + A_SLICE, until) and len(batch) < AT_ONCE:
            number = self._due[0][2].comer.person.number
            if number in batch:
                break
            at, _, life, event = heapq.heappop(self._due)
            batch[number] = (life, event)
            now = max(now, at)
        begun = sum(life.turns == 0 for life, _ in batch.values())
        self._take(db, list(batch.values()), now)
        return begun

    def _take(self, db: Db, batch: Sequence[tuple[Life, Taken]], now: datetime) -> None:
        self._ids.at(now)
        items = [Item(life.channel.name, event, now, _raw(event)) for life, event in batch]
        answers = Batch(self._house, self._talk, db, items, at=now).run()
        kept = {
            answer.conversation_id: conversations.by_id(db, answer.conversation_id)
            for answer in answers
            if answer.conversation_id is not None
        }
        for (life, event), answer in zip(batch, answers, strict=True):
            life.turns += 1
            life.last = now
            self.turns += 1
            found = kept.get(answer.conversation_id or 0)
            if found is not None:
                life.person_id = found.participant_id
                self._go_on(life, event, answer, found, now)

    def _go_on(
        self,
        life: Life,
        event: Taken,
        answer: Answer,
        found: conversations.Kept,
        now: datetime,
    ) -> None:
        """Plan what comes next: an answer after some thought, or silence and then a reminder."""
        after = found.conversation
        if after.standing is Standing.DONE and after.answers.get("group"):
            self.registered += 1
        if after.standing is not Standing.OPEN:
            return
        person = life.comer.person
        silent = isinstance(event, Silence)
        tired = life.turns > min(life.leaves_after, MOST_TURNS)
        if silent and life.chance.random() < 0.35:
            tired, life.comer.person.misbehave = False, 0.0
            life.leaves_after = MOST_TURNS  # reminded, and back
        saying = None if tired else self._says(life, found)
        if saying is None:
            if after.wake_at is not None:
                self._plan(after.wake_at, life, Silence(person.number, found.id))
            return
        pause = life.chance.lognormvariate(3.3, 0.8)
        self._plan(now + timedelta(seconds=8 + pause), life, _next(life, saying))

    def _says(self, life: Life, found: conversations.Kept) -> str | None:
        after = found.conversation
        if after.state.get("near") is not None:
            return "۱"
        flow = self.flows.at(after.flow, after.version)
        step = flow.steps.get(after.step) if flow else None
        life.comer.person.asked = step
        saying = life.comer.person.hears(["."]) if step else None
        return saying.text if saying else None

    def _date_people(self, lives: Sequence[Life]) -> None:
        """People were first and last seen when they wrote."""
        rows = [
            {"id": life.person_id, "first_seen_at": life.comer.at, "last_seen_at": life.last}
            for life in lives
            if life.person_id and life.last
        ]
        with self.store.write() as db:
            update_rows(db, participants, rows)


def _first(life: Life) -> Taken:
    number, line = life.comer.person.number, next(iter(life.channel.lines), "")
    match life.comer.medium:
        case Medium.SMS:
            text = life.comer.person.first().text
            return Message(number, text, line)
        case Medium.USSD:
            return DialogInput(f"demo-{number[-10:]}", number, Phase.BEGIN, "", line)
        case Medium.WEB:
            return Spoken(number, Heard(HeardKind.DIALLED, "9"))


def _next(life: Life, text: str) -> Taken:
    number, line = life.comer.person.number, next(iter(life.channel.lines), "")
    match life.comer.medium:
        case Medium.SMS:
            return Message(number, text, line)
        case Medium.USSD:
            dialog = f"demo-{number[-10:]}"
            return DialogInput(dialog, number, Phase.CONTINUE, text, line)
        case Medium.WEB:
            return Spoken(number, Heard(HeardKind.TEXT, text))


def _raw(event: Taken) -> bytes | None:
    """Stands for the request that a carrier would have sent."""
    if not isinstance(event, Message | DialogInput):
        return None
    words = '{"method":"POST","path":"/hooks/simulator/*","query":"","headers":{}}\n{"demo":true}'
    return words.encode()
