"""The outbox worker: a server and a poller for every channel, in one process."""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from app.delivery.exchange import Client
from app.delivery.housekeeping import Housekeeper
from app.delivery.polls import Poller
from app.delivery.server import Server
from app.intake.channel import Channel
from app.intake.desk import Desk
from app.store import channels as channel_rows
from app.store.engine import DatabaseAway, Store
from app.store.ids import Ids

THREADS = 2
LAST_WORDS = 3.0  # seconds that a poll under way has to bring home what it was handed


def owner_name() -> str:
    """Name this worker as no other is named."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """Runs until it is stopped; leases go back at a graceful stop."""

    def __init__(
        self,
        channels: Sequence[Channel],
        store: Store,
        desk: Desk,
        new_id: Ids,
        keep: timedelta = timedelta(days=90),
    ) -> None:
        self._store = store
        self._owner = owner_name()
        self._threads = ThreadPoolExecutor(
            1 if store.is_sqlite else THREADS, thread_name_prefix="delivery"
        )
        self._client = Client()
        self.servers = [
            Server(channel, store, self._client, new_id, self._owner, self._threads)
            for channel in channels
        ]
        self._pollers = [
            Poller(store, desk, self._client, self._threads, server) for server in self.servers
        ]
        self._housekeeper = Housekeeper(store, self._owner, keep, self._threads)
        self._tasks: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """Messages were owed in this process: look at once."""
        for server in self.servers:
            server.wake()

    async def start(self) -> None:
        await self._client.__aenter__()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._know)
        runs = [one.run() for one in self.servers] + [one.run() for one in self._pollers]
        self._tasks = [asyncio.create_task(run) for run in runs]
        self._housekeeping = asyncio.create_task(self._housekeeper.run())

    def _know(self) -> None:
        with contextlib.suppress(DatabaseAway), self._store.write() as db:
            channel_rows.know(db, [server.channel.name for server in self.servers])

    async def stop(self) -> None:
        """Stop claiming, finish what is in the air, give the leases back."""
        self._housekeeping.cancel()
        for server in self.servers:
            server.stop()
        for poller in self._pollers:
            poller.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_WORDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self._housekeeping, return_exceptions=True)
        await asyncio.gather(*(server.finish() for server in self.servers))
        await self._client.__aexit__(None, None, None)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._let_go)
        self._threads.shutdown()

    def _let_go(self) -> None:
        with contextlib.suppress(DatabaseAway), self._store.write() as db:
            channel_rows.let_go(db, self._owner)
