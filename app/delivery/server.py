"""Serving one channel: its lease, its pace, its order; claim, hand over, settle, again.

Each cycle is one transaction that writes what came back and claims what goes next, so the
number of open exchanges is bounded and a slow carrier holds up nobody but itself.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from app import tracing
from app.delivery.exchange import Client, NoAnswer, NotSent, hand_over
from app.delivery.messages import to_send
from app.delivery.redaction import exchange_text
from app.delivery.rooms import batches, is_quiet, room
from app.delivery.settling import WORDS, Mood, allowance
from app.delivery.writing import Exchanged, write
from app.intake.channel import Channel
from app.intake.writes import BULK, REMINDER
from app.store import channels, outbox, reports
from app.store.channels import ChannelState
from app.store.engine import DatabaseAway, Db, Found, Store, clock
from app.store.ids import Ids
from gateway_adapters.contract import (
    Adapter,
    BadPayload,
    HttpResponse,
    OutboundMessage,
    Outcome,
    TryLater,
)

log = structlog.get_logger()

LEASE = timedelta(seconds=15)
SEND_LEASE = timedelta(seconds=90)
"""Longer than an exchange can last: when it has run out, the worker that sent is dead."""
LAST_WAIT = 5.0  # seconds for open exchanges at a stop; what stays open becomes unclear
CHORES_EVERY = timedelta(seconds=5)
IDLE = 0.2  # seconds between looks at the outbox when nothing wakes us
GATHER = 0.003  # seconds in which more may come back, so that one transaction takes it all
SOON = 0.02
STANDBY = 2.0  # seconds between tries for a lease that another worker holds
MOST_AT_ONCE = 2000
PACE_WINDOW = timedelta(milliseconds=100)


@dataclass
class Counts:
    """What the metrics tell of a channel."""

    outcomes: dict[str, int] = field(default_factory=dict)
    leads: bool = False
    does: str = "starts"
    """In a word: serves, stands by, rests, is paused, or cannot reach the database."""


class Server:
    """Serves one channel while it holds the lease."""

    def __init__(
        self,
        channel: Channel,
        store: Store,
        client: Client,
        new_id: Ids,
        owner: str,
        thread: ThreadPoolExecutor,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.channel = channel
        self._store, self._client, self.new_id = store, client, new_id
        self._owner, self._thread, self._chance = owner, thread, chance
        self.adapter: Adapter = channel.adapter
        self._token_until: datetime | None = None
        self._awake = asyncio.Event()
        self._claimed: Sequence[Found] = ()
        """Taken, and not yet on its way."""
        self._sending: set[asyncio.Task[None]] = set()
        self._done: list[Exchanged] = []
        self._open = 0
        """How many messages our rows call `sending`: in the air, or not yet written down."""
        self._until: datetime | None = None
        """Marks a claim until we know that it was committed."""
        self._mood = Mood()
        self._chores_at: datetime | None = None
        self._lease_until: datetime | None = None
        self._stopping = False
        self.counts = Counts()

    def wake(self) -> None:
        """Something may be due: look now."""
        self._awake.set()

    def stop(self) -> None:
        """Claim no more. `run` ends by itself: cut off in a claim, it would leave rows in doubt."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        while not self._stopping:
            try:
                pause = await self._cycle()
            except DatabaseAway:
                self.counts.leads, self.counts.does = False, "cannot reach the database"
                pause = STANDBY
            except Exception as error:  # noqa: BLE001  a fault in one cycle must not end the service
                _log_fault(self.channel.name, error)
                pause = STANDBY
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._awake.wait()
                    await asyncio.sleep(GATHER)
            self._awake.clear()

    async def finish(self) -> None:
        """Wait for open exchanges and write what became of them."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=LAST_WAIT)
        with contextlib.suppress(DatabaseAway):
            await self._in_thread(self._last_words)

    async def _cycle(self) -> float:
        await self._log_in()
        pause = await self._in_thread(self._turn)
        claimed, self._claimed = self._claimed, ()
        for batch in batches(claimed, type(self.adapter)):
            task = asyncio.create_task(self._send(batch))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return float(pause)

    # in the thread: transactions

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _turn(self) -> float:
        """Write what came back and claim what goes next; gives how long to wait for more."""
        done = list(self._done)
        if not done and self._is_idle():
            return IDLE
        with self._store.write() as db:
            now = clock(db)
            state = channels.lease(db, self.channel.name, self._owner, now, LEASE)
            self._mood.know(state.probe_at if state is not None and state.paused else None)
            self._give_back(db, now)
            self._write(db, done, now)
            rows, pause = self._next(db, state, now, self._open - _count(done))
        self._committed(done, rows)
        self.counts.leads = state is not None
        self.counts.does = self._does(state, now)
        self._lease_until = None if state is None else state.lease_until
        return pause

    def _does(self, state: ChannelState | None, now: datetime) -> str:
        if state is None:
            return "stands by"
        if self._mood.probe_at is not None or state.paused:
            return "is paused"
        return "rests" if (self._mood.resting_until or now) > now else "serves"

    def _committed(self, done: Sequence[Exchanged], rows: Sequence[Found]) -> None:
        """Only now is it sure that they are written, and these ours."""
        del self._done[: len(done)]
        self._open += len(rows) - _count(done)
        self._claimed, self._until = rows, None

    def _give_back(self, db: Db, now: datetime) -> None:
        """A claim whose commit failed may stand all the same: nothing of it has left."""
        if self._until is not None:
            outbox.give_back(db, self.channel.name, self._until, now)

    def _write(self, db: Db, done: Sequence[Exchanged], now: datetime) -> None:
        write(db, self.channel.name, done, self.new_id, now, self._chance)
        for one in done:
            self._mood.hear(one.outcomes, now)
        counts = self.counts.outcomes
        for word in (WORDS[type(outcome)] for one in done for outcome in one.outcomes):
            counts[word] = counts.get(word, 0) + 1

    def _last_words(self) -> None:
        """At the end: what was claimed and never sent is another's; the rest is written down."""
        done = list(self._done)
        with self._store.write() as db:
            now = clock(db)
            if self._claimed:
                until = outbox.moment_of(self._claimed[0].lease_until)
                outbox.give_back(db, self.channel.name, until, now)
            self._give_back(db, now)
            self._write(db, done, now)
        del self._done[: len(done)]

    def _is_idle(self) -> bool:
        """Whether a look is enough: nothing is due and the lease is fresh."""
        with self._store.read() as db:
            now = clock(db)
            fresh = self._lease_until is not None and now < self._lease_until - LEASE / 2
            chores = self._chores_at is None or now >= self._chores_at
            return fresh and not chores and not outbox.is_due(db, self.channel.name, now)

    def _next(
        self, db: Db, state: ChannelState | None, now: datetime, still_open: int
    ) -> tuple[Sequence[Found], float]:
        if state is None:
            self._mood.news = {}  # not ours to tell any more
            return [], STANDBY
        self._chores(db, now)
        news, self._mood.news = self._mood.news, {}
        limit = self._room({**asdict(state), **news}, now, still_open)
        rows, pause = self._take(db, state, now, limit) if limit else ([], IDLE)
        if rows:
            start = max(state.next_send_at or now, now)
            news["next_send_at"] = start + timedelta(seconds=len(rows) / self.channel.tps)
        if news:
            channels.note(db, self.channel.name, **news)
        return rows, pause

    def _take(
        self, db: Db, state: ChannelState, now: datetime, limit: int
    ) -> tuple[Sequence[Found], float]:
        window = max(timedelta(seconds=1 / self.channel.tps), PACE_WINDOW)
        allowed, start = allowance(state.next_send_at, now, self.channel.tps, window)
        if allowed == 0:
            return [], max((start - now).total_seconds() / 2, SOON)
        wanted = min(allowed, limit)
        self._until = now + SEND_LEASE
        most = REMINDER if is_quiet(self.channel, now) else BULK
        rows = outbox.claim(db, self.channel.name, now, wanted, self._until, most)
        return rows, SOON if len(rows) == wanted < limit else IDLE

    def _room(self, state: Mapping[str, Any], now: datetime, still_open: int) -> int:
        """How many messages may be in the air besides those that are."""
        if self._mood.resting_until and self._mood.resting_until > now:
            return 0
        if state["paused"]:
            due = state["probe_at"] is not None and state["probe_at"] <= now
            return 1 if due and not still_open else 0
        free = self.channel.connections - len(self._sending)
        return room(free, still_open, self.channel, MOST_AT_ONCE)

    def _chores(self, db: Db, now: datetime) -> None:
        if self._chores_at is not None and now < self._chores_at:
            return
        self._chores_at = now + CHORES_EVERY
        name = self.channel.name
        outbox.expire(db, name, now)
        dead = outbox.abandon_dead_leases(db, name, now)
        if dead:
            log.warning("outbox.unclear", channel=name, count=dead)
        late, ids = reports.parked_by_mischance(db, name, now - 6 * CHORES_EVERY)
        reports.settle_parked(db, late, ids, now)

    # on the loop: exchanges

    async def _send(self, rows: Sequence[Found]) -> None:
        loop = asyncio.get_running_loop()
        messages = [to_send(row, self.channel) for row in rows]
        began = loop.time()
        outcomes: Sequence[Outcome]
        answer: HttpResponse | None
        try:
            outcomes, answer = await self._hand_over(messages)
            if answer is not None and answer.status == 401 and self._token_until is not None:
                self._token_until = None  # withdrawn early: nothing was taken, so ask anew once
                await self._log_in()
                outcomes, answer = await self._hand_over(messages)
        except Exception as error:  # noqa: BLE001  an adapter's fault before anything left
            _log_fault(self.channel.name, error)
            outcomes = [TryLater(f"our fault: {type(error).__name__}")] * len(messages)
            answer = None
        took = int((loop.time() - began) * 1000)
        codes = [row.secret for row in rows]
        seen = exchange_text(self.adapter, answer, messages, codes)
        self._done.append(Exchanged(rows, outcomes, took, seen))
        self.wake()

    async def _hand_over(
        self, messages: Sequence[OutboundMessage]
    ) -> tuple[Sequence[Outcome], HttpResponse | None]:
        name, count = self.channel.name, len(messages)
        with tracing.span("exchange", channel=name, messages=count) as traced:
            outcomes, answer = await hand_over(
                self._client, self.adapter, messages, self.channel.answer_within
            )
            words = [WORDS[type(outcome)] for outcome in outcomes]
            traced.set_attributes({f"muster.{word}": words.count(word) for word in set(words)})
        return outcomes, answer

    async def _log_in(self) -> None:
        """Fetch a token where the carrier wants one; a failure is a rest, not a crash."""
        request = self.channel.adapter.login()
        if request is None:
            return
        loop_now = await self._in_thread(self._now)
        if self._token_until and self._token_until > loop_now:
            return
        try:
            answer = await self._client.exchange(request)
            self.adapter, lasts = self.channel.adapter.logged_in(answer)
        except (NotSent, NoAnswer, BadPayload) as error:
            self._mood.hear([TryLater(f"log-in: {type(error).__name__}")], loop_now)
            return
        self._token_until = loop_now + lasts * 0.9

    def _now(self) -> datetime:
        with self._store.read() as db:
            return clock(db)


def _count(done: Sequence[Exchanged]) -> int:
    return sum(len(one.rows) for one in done)


def _log_fault(channel: str, error: Exception) -> None:
    log.error("delivery.failed", channel=channel, error=type(error).__name__)
