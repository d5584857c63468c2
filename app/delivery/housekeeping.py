"""Work of no channel: forgetting what is old. One process at a time does it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog

from app.store import channels, retention
from app.store.engine import Store, clock

log = structlog.get_logger()

NAME = "~housekeeping"  # stands beside the channels' leases; no channel can be called so
LEASE = timedelta(minutes=5)
EVERY = 600.0  # seconds between sweeps
BETWEEN = 0.2  # seconds between the small transactions of one sweep


class Housekeeper:
    def __init__(
        self, store: Store, owner: str, keep: timedelta, thread: ThreadPoolExecutor
    ) -> None:
        self._store, self._owner, self._keep, self._thread = store, owner, keep, thread

    async def run(self) -> None:
        while True:
            try:
                await self._sweep()
            except Exception as error:  # noqa: BLE001  one fault must not end this for good
                log.warning("housekeeping.failed", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def _sweep(self) -> None:
        forgotten = 0
        while await self._in_thread(self._lead) and (some := await self._in_thread(self._forget)):
            forgotten += some
            await asyncio.sleep(BETWEEN)
        if forgotten:
            log.info("housekeeping.forgot", count=forgotten)

    async def _in_thread(self, work: Callable[[], int]) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _lead(self) -> int:
        with self._store.write() as db:
            channels.know(db, [NAME])
            return int(channels.lease(db, NAME, self._owner, clock(db), LEASE) is not None)

    def _forget(self) -> int:
        with self._store.write() as db:
            return retention.forget(db, self._keep)
