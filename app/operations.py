"""For whoever runs the house: is it alive, can it keep what it is given, what does it count."""

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Receive, Scope, Send

from app.delivery.worker import Worker
from app.hooks.door import Door
from app.intake.desk import MOST_PENDING, Desk
from app.store import channels, outbox
from app.store.engine import DatabaseAway, Store, clock
from app.store.ids import take_numbers
from app.store.patience import answered_within

LOOK_WITHIN = 2.0  # seconds
TOLD_WITHIN = 0.5  # seconds, if there is a spool: a load balancer hears soon, or takes us for dead
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PRIORITIES = ("reply", "reminder", "bulk")


class Parts(Protocol):
    """What is looked at."""

    store: Store
    desk: Desk
    worker: Worker


class _Beside(uvicorn.Server):
    """A server beside other work, which hears the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(parts: Parts, at: socket.socket) -> AsyncIterator[None]:
    """Tell the same of a process that serves nothing else."""
    app = FastAPI(openapi_url=None)
    app.include_router(router(parts, None))
    server = _Beside(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve([at]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


INSIDE = frozenset(
    {"/metrics", "/openapi.json", "/api/v1/docs", "/api/v1/docs.css", "/api/v1/openapi.json"}
)
"""What tells of the house, and in production tells it only to addresses that are not public."""


class Inside:
    """Answers nobody outside on those paths. A caller is who our own proxies say it is."""

    def __init__(self, app: ASGIApp, caller: Callable[[Scope], Address | None]) -> None:
        self._app, self._caller = app, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") in INSIDE:
            address = self._caller(scope)
            if address is None or address.is_global:
                return await Response(status_code=404)(scope, receive, send)
        return await self._app(scope, receive, send)


def router(parts: Parts, door: Door | None) -> APIRouter:
    routes = APIRouter(tags=["operations"])
    looks = _Looks(parts)
    registry = CollectorRegistry()
    registry.register(_Collector(parts, door))
    ProcessCollector(registry=registry)

    @routes.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, object]:
        return {
            "status": "alive",
            "database": parts.desk.trouble or "well",
            "channels": {one.channel.name: one.counts.does for one in parts.worker.servers},
        }

    @routes.get("/readyz", summary="It can keep what it is given")
    async def readyz() -> JSONResponse:
        spool = await looks.spool_state()
        away = await looks.trouble(TOLD_WITHIN if spool == "on" else None)
        full = parts.desk.depth >= MOST_PENDING
        ready = (not away or spool == "on") and not full
        told = {
            "ready": ready,
            "database": f"away: {away}" if away else "reachable",
            "spool": spool,
            "spooled": parts.desk.spooled,
            "pending": parts.desk.depth,
        }
        return JSONResponse(told, 200 if ready else 503)

    @routes.get("/metrics", summary="Prometheus metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return routes


class _Looks:
    """Looks at what keeps things, on threads of its own: the shared ones may all be waiting."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="look")
        self._look: asyncio.Future[str] | None = None

    async def trouble(self, within: float | None) -> str:
        """Say why the database cannot keep anything; who asks during a look hears of that one."""
        look = self._look
        if look is None or look.done():
            look = self._look = self._in_thread(lambda: _trouble(self._parts))
        await asyncio.wait([look], timeout=within)
        if look.done():
            return look.result()
        return self._parts.desk.trouble or "it does not answer"

    async def spool_state(self) -> str:
        return await self._in_thread(self._parts.desk.spool_state)

    def _in_thread(self, look: Callable[[], str]) -> "asyncio.Future[str]":
        return asyncio.get_running_loop().run_in_executor(self._threads, look)


def _trouble(parts: Parts) -> str:
    """Why the database cannot keep anything now; empty if it can.

    A look is enough while groups are kept. If the last one was not, only a write can tell: a
    database whose disk is full answers questions as ever.
    """
    if not parts.desk.is_open:
        return parts.desk.trouble
    try:
        with answered_within(LOOK_WITHIN):
            if parts.desk.trouble:
                with parts.store.write() as db:
                    take_numbers(db, "looks", 1)
            else:
                with parts.store.read() as db:
                    clock(db)
    except DatabaseAway as error:
        return str(error)
    return ""


class _Collector:
    """Reads the counts when it is asked; nothing is counted twice."""

    def __init__(self, parts: Parts, door: Door | None) -> None:
        self._parts, self._door = parts, door

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._intake()
        yield from self._hooks()
        yield from self._delivery()
        try:
            yield from self._stored()
        except DatabaseAway:
            yield GaugeMetricFamily("muster_database_up", "1 if the database answers", 0)

    def _intake(self) -> Iterator[Metric]:
        desk = self._parts.desk
        counts = desk.counts
        counted = {
            "items": ("Things taken in: texts, dialog inputs, reports", counts.items),
            "groups": ("Transactions that took them in", counts.groups),
            "repeats": ("Things that came again and changed nothing", counts.repeats),
            "poisoned": ("Things set aside because handling them failed", counts.poisoned),
            "database_away": ("Groups that found the database away", counts.away),
            "commit_seconds": ("Seconds spent on groups, commit included", counts.seconds),
        }
        for name, (text, value) in counted.items():
            yield CounterMetricFamily(f"muster_intake_{name}", text, value)
        yield GaugeMetricFamily("muster_intake_pending", "Things that wait for a lane", desk.depth)
        yield GaugeMetricFamily("muster_spool_items", "Things in the spool", desk.spooled)
        if counts.sizes:
            mean = sum(counts.sizes) / len(counts.sizes)
            yield GaugeMetricFamily("muster_intake_group_size", "Mean of the last 1000", mean)

    def _hooks(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "muster_webhooks", "Answers to webhooks", labels=["channel", "status"]
        )
        counts = {} if self._door is None else self._door.counts
        for (channel, status), count in list(counts.items()):
            family.add_metric([channel, str(status)], count)
        yield family

    def _delivery(self) -> Iterator[Metric]:
        outcomes = CounterMetricFamily(
            "muster_outcomes", "Attempts by outcome", labels=["channel", "outcome"]
        )
        leads = GaugeMetricFamily(
            "muster_channel_leader", "1 where this process serves it", labels=["channel"]
        )
        for server in self._parts.worker.servers:
            leads.add_metric([server.channel.name], int(server.counts.leads))
            for outcome, count in list(server.counts.outcomes.items()):
                outcomes.add_metric([server.channel.name, outcome], count)
        yield outcomes
        yield leads

    def _stored(self) -> Iterator[Metric]:
        labels = ["channel", "priority"]
        depth = GaugeMetricFamily("muster_outbox_queued", "Messages owed", labels=labels)
        age = GaugeMetricFamily(
            "muster_outbox_oldest_seconds", "Age of the oldest that is due", labels=labels
        )
        unclear = GaugeMetricFamily(
            "muster_outbox_unclear", "Messages that may have arrived", labels=["channel"]
        )
        paused = GaugeMetricFamily("muster_channel_paused", "1 while it rests", labels=["channel"])
        broken = GaugeMetricFamily(
            "muster_channel_broken", "1 while it is tried now and then", labels=["channel"]
        )
        with self._parts.store.read() as db:
            began = time.perf_counter()
            now = clock(db)
            answered = time.perf_counter() - began
            for channel, priority, count, oldest in outbox.depth(db):
                word = [channel, PRIORITIES[priority]]
                depth.add_metric(word, count)
                age.add_metric(word, max(0.0, (now - oldest).total_seconds()))
            doubts = outbox.unclear(db)
            for state in channels.states(db).values():
                paused.add_metric([state.channel], int(state.paused))
                broken.add_metric([state.channel], int(state.paused and state.probe_at is not None))
                unclear.add_metric([state.channel], doubts.get(state.channel, 0))
        yield GaugeMetricFamily("muster_database_up", "1 if the database answers", 1)
        yield GaugeMetricFamily("muster_database_answer_seconds", "Its answer's time", answered)
        yield from (depth, age, unclear, paused, broken)
