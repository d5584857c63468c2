"""A crowd at play: everybody's texts at one pace, everybody's answers in their own time."""

import asyncio
import heapq
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.simulator.crowd.door import Door, report
from app.simulator.crowd.people import Person, Saying, State

POSTERS = 64
TRIES = 4
UNANSWERED_AFTER = 90.0
QUIET_AFTER_TWO = 5.0  # seconds without a text until somebody who texted twice goes on


@dataclass
class Tally:
    """What happened, in numbers alone."""

    texts: Counter[str] = field(default_factory=Counter)
    """sent, doubled, acknowledged, refused, lost"""
    answers: int = 0
    strangers: int = 0
    """Texts to numbers outside the crowd."""
    acknowledged_in: list[float] = field(default_factory=list, repr=False)
    answered_in: list[float] = field(default_factory=list, repr=False)
    seconds: float = 0.0


@dataclass(slots=True)
class _Talker:
    person: Person
    inbox: list[str] = field(default_factory=list)
    thinking: bool = False
    waits_since: float = 0.0
    """When the last text was acknowledged; 0 while nothing is owed."""
    sends: int = 0
    """Texts that went out together: each is answered, some in two texts."""
    last_at: float = 0.0
    """When they last texted, or were texted."""

    def awaits_more(self, now: float) -> bool:
        """Whoever texted twice reads all the answers before saying more."""
        return self.sends > 1 and now - self.last_at < QUIET_AFTER_TWO


class Crowd:
    """Plays people against a door until all are through, or time is up."""

    def __init__(
        self, crowd: Sequence[Person], rate: float, line: str, seed: int, think: float = 1.0
    ) -> None:
        """`think` is how many seconds people take to answer; what comes meanwhile waits."""
        self.tally = Tally()
        self._talkers = {person.number: _Talker(person) for person in crowd}
        self._rate, self._line, self._think_for = rate, line, think
        self._chance = random.Random(seed)  # noqa: S311  a crowd to be repeated, no secret
        self._due: list[tuple[float, int, _Talker]] = []
        self._order = itertools.count()
        self._queue: asyncio.Queue[tuple[_Talker, Saying]] = asyncio.Queue()
        self._reports: asyncio.Queue[str] = asyncio.Queue()
        self._posting = 0
        self._next = 0.0
        self._door: Door | None = None

    def arrived(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Put what we sent into people's hands."""
        now = time.monotonic()
        for message in messages:
            self._reports.put_nowait(message["id"])
            talker = self._talkers.get(message["to"])
            if talker is None:
                self.tally.strangers += 1
                continue
            self.tally.answers += 1
            if talker.waits_since:
                self.tally.answered_in.append(now - talker.waits_since)
                talker.waits_since = 0.0
            talker.inbox.append(message["text"])
            talker.last_at = now
            if not talker.thinking:
                talker.thinking = True
                ready = now + self._think_for * self._chance.uniform(0.2, 1.8)
                heapq.heappush(self._due, (ready, next(self._order), talker))

    async def play(self, door: Door, seconds: float, shown: Callable[[], None]) -> None:
        """Let them all text, and go on until everybody is through."""
        self._door = door
        began = time.monotonic()
        for talker in self._talkers.values():
            self._queue.put_nowait((talker, talker.person.first()))
        tasks = [asyncio.create_task(self._think())]
        tasks += [asyncio.create_task(self._post()) for _ in range(POSTERS)]
        tasks += [asyncio.create_task(report(door.bring, self._reports)) for _ in range(2)]
        try:
            while not self._is_over() and time.monotonic() - began < seconds:
                if failed := next((t for t in tasks if t.done()), None):
                    failed.result()
                await asyncio.sleep(0.2)
                shown()
            self._give_up()
            await asyncio.wait_for(self._reports.join(), 20)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.tally.seconds = time.monotonic() - began

    def states(self) -> Counter[State]:
        return Counter(talker.person.state for talker in self._talkers.values())

    async def _turn(self) -> None:
        """Wait for this text's turn: `rate` of them a second, and none saved up."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + 1 / self._rate
        await asyncio.sleep(turn - now)

    async def _think(self) -> None:
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, _, talker = heapq.heappop(self._due)
                if talker.awaits_more(now):
                    heapq.heappush(self._due, (now + 0.1, next(self._order), talker))
                    continue
                talker.thinking = False
                texts, talker.inbox = talker.inbox, []
                saying = talker.person.hears(texts)
                if saying:
                    self._queue.put_nowait((talker, saying))
            await asyncio.sleep(0.02)

    async def _post(self) -> None:
        while True:
            talker, saying = await self._queue.get()
            self._posting += 1
            talker.sends, talker.last_at = 1 + saying.again, time.monotonic()
            try:
                for _ in range(1 + saying.again):
                    await self._turn()
                    await self._bring(talker, saying)
            finally:
                self._posting -= 1

    async def _bring(self, talker: _Talker, saying: Saying) -> None:
        assert self._door
        item = {
            "id": self._door.new_id(),
            "from": talker.person.number,
            "to": self._line,
            "text": saying.text,
            "sent_at": int(time.time()),
        }
        self.tally.texts["sent"] += 1
        self.tally.texts["doubled"] += saying.copies - 1
        asked_at = talker.last_at = time.monotonic()
        if talker.person.state is State.TALKING:
            talker.waits_since = asked_at
        statuses = await asyncio.gather(*(self._kept(item) for _ in range(saying.copies)))
        self.tally.acknowledged_in.append(time.monotonic() - asked_at)
        self.tally.texts[_word(min(statuses, key=_goodness))] += 1

    async def _kept(self, item: Mapping[str, Any]) -> int:
        """Bring it again, as a good carrier does, until it is acknowledged or refused."""
        assert self._door
        status = 0
        for attempt in range(TRIES):
            status = await self._door.bring([item])
            if status and status < 500 and status != 429:
                break
            await asyncio.sleep(2**attempt / 4)
        return status

    def _is_over(self) -> bool:
        """Nothing is under way, and nobody waits who may still be answered."""
        if self._queue.qsize() or self._posting or self._due:
            return False
        limit = time.monotonic() - UNANSWERED_AFTER
        talking = (t for t in self._talkers.values() if t.person.state is State.TALKING)
        return not any(talker.waits_since > limit for talker in talking)

    def _give_up(self) -> None:
        for talker in self._talkers.values():
            if talker.person.state is State.TALKING:
                talker.person.state = State.UNANSWERED


def _goodness(status: int) -> int:
    """Order answers by how good they are for a message that was brought twice."""
    return 0 if 200 <= status < 300 else 1 if status else 2


def _word(status: int) -> str:
    return ("acknowledged", "refused", "lost")[_goodness(status)]
