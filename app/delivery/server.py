"""Serving one channel: its lease, its pace, its order; claim, hand over, settle, again.

Each cycle is one transaction that writes what came back and claims what goes next, so the
number of open exchanges is bounded and a slow carrier holds up nobody but itself.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from app.delivery.exchange import Client, NoAnswer, NotSent, hand_over
from app.delivery.redaction import exchange_text
from app.delivery.settling import WORDS, Mood, Settled, allowance, settle
from app.intake.channel import Channel, dialable
from app.intake.writes import BULK, REMINDER
from app.store import channels, outbox, participants, reports
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
STANDBY = 2.0  # seconds between tries for a lease that another worker holds
MOST_AT_ONCE = 2000
PACE_WINDOW = timedelta(milliseconds=100)


@dataclass(frozen=True)
class Done:
    row: Found
    outcome: Outcome
    took_ms: int
    exchange: str


@dataclass
class Counts:
    """What the metrics tell of a channel."""

    outcomes: dict[str, int] = field(default_factory=dict)
    leads: bool = False


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
        self._done: list[Done] = []
        self._sending: set[asyncio.Task[None]] = set()
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
                self.counts.leads = False
                pause = STANDBY
            except Exception as error:  # noqa: BLE001  a fault in one cycle must not end the service
                _log_fault(self.channel.name, error)
                pause = STANDBY
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._awake.wait()
            self._awake.clear()

    async def finish(self) -> None:
        """Wait for open exchanges and write what became of them."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=LAST_WAIT)
        with contextlib.suppress(DatabaseAway):
            await self._in_thread(self._write_done)

    async def _cycle(self) -> float:
        await self._log_in()
        rows, pause = await self._in_thread(self._claim)
        for batch in _batches(rows, type(self.adapter)):
            task = asyncio.create_task(self._send(batch))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return float(pause)

    # in the thread: transactions

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _claim(self) -> tuple[Sequence[Found], float]:
        if not self._done and self._is_idle():
            return [], IDLE
        with self._store.write() as db:
            now = clock(db)
            count = self._settle(db, now)
            state = channels.lease(db, self.channel.name, self._owner, now, LEASE)
            found = self._next(db, state, now)
        del self._done[:count]  # only now is it sure that they are written
        self.counts.leads = state is not None
        self._lease_until = None if state is None else state.lease_until
        return found

    def _is_idle(self) -> bool:
        """Whether a look is enough: nothing is due and the lease is fresh."""
        with self._store.read() as db:
            now = clock(db)
            fresh = self._lease_until is not None and now < self._lease_until - LEASE / 2
            chores = self._chores_at is None or now >= self._chores_at
            return fresh and not chores and not outbox.is_due(db, self.channel.name, now)

    def _next(
        self, db: Db, state: ChannelState | None, now: datetime
    ) -> tuple[Sequence[Found], float]:
        if state is None:
            return [], STANDBY
        self._chores(db, now)
        limit = self._room(state, now)
        return self._take(db, state, now, limit) if limit else ([], IDLE)

    def _take(
        self, db: Db, state: ChannelState, now: datetime, limit: int
    ) -> tuple[Sequence[Found], float]:
        pace = max(timedelta(seconds=1 / self.channel.tps), PACE_WINDOW)
        allowed, start = allowance(state.next_send_at, now, self.channel.tps, pace)
        if allowed == 0:
            return [], 0.02
        most = REMINDER if self._is_quiet(now) else BULK
        wanted = min(allowed, limit)
        rows = outbox.claim(db, self.channel.name, now, wanted, SEND_LEASE, most)
        if rows:
            next_send_at = start + timedelta(seconds=len(rows) / self.channel.tps)
            channels.note(db, self.channel.name, next_send_at=next_send_at)
        return rows, 0.0 if len(rows) == wanted else IDLE

    def _room(self, state: ChannelState, now: datetime) -> int:
        """How many messages may be in the air besides those that are."""
        if self._mood.resting_until and self._mood.resting_until > now:
            return 0
        if state.paused:
            due = state.probe_at is not None and state.probe_at <= now
            return 1 if due and not self._sending else 0
        free = self.channel.connections - len(self._sending)
        return max(0, min(free * type(self.adapter).batch_size, MOST_AT_ONCE))

    def _is_quiet(self, now: datetime) -> bool:
        if self.channel.quiet is None:
            return False
        start, end = self.channel.quiet
        hour = now.astimezone(ZoneInfo(self.channel.zone)).hour
        return start <= hour or hour < end if start > end else start <= hour < end

    def _chores(self, db: Db, now: datetime) -> None:
        if self._chores_at is not None and now < self._chores_at:
            return
        self._chores_at = now + CHORES_EVERY
        outbox.expire(db, self.channel.name, now)
        dead = outbox.abandon_dead_leases(db, self.channel.name, now)
        if dead:
            log.warning("outbox.unclear", channel=self.channel.name, count=dead)

    def _write_done(self) -> None:
        with self._store.write() as db:
            count = self._settle(db, clock(db))
        del self._done[:count]

    def _settle(self, db: Db, now: datetime) -> int:
        """Write what became of the exchanges that ended since the last cycle; gives how many."""
        done = list(self._done)
        if not done:
            return 0
        settled = [(one, self._settled(one, now)) for one in done]
        outbox.finish(
            db,
            sorted((_columns(one.row, what, now) for one, what in settled), key=_by_id),
            [self._attempt(one, now) for one, _ in settled],
        )
        self._note_ids(db, settled)
        self._note_wishes(db, settled, now)
        self._mood.hear([one.outcome for one in done], now)
        if self._mood.news:
            channels.note(db, self.channel.name, **self._mood.news)
            self._mood.news = {}
        return len(done)

    def _settled(self, one: Done, now: datetime) -> Settled:
        row = one.row
        return settle(
            one.outcome,
            tries=row.tries,
            now=now,
            expires_at=row.expires_at,
            chance=self._chance(),
        )

    def _attempt(self, one: Done, now: datetime) -> dict[str, Any]:
        word = WORDS[type(one.outcome)]
        self.counts.outcomes[word] = self.counts.outcomes.get(word, 0) + 1
        return {
            "id": self.new_id(),
            "outbox_id": one.row.id,
            "outcome": word,
            "reason": getattr(one.outcome, "reason", ""),
            "took_ms": one.took_ms,
            "exchange": one.exchange,
            "at": now,
        }

    def _note_ids(self, db: Db, settled: Sequence[tuple[Done, Settled]]) -> None:
        name = self.channel.name
        more = [
            {"channel": name, "carrier_id": carrier_id, "outbox_id": one.row.id}
            for one, what in settled
            for carrier_id in dict.fromkeys(what.carrier_ids[1:])
        ]
        outbox.add_carrier_ids(db, more)
        ids = {i: one.row.id for one, what in settled for i in what.carrier_ids}
        early = reports.parked(db, name, ids) if ids else []
        if early:
            reports.settle_parked(db, early, ids, clock(db))

    def _note_wishes(self, db: Db, settled: Sequence[tuple[Done, Settled]], now: datetime) -> None:
        left = {one.row.participant_id for one, what in settled if what.opted_out}
        rows = [
            {
                "id": self.new_id(),
                "participant_id": person,
                "channel": self.channel.name,
                "wish": "out",
                "source": "carrier",
                "line": "",
                "heard": "",
                "at": now,
            }
            for person in sorted(left)
        ]
        participants.record_wishes(db, rows)
        for person in sorted(left):
            outbox.cancel_for(db, person, self.channel.name, now)

    # on the loop: exchanges

    async def _send(self, rows: Sequence[Found]) -> None:
        loop = asyncio.get_running_loop()
        messages = [self._message(row) for row in rows]
        began = loop.time()
        outcomes: Sequence[Outcome]
        answer: HttpResponse | None
        try:
            outcomes, answer = await hand_over(self._client, self.adapter, messages)
            if answer is not None and answer.status == 401 and self._token_until is not None:
                self._token_until = None  # withdrawn early: nothing was taken, so ask anew once
                await self._log_in()
                outcomes, answer = await hand_over(self._client, self.adapter, messages)
        except Exception as error:  # noqa: BLE001  an adapter's fault before anything left
            _log_fault(self.channel.name, error)
            outcomes = [TryLater(f"our fault: {type(error).__name__}")] * len(messages)
            answer = None
        took = int((loop.time() - began) * 1000)
        codes = [row.secret for row in rows]
        seen = exchange_text(self.adapter, answer, messages, codes)
        pairs = zip(rows, outcomes, strict=True)
        self._done += [Done(row, outcome, took, seen) for row, outcome in pairs]
        self.wake()

    def _message(self, row: Found) -> OutboundMessage:
        return OutboundMessage(
            our_id=str(row.id),
            number=row.id,
            to=dialable(row.address),
            text=outbox.whole_text(row),
            sender=row.line,
            reply_token=row.reply_token,
            report_url=self.channel.report_url,
            expires_in=row.expires_at - row.updated_at,
            dialog_id=row.dialog_id,
            more=row.more,
            at=datetime.now(UTC),
        )

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


def _columns(row: Found, what: Settled, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": what.state,
        "reason": what.reason,
        "carrier_id": next(iter(what.carrier_ids), ""),
        "due_at": what.due_at or row.due_at,
        "lease_until": None,
        "updated_at": now,
    }


def _batches(rows: Sequence[Found], kind: type[Adapter]) -> list[Sequence[Found]]:
    """Cut what was claimed into requests; some carriers take one sender a request."""
    found: list[list[Found]] = []
    for row in rows:
        fits = found and len(found[-1]) < kind.batch_size
        if fits and (not kind.one_sender or found[-1][0].line == row.line):
            found[-1].append(row)
        else:
            found.append([row])
    return list(found)


def _by_id(row: dict[str, Any]) -> int:
    return int(row["id"])


def _log_fault(channel: str, error: Exception) -> None:
    log.error("delivery.failed", channel=channel, error=type(error).__name__)
