"""Bringing home what a poll was handed: kept raw first, then taken in, however long that takes."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from app.intake.desk import Busy, Desk
from app.intake.item import Item, Unread
from app.intake.spooling import NotKept
from app.store import polled as kept
from app.store.engine import DatabaseAway, Store, clock
from app.store.ids import Ids
from app.store.polled import Brought
from gateway_adapters.contract import BadPayload, Event, HttpResponse, Ignored, Polled

log = structlog.get_logger()

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0


class Taking:
    """Of one channel. Nothing that it was handed is let go before the desk has it."""

    def __init__(
        self, channel: str, store: Store, desk: Desk, new_id: Ids, thread: ThreadPoolExecutor
    ) -> None:
        self._channel, self._store, self._desk = channel, store, desk
        self._new_id, self._thread = new_id, thread
        self.stopping = asyncio.Event()

    async def take(
        self, answer: HttpResponse, cursor: str, read: Callable[[HttpResponse, str], Polled]
    ) -> Polled:
        """Take in what a poll brought; raises BadPayload if it cannot be read, when it is kept."""
        brought = Brought(
            id=self._new_id(),
            channel=self._channel,
            cursor=cursor,
            status=answer.status,
            headers=dict(answer.headers),
            body=answer.body,
            at=datetime.now(UTC),
        )
        return await self._take_in(brought, read, is_new=True)

    async def take_what_is_left(self, read: Callable[[HttpResponse, str], Polled]) -> None:
        """Go on with what a worker kept and died over; what it had taken in meets itself."""
        for brought in await self._in_thread(self._left):
            try:
                await self._take_in(brought, read, is_new=False)
            except BadPayload as error:
                log.warning("poll.unread", channel=self._channel, error=type(error).__name__)

    async def _take_in(
        self, brought: Brought, read: Callable[[HttpResponse, str], Polled], *, is_new: bool
    ) -> Polled:
        problem: Exception | None = None
        try:
            answer = HttpResponse(brought.status, brought.body, brought.headers)
            found = read(answer, brought.cursor)
            items = _items(brought, found.events)
        except Exception as error:  # noqa: BLE001  an adapter's own fault must not lose the batch
            problem, found = error, Polled((), brought.cursor)
            told = str(error) if isinstance(error, BadPayload) else type(error).__name__
            items = [Item(self._channel, Unread(told), brought.at, brought.body)]
        if items and is_new:
            await self._keep(brought)
        await self.submit(items)
        await self._in_thread(partial(self._done, brought, found.cursor))
        if problem is not None:
            raise problem
        return found

    async def submit(self, items: Sequence[Item]) -> None:
        """Hand items to the desk until it takes them; only the end of the process is a way out."""
        pause = FIRST_PAUSE
        while items:
            try:
                await self._desk.submit(items)
                return
            except (Busy, NotKept) as error:
                log.warning("poll.waits", channel=self._channel, error=type(error).__name__)
                if self.stopping.is_set():
                    raise
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _keep(self, brought: Brought) -> None:
        try:
            await self._in_thread(partial(self._write, brought))
        except DatabaseAway:  # then the desk puts it into the spool
            log.warning("poll.not_kept_raw", channel=self._channel)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _write(self, brought: Brought) -> None:
        with self._store.write() as db:
            kept.keep(db, brought)

    def _left(self) -> list[Brought]:
        with self._store.read() as db:
            return kept.left(db, self._channel)

    def _done(self, brought: Brought, cursor: str) -> None:
        with self._store.write() as db:
            kept.done(db, brought, cursor, clock(db))


def _items(brought: Brought, events: Sequence[Event]) -> list[Item]:
    """Make items whose keys are the same each time that this batch is read."""
    wanted = [event for event in events if not isinstance(event, Ignored)]
    return [
        Item(
            brought.channel,
            event,
            brought.at,
            brought.body if number == 0 else None,
            f"poll-{brought.id}-{number}",
        )
        for number, event in enumerate(wanted)
    ]
