"""A crowd's way in and out: posts to the webhook, and the place where our sends arrive."""

import asyncio
import ipaddress
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from app.simulator.hook import HEADER

DEADLINE = 60.0
CARRIER = "/simulator/carrier/"
PATIENCE = 5
REPORTS_AT_ONCE = 100
MOST_BYTES = 4 * 1024 * 1024


class NotLoopback(Exception):
    """The address is not on this machine."""


class NoTap(Exception):
    """The server has no tap for us to read."""


def on_loopback(url: str) -> str:
    """The address itself, if it is on this machine: a crowd is for nobody else's server."""
    host = urlsplit(url).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise NotLoopback(url)
    return url


def is_the_servers(send_url: str) -> bool:
    """Whether our sends go to the simulator that the server itself runs."""
    return urlsplit(send_url).path.startswith(CARRIER)


Arrived = Callable[[Sequence[Mapping[str, Any]]], None]


@dataclass
class Door:
    """Where a crowd stands: the webhook of one simulated channel, and its `send_url`."""

    hook: str
    secret: str = field(repr=False)
    send_url: str
    arrived: Arrived
    """Told of every batch of messages that we sent to the crowd."""
    _client: aiohttp.ClientSession | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _ids: Any = field(default_factory=lambda: itertools.count(1))
    _reader: asyncio.Task[None] | None = None
    _run: str = field(default_factory=lambda: secrets.token_hex(4))

    def __post_init__(self) -> None:
        on_loopback(self.hook)
        on_loopback(self.send_url)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=200)
        self._client = await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=DEADLINE),
                headers={HEADER: self.secret},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        )
        try:
            await (self._open_tap() if is_the_servers(self.send_url) else self._listen())
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reader:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._stack.aclose()

    # in

    async def bring(self, items: Sequence[Mapping[str, Any]]) -> int:
        """Post one request; gives the status, 0 where there was no answer."""
        assert self._client
        body = json.dumps(items[0] if len(items) == 1 else items, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        try:
            async with self._client.post(self.hook, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError):
            return 0

    def new_id(self) -> str:
        return f"crowd-{self._run}-{next(self._ids)}"

    # out, where the server's own simulator takes our sends

    async def _open_tap(self) -> None:
        assert self._client
        base = self.send_url.removesuffix("send")
        try:
            async with self._client.post(f"{base}taps") as answer:
                if answer.status != 201:
                    raise NoTap(f"HTTP {answer.status}")
                token = (await answer.json())["tap"]
        except aiohttp.ClientError as error:
            raise NoTap(type(error).__name__) from error
        self._reader = asyncio.create_task(self._read(f"{base}taps/{token}"))

    async def _read(self, url: str) -> None:
        assert self._client
        while True:
            try:
                async with self._client.get(url, params={"patience": PATIENCE}) as answer:
                    said = await answer.json() if answer.status == 200 else []
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.5)
                continue
            if said:
                self.arrived(said)

    # out, at an endpoint of our own

    async def _listen(self) -> None:
        where = urlsplit(self.send_url)
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post(where.path, self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, where.hostname, where.port).start()

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get(HEADER) != self.secret:
            return web.Response(status=403)
        said = await request.json()
        taken = [{**message, "id": self.new_id()} for message in said["messages"]]
        self.arrived(taken)
        results = [
            {"our_id": one["our_id"], "id": one["id"], "outcome": "accepted"} for one in taken
        ]
        return web.json_response({"results": results})


async def report(
    bring: Callable[[Sequence[Mapping[str, Any]]], Awaitable[int]], ids: asyncio.Queue[str]
) -> None:
    """Bring delivery reports as they come, many in a request."""
    while True:
        batch = [await ids.get()]
        await asyncio.sleep(0.1)
        while len(batch) < REPORTS_AT_ONCE and not ids.empty():
            batch.append(ids.get_nowait())
        await bring([{"id": one, "status": "delivered"} for one in batch])
        for _ in batch:
            ids.task_done()
