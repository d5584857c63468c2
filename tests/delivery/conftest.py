"""A worker on a fresh database, and a carrier on loopback that answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Table, select

from app.delivery.exchange import Client
from app.delivery.server import Server
from app.intake.channel import Channel
from app.intake.writes import Writes
from app.store import channels as channel_rows
from app.store import outbox as outbox_rows
from app.store import participants
from app.store.engine import Store, open_store
from app.store.ids import Ids
from gateway_adapters.simulator import Simulator

LINE = "30001152"
Answer = Callable[[list[dict[str, Any]]], Awaitable[web.StreamResponse] | web.StreamResponse]


def accepted(messages: list[dict[str, Any]]) -> web.Response:
    results = [
        {"our_id": m["our_id"], "id": f"c{m['our_id']}", "outcome": "accepted"} for m in messages
    ]
    return web.json_response({"results": results})


def outcome(word: str) -> Answer:
    def answer(messages: list[dict[str, Any]]) -> web.Response:
        results = [{"our_id": m["our_id"], "outcome": word} for m in messages]
        return web.json_response({"results": results})

    return answer


@dataclass
class Carrier:
    """Keeps every message that reached it, in order."""

    answer: Answer = accepted
    seen: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        messages = json.loads(await request.read())["messages"]
        self.requests += 1
        self.seen += messages
        answer = self.answer(messages)
        return answer if isinstance(answer, web.StreamResponse) else await answer

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.seen]


@dataclass
class Post:
    """The outbox side: what is owed, and one server that sends it."""

    store: Store
    carrier: Carrier
    server: Server
    new_id: Ids
    channel: Channel
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def owe(self, person: int, *texts: str, **columns: Any) -> None:
        with self.store.write() as db:
            now, people = participants.hold(db, [f"+98912{person:07d}"], self.new_id)
            writes = Writes(self.new_id, now)
            for text in texts:
                writes.owe(self.channel, *people.values(), text, **columns)
            outbox_rows.add(db, writes.outbox)

    def rows(self, table: Table, *conditions: Any) -> list[Any]:
        with self.store.read() as db:
            first = next(iter(table.primary_key))
            return list(db.execute(select(table).where(*conditions).order_by(first)))

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self.server.run()))

    async def until(self, condition: Callable[[], object], within: float = 60) -> None:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110  a database has no event to wait for
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.server.finish()


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    carrier = Carrier()
    app = web.Application()
    app.router.add_post("/send", carrier.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    carrier.url = f"http://127.0.0.1:{runner.addresses[0][1]}/send"
    yield carrier
    await runner.cleanup()


@pytest.fixture
def settings() -> dict[str, Any]:
    """Columns of the channel that a test wants otherwise."""
    return {}


@pytest.fixture
async def post(
    database_url: str, carrier: Carrier, settings: dict[str, Any]
) -> AsyncIterator[Post]:
    store = open_store(database_url)
    adapter = Simulator(secret="s", send_url=carrier.url)
    given = {"name": "main", "adapter": adapter, "secrets": ("x",), "lines": (LINE,), "tps": 5000.0}
    channel = Channel(**{**given, **settings})
    with store.write() as db:
        channel_rows.know(db, ["main"])
    thread = ThreadPoolExecutor(1)
    async with Client() as client:
        server = Server(channel, store, client, Ids(2), "worker-1", thread, lambda: 0.0)
        post = Post(store, carrier, server, Ids(3), channel)
        yield post
        await post.stop()
    thread.shutdown()
    store.close()


def later(**parts: float) -> datetime:
    return datetime.now(UTC) + timedelta(**parts)
