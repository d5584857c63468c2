"""While the database is away: items wait in the spool, and come in again in their order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import orjson
import structlog

from app.intake.channel import Channel
from app.intake.item import Answer, Item, Unread, restored, stored
from app.intake.queue import Pending
from app.store.engine import DatabaseAway
from app.store.spool import Spool, SpoolFull

log = structlog.get_logger()

AT_ONCE = 400  # items brought in before they are forgotten
PAUSE = 0.5  # seconds between looks at a database that was away
T = TypeVar("T")


class NotKept(Exception):
    """Neither the database nor the spool could keep it, or nobody knows."""


class Backlog:
    """What waits in the spool. Whoever comes while it is not empty waits behind it."""

    def __init__(
        self,
        spool: Spool,
        channels: Mapping[str, Channel],
        person: Callable[[Item], str],
        take: Callable[[Sequence[Item]], Awaitable[list[Answer]]],
    ) -> None:
        """`take` brings a group into the database, at most one item a person."""
        self._spool, self._channels, self._person, self._take = spool, channels, person, take
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        """Its own: those that all share are few, and wait for the database just then."""
        self._draining: asyncio.Task[None] | None = None
        self.may_drain = True
        """False while nobody knows whether the database is as it should be."""

    def __len__(self) -> int:
        return len(self._spool)

    async def keep(self, waiting: Iterable[Pending]) -> None:
        """Keep what can wait behind what is there already; tell the others."""
        waiting = list(waiting)
        fail([one for one in waiting if not _can_wait(one.item)], NotKept())
        kept = [one for one in waiting if not one.done.done()]
        try:
            if kept:
                rows = [stored(one.item) for one in kept]
                await self._in_thread(partial(self._spool.put, rows))
        except SpoolFull:
            fail(kept, NotKept())
        for one in kept:
            if not one.done.done():
                one.done.set_result(Answer("spooled"))
        self.drain()

    def drain(self) -> None:
        """Begin to bring in what is there, unless that goes on already."""
        if (
            self.may_drain
            and len(self._spool)
            and (self._draining is None or self._draining.done())
        ):
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while len(self._spool):
            try:
                await self._bring_in()
            except DatabaseAway:
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001  whatever it is, the spool must not rest
                _log_fault(error)
                await asyncio.sleep(PAUSE)

    async def _bring_in(self) -> None:
        """Bring in the oldest; only then forget them. A repeat after a crash changes nothing."""
        rows = await self._in_thread(partial(self._spool.oldest, AT_ONCE))
        for group in rounds([self._again(row) for _, row in rows], self._person):
            await self._take(group)
        await self._in_thread(partial(self._spool.done, [row for row, _ in rows]))

    def _again(self, row: dict[str, Any]) -> Item:
        """Read an item; what cannot be read any more is kept for people to look at."""
        try:
            item = restored(row)
        except Exception:  # noqa: BLE001  an older version may have written anything
            return _unread(row, "the spool held what this version cannot read")
        if item.channel not in self._channels:
            return _unread(row, "its channel is gone from the settings")
        return item

    def takes(self) -> bool:
        """Tell whether there is room; where there was none, a write alone can tell."""
        return not self._spool.is_full or self._spool.try_out()

    async def stop(self) -> None:
        self.may_drain = False
        if self._draining is not None:
            self._draining.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._draining

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        self._thread.shutdown()
        self._spool.close()


def _log_fault(error: Exception) -> None:
    """Log what failed by its class alone: messages of errors hold numbers and texts."""
    log.error("spool.failed", error=type(error).__name__)


def fail(group: Iterable[Pending], error: Exception) -> None:
    """Tell everyone who still waits."""
    for one in group:
        if not one.done.done():
            one.done.set_exception(error)


def rounds(items: Sequence[Item], person: Callable[[Item], str]) -> list[list[Item]]:
    """Split items so that each group has at most one of each person, in order."""
    found: list[list[Item]] = []
    heard: dict[str, int] = {}
    for item in items:
        who = person(item)
        turn = heard.get(who, 0) if who else 0
        if who:
            heard[who] = turn + 1
        while len(found) <= turn:
            found.append([])
        found[turn].append(item)
    return found


def _can_wait(item: Item) -> bool:
    """A text can be answered later; a screen is wanted now."""
    return item.kind in ("message", "report", "opted_out", "opted_in", "unread")


def _unread(row: Mapping[str, Any], problem: str) -> Item:
    raw = row.get("raw")
    kept = raw.encode("latin-1") if isinstance(raw, str) else orjson.dumps(row)
    return Item(str(row.get("channel", "")), Unread(problem), datetime.now(UTC), kept)
