"""Asking carriers: for new messages, for reports, for what became of the unclear, for balance.

One poller a channel: only the worker that holds the channel's lease asks, because several
carriers hand each message out once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from app.delivery.exchange import Client, NoAnswer, NotSent
from app.delivery.messages import to_ask_about
from app.delivery.server import Server
from app.delivery.settling import settle
from app.delivery.taking import Taking
from app.intake.desk import Busy, Desk
from app.intake.item import Item
from app.intake.spooling import NotKept
from app.store import channels, outbox, reports
from app.store.engine import DatabaseAway, Store, clock
from gateway_adapters.contract import (
    Adapter,
    BadPayload,
    Event,
    HttpResponse,
    Ignored,
    NotKnown,
    OutboundMessage,
    Polled,
)

log = structlog.get_logger()

LOOK_UP_AFTER = timedelta(seconds=20)
LOOK_UP_FOR = timedelta(hours=12)
A_PAGE = 100
SOON = 2.0  # seconds after the start: a worker before this one may have left something
BEGINNING = datetime.min.replace(tzinfo=UTC), 0
ASK_AFTER = timedelta(seconds=30)
ASK_FOR = timedelta(days=2)
ASK_EVERY = 30.0
BALANCE_EVERY = 300.0
LONGEST_PAUSE = 300.0
MOST_PAGES = 1000
RECOVER_BEFORE = timedelta(minutes=5)
TROUBLE = (NotSent, NoAnswer, BadPayload, DatabaseAway, Busy, NotKept)


class Poller:
    """Asks one carrier, while its server leads the channel."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        client: Client,
        thread: ThreadPoolExecutor,
        server: Server,
    ) -> None:
        self._channel, self._store = server.channel, store
        self._client, self._thread, self._server = client, thread, server
        self._recovered = False
        self._asked = BEGINNING
        """Behind which message reports are asked for next."""
        self._taking = Taking(self._channel.name, store, desk, server.new_id, thread)
        self._stopping = self._taking.stopping

    def stop(self) -> None:
        """Ask no more; what is being read is still brought home."""
        self._stopping.set()

    async def run(self) -> None:
        every = type(self._channel.adapter).poll_every.total_seconds()
        await asyncio.gather(
            self._again(self._poll, every),
            self._again(self._ask_reports, ASK_EVERY),
            self._again(self._look_up, LOOK_UP_AFTER.total_seconds()),
            self._again(self._balance, BALANCE_EVERY),
        )

    async def _again(self, work: Callable[[], Any], every: float) -> None:
        """Do this for ever, more slowly while it fails."""
        pause = min(every, SOON)
        while not await self._rest(pause):
            if not self._server.counts.leads:
                self._recovered = False
                continue
            try:
                await work()
                pause = every
            except TROUBLE as error:
                pause = min(LONGEST_PAUSE, max(pause, 1.0) * 2)
                log.warning("poll.failed", channel=self._channel.name, error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  an adapter's fault must not end the poller
                pause = LONGEST_PAUSE
                _log_fault(self._channel.name, error)

    async def _rest(self, seconds: float) -> bool:
        """Wait; tells whether it is time to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    def _adapter(self) -> Adapter:
        """The channel's adapter, with its token where it has one."""
        return self._server.adapter

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # messages

    async def _poll(self) -> None:
        if not self._recovered:
            await self._taking.take_what_is_left(self._polled)
            await self._recover()
            self._recovered = True
        state = await self._in_thread(self._state)
        cursor, more = state.poll_cursor, True
        while more and not self._stopping.is_set():
            request = self._adapter().poll(cursor)
            if request is None:
                return
            try:
                answer = await self._client.exchange(request)
            except NoAnswer:  # the carrier may think that we have it: look what it still keeps
                self._recovered = False
                raise
            polled = await self._taking.take(answer, cursor, self._polled)
            cursor, more = polled.cursor, polled.more

    def _polled(self, answer: HttpResponse, cursor: str) -> Polled:
        return self._adapter().polled(answer, cursor)

    async def _recover(self) -> None:
        """After a crash: read again what the carrier still keeps; repeats are known as such."""
        state = await self._in_thread(self._state)
        since = (state.polled_at or datetime.now(UTC)) - RECOVER_BEFORE
        for page in range(1, MOST_PAGES):
            request = self._adapter().recover(since, page)
            if request is None:
                return
            answer = await self._client.exchange(request)
            polled = self._adapter().recovered(answer, page)
            await self._keep(polled.events, answer)
            if not polled.more:
                return

    async def _keep(self, events: Sequence[Event], answer: HttpResponse) -> None:
        now = datetime.now(UTC)
        wanted = [event for event in events if not isinstance(event, Ignored)]
        items = [
            Item(self._channel.name, event, now, answer.body if number == 0 else None)
            for number, event in enumerate(wanted)
        ]
        await self._taking.submit(items)

    def _state(self) -> channels.ChannelState:
        with self._store.read() as db:
            return channels.states(db)[self._channel.name]

    # reports

    async def _ask_reports(self) -> None:
        for messages in await self._in_thread(self._unreported):
            request = self._adapter().ask_reports(messages)
            if request is None:
                return
            answer = await self._client.exchange(request)
            await self._keep(self._adapter().reports(answer, messages), answer)

    def _unreported(self) -> list[list[OutboundMessage]]:
        """The next few requests' worth; those that never get a report keep nobody from theirs."""
        size = type(self._channel.adapter).report_batch
        with self._store.read() as db:
            now = clock(db)
            after = max(self._asked, (now - ASK_FOR, 0))
            rows = outbox.in_state(
                db, self._channel.name, "sent", after, now - ASK_AFTER, 10 * size
            )
        is_last = len(rows) < 10 * size
        self._asked = BEGINNING if is_last else (rows[-1].updated_at, rows[-1].id)
        messages = [to_ask_about(row) for row in rows if row.carrier_id]
        return [messages[start : start + size] for start in range(0, len(messages), size)]

    # the unclear

    async def _look_up(self) -> None:
        """Look up all that is in doubt; one that fails keeps no other from its end."""
        after, at_once = BEGINNING, self._channel.connections
        while rows := await self._in_thread(partial(self._unclear, after)):
            after = rows[-1].updated_at, rows[-1].id
            if self._adapter().look_up(to_ask_about(rows[0])) is None or self._stopping.is_set():
                return
            for some in (rows[n : n + at_once] for n in range(0, len(rows), at_once)):
                ends = await asyncio.gather(*map(self._look, some), return_exceptions=True)
                failed = [end for end in ends if isinstance(end, BaseException)]
                if len(failed) == len(some):
                    raise failed[0]

    async def _look(self, row: Any) -> None:
        message = to_ask_about(row)
        request = self._adapter().look_up(message)
        if request is not None:
            answer = await self._client.exchange(request)
            found = self._adapter().looked_up(answer, message)
            await self._in_thread(partial(self._settle, row, found))

    def _unclear(self, after: tuple[datetime, int]) -> Sequence[Any]:
        with self._store.read() as db:
            now = clock(db)
            after = max(after, (now - LOOK_UP_FOR, 0))
            return outbox.in_state(
                db, self._channel.name, "unclear", after, now - LOOK_UP_AFTER, A_PAGE
            )

    def _settle(self, row: Any, found: Any) -> None:
        with self._store.write() as db:
            now = clock(db)
            if isinstance(found, NotKnown):  # never taken: it is safe to send
                columns = {**_never_taken(row, now), "due_at": now}
            else:
                what = settle(
                    found, tries=row.tries, now=now, expires_at=row.expires_at, chance=0.5
                )
                if what.state in ("queued", "unclear"):
                    return
                first = next(iter(what.carrier_ids), row.carrier_id)
                columns = {"state": what.state, "reason": what.reason, "carrier_id": first}
            outbox.settle_unclear(db, row.id, columns, now)
            if key := columns.get("carrier_id"):  # its report may have come before us
                early = reports.parked(db, self._channel.name, [key])
                reports.settle_parked(db, early, {key: row.id}, now)

    # money

    async def _balance(self) -> None:
        request = self._adapter().balance()
        if request is None:
            return
        answer = await self._client.exchange(request)
        balance = self._adapter().balance_from(answer)
        await self._in_thread(partial(self._note_balance, f"{balance.amount} {balance.unit}"))

    def _note_balance(self, text: str) -> None:
        with self._store.write() as db:
            channels.note(db, self._channel.name, balance=text)


def _never_taken(row: Any, now: datetime) -> dict[str, Any]:
    """What becomes of a message that the carrier surely does not have."""
    if row.expires_at <= now:
        return {"state": "expired", "reason": "past its deadline"}
    if outbox.STARS in row.text:
        return {"state": "failed", "reason": "its code is forgotten"}
    return {"state": "queued", "reason": ""}


def _log_fault(channel: str, error: Exception) -> None:
    log.error("poll.failed", channel=channel, error=type(error).__name__)
