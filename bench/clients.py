"""HTTP clients for small requests, to see which one deserves to send: exchanges a second.

Each exchanges with the same stub carrier, so many at once, in the order that delivery does it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import httpx2
import uvloop

from app.delivery.exchange import Client
from bench.carrier import a_carrier
from bench.house import Databases
from bench.run import Run
from gateway_adapters.contract import HttpRequest

AT_ONCE = 16
PATH = "cgi-bin/sendsms?to=989120000001&text=%D8%B3%D9%84%D8%A7%D9%85"

Exchange = Callable[[], Awaitable[bytes]]
Client_ = Callable[[str, int], Coroutine[Any, Any, tuple[float, float]]]


def measure(run: Run, databases: Databases) -> None:
    count = run.size(8000, 1000)
    with a_carrier(databases.folder) as carrier:
        for round_ in run.rounds:
            for name, client in run.track(f"HTTP clients, round {round_}", CLIENTS.items()):
                seconds, cpu = uvloop.run(client(carrier.url + PATH, count))
                figures = {"per_second": count / seconds, "cpu_us": cpu / count * 1e6}
                run.record("client", client=name, at_once=AT_ONCE, round=round_, **figures)


async def _with_httpx2(url: str, count: int) -> tuple[float, float]:
    limits = httpx2.Limits(max_connections=AT_ONCE)
    async with httpx2.AsyncClient(limits=limits) as client:

        async def exchange() -> bytes:
            return (await client.get(url)).content

        return await _timed(exchange, count)


async def _with_aiohttp(url: str, count: int) -> tuple[float, float]:
    async with aiohttp.ClientSession() as client:

        async def exchange() -> bytes:
            async with client.get(url) as answer:
                return await answer.read()

        return await _timed(exchange, count)


async def _with_ours(url: str, count: int) -> tuple[float, float]:
    """Ours is aiohttp with deadlines, a limit on the answer, and what failed told apart."""
    async with Client() as client:

        async def exchange() -> bytes:
            return (await client.exchange(HttpRequest("GET", url))).body

        return await _timed(exchange, count)


async def _timed(exchange: Exchange, count: int) -> tuple[float, float]:
    async def some() -> None:
        for _ in range(count // AT_ONCE):
            if not (await exchange()).startswith(b"0: Accepted"):
                raise RuntimeError("the carrier did not accept")

    await exchange()
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return time.perf_counter() - began, time.process_time() - used


CLIENTS: dict[str, Client_] = {
    "httpx2": _with_httpx2,
    "aiohttp": _with_aiohttp,
    "ours (delivery/exchange.py)": _with_ours,
}
