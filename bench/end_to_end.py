"""End to end: a person's text in, our reply at the stub carrier; one a request, and a hundred.

Counted as for Kannel: replies until the last one arrived, since the first text was sent.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import func, select

from app.store import channels
from app.store.engine import open_store
from app.store.schema import attempts, outbox
from bench import house, usage, wrk
from bench.carrier import Carrier, a_carrier
from bench.house import Databases, Serving
from bench.run import Run
from bench.turns import MARKS, NEW_PEOPLE, PEOPLE_A_MARK, steady
from bench.wrk import Load
from tests.rig.processes import Program
from tests.rig.server import MUSTER

DRAINS_WITHIN = 120.0
KANNEL_QUERY = "?backend=web&sender=SENDER&to=30001152&message=MESSAGE&ts=1770000000&id=ID&coding=2"
CALM_RATE = 200


@dataclass(frozen=True)
class Way:
    """How many messages a request to the carrier holds, and which dialect makes it so."""

    messages: int
    dialect: str
    texts: int = 1
    """In a request of the carrier's to us."""
    connections: tuple[int, ...] = (64, 256)


WAYS = (
    Way(1, "kannel"),
    Way(100, "simulator"),
    Way(100, "simulator", texts=100, connections=(8, 16)),
)


@dataclass(frozen=True)
class Burst:
    """What is measured once: texts as fast as they are answered, and every reply to them."""

    database: str
    way: Way
    connections: int
    round: int

    @property
    def processes(self) -> int:
        """How many serve; on PostgreSQL one more sends, on SQLite the one does both."""
        return 1 if self.database == "sqlite" else 2


def measure(run: Run, databases: Databases) -> None:
    for round_ in run.rounds:
        kinds = ("sqlite", "postgresql") if round_ == 1 else ("postgresql",)
        bursts = [
            Burst(kind, way, connections, round_)
            for kind, way in product(kinds, WAYS)
            for connections in way.connections
        ]
        for burst in run.track(f"end to end, round {round_}", bursts):
            one(run, databases, burst)


def one(run: Run, databases: Databases, burst: Burst) -> None:
    with a_carrier(databases.folder) as carrier, _muster(databases, burst, carrier) as place:
        _burst(run, place, carrier, burst, run.size(8, 2))
        if (burst.way, burst.round, burst.connections) == (WAYS[1], 1, 64):
            _calm(run, place, burst.database, burst.round)


def _burst(run: Run, place: Serving, carrier: Carrier, burst: Burst, seconds: float) -> None:
    mark, dialect = next(MARKS), burst.way.dialect
    load = Load(
        url=place.muster.url,
        head=place.head(dialect, KANNEL_QUERY if dialect == "kannel" else ""),
        connections=burst.connections,
        seconds=seconds,
        prefix=f"{mark}-",
        first_person=NEW_PEOPLE + mark * PEOPLE_A_MARK,
        dialect=dialect,
        per_request=burst.way.texts,
    )
    pids = {**place.pids, "carrier": carrier.pid}
    used, began = usage.snapshot(pids), time.monotonic()
    measured = wrk.fire(load, place.pids)
    if measured.errors:
        raise RuntimeError(f"{measured.errors} requests failed")
    tally = all_replies(carrier, place.url, measured.completed * burst.way.texts)
    run.record(
        "end to end",
        database=burst.database,
        processes=burst.processes,
        messages_a_request=burst.way.messages,
        texts_a_request=burst.way.texts,
        connections=burst.connections,
        round=burst.round,
        end_to_end_per_second=tally.messages / (tally.last - began),
        accepted_per_second=measured.per_second * burst.way.texts,
        accepted=measured.completed * burst.way.texts,
        replies=tally.messages,
        requests=tally.requests,
        p99_ms=measured.p99_ms,
        cpu_us={k: v / tally.messages * 1e6 for k, v in usage.since(used, pids).items()},
        peak_mb=usage.peak_mb(place.server),
    )


def all_replies(carrier: Carrier, url: str, texts: int) -> Any:
    """Wait for everything owed; each message must have come once."""
    carrier.wait_for(texts, DRAINS_WITHIN)
    deadline = time.monotonic() + DRAINS_WITHIN
    while (owed := _owed(url)) != (tally := carrier.tally()).messages:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{owed} messages are owed, {tally.messages} reached the carrier")
        time.sleep(0.3)
    return tally


def _owed(url: str) -> int:
    store = open_store(url, 2)
    try:
        with store.read() as db:
            return int(db.execute(select(func.count()).select_from(outbox)).scalar_one())
    finally:
        store.close()


def _calm(run: Run, place: Serving, kind: str, round_: int) -> None:
    """Record how long a reply takes to the carrier when there is no rush."""
    began = _latest_id(place.url)
    steady(run, place, CALM_RATE, "calm", database=kind, round=round_)
    time.sleep(1)
    took = waits(place.url, began)
    ranks = {f"p{rank}_ms": took[len(took) * rank // 100] * 1000 for rank in (50, 95, 99)}
    run.record("reply", database=kind, rate=CALM_RATE, round=round_, replies=len(took), **ranks)


def _latest_id(url: str) -> int:
    store = open_store(url, 2)
    try:
        with store.read() as db:
            return int(db.execute(select(func.max(outbox.c.id))).scalar_one() or 0)
    finally:
        store.close()


def waits(url: str, since: int) -> list[float]:
    """Seconds between the turn's commit and the note that the carrier took its reply."""
    store = open_store(url, 2)
    try:
        with store.read() as db:
            tried = select(outbox.c.created_at, attempts.c.at).where(
                attempts.c.outbox_id == outbox.c.id, outbox.c.id > since
            )
            found = [(at - made).total_seconds() for made, at in db.execute(tried)]
    finally:
        store.close()
    if not found:
        raise RuntimeError("no reply was sent")
    return sorted(found)


@contextmanager
def _muster(databases: Databases, burst: Burst, carrier: Carrier) -> Iterator[Serving]:
    kind, dialect = burst.database, burst.way.dialect
    make = house.kannel if dialect == "kannel" else house.simulator
    channels: Mapping[str, Any] = {dialect: make(carrier.url)}
    together = kind == "sqlite"
    with (
        databases.fresh(kind) as url,
        house.serving(databases, kind, url, burst.processes, channels, worker=together) as place,
        a_worker(place, kind) as pids,
    ):
        yield Serving(place.muster, url, {**place.pids, **pids})


@contextmanager
def a_worker(place: Serving, kind: str) -> Iterator[dict[str, int]]:
    if kind == "sqlite":
        yield {}
        return
    folder = place.muster.folder
    program = Program([MUSTER, "work"], folder / "work.log", folder=folder).start()
    try:
        program.wait_for(lambda: _has_lease(place.url), "the worker serves", within=90)
        yield {"worker": program.pid}
    finally:
        program.stop()


def _has_lease(url: str) -> bool:
    store = open_store(url, 2)
    try:
        with store.read() as db:
            return any(state.lease_owner for state in channels.states(db).values())
    finally:
        store.close()
