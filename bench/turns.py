"""Durable full turns over HTTP: webhook in, engine run, reply owed, committed, then answered."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bench import counting, paced, usage, wrk
from bench.counting import Stored, stored
from bench.house import Databases, Serving, serving
from bench.paced import Pace
from bench.run import HERE, Run
from bench.wrk import Load, Measured

CONNECTIONS = (16, 64, 256)
RATES = (500, 1000, 2000)
"""Texts a second on schedule; the last one in every round."""
TEXTS_A_REQUEST = 10
MARKS = count(1)
PEOPLE_A_MARK = 1_000_000
NEW_PEOPLE = 20_000_000
"""Whoever comes from here on is nobody whom `filling` made."""


@dataclass(frozen=True)
class Setting:
    """What is measured against each other in one round."""

    database: str
    processes: int

    @property
    def named(self) -> dict[str, Any]:
        return {"database": self.database, "processes": self.processes}


SETTINGS = (Setting("sqlite", 1), Setting("postgresql", 1), Setting("postgresql", 2))
MANY_TEXTS = (Setting("sqlite", 1), Setting("postgresql", 2))


@dataclass(frozen=True)
class Firing:
    """How a server is loaded: as many connections, each waiting for its answer."""

    connections: int
    seconds: float
    texts: int = 1
    """Texts in a request."""
    mark: int = field(default_factory=lambda: next(MARKS))
    first_person: int | None = None

    @property
    def first(self) -> int:
        given = self.first_person
        return NEW_PEOPLE + self.mark * PEOPLE_A_MARK if given is None else given


def measure(run: Run, databases: Databases) -> None:
    for round_ in run.rounds:
        for setting in run.track(f"turns, round {round_}", SETTINGS):
            one(run, databases, setting, round_)


def one(run: Run, databases: Databases, setting: Setting, round_: int) -> None:
    """Measure one setting in one round, closed loop and open loop."""
    with standing(databases, setting) as place:
        for connections in CONNECTIONS:
            closed(run, place, Firing(connections, run.size(6, 2)), round=round_, **setting.named)
        if setting in MANY_TEXTS:
            many = Firing(64, run.size(6, 2), TEXTS_A_REQUEST)
            closed(run, place, many, round=round_, **setting.named)
        for rate in RATES if round_ == 1 else RATES[-1:]:
            steady(run, place, rate, round=round_, **setting.named)
        texts = stored(place.url, 0, "").handled
        run.record("disk", **setting.named, bytes_a_turn=databases.bytes_of(place.url) / texts)


@contextmanager
def standing(databases: Databases, setting: Setting, url: str = "") -> Iterator[Serving]:
    """Serve with every cache filled, on a fresh database if none is given."""
    if not url:
        with databases.fresh(setting.database) as made, standing(databases, setting, made) as place:
            yield place
        return
    with serving(databases, setting.database, url, setting.processes) as place:
        fire(place, Firing(connections=16, seconds=2))
        yield place


def closed(
    run: Run, place: Serving, firing: Firing, measure: str = "turns", **about: Any
) -> Measured:
    """Record how many turns a second there are while everybody waits for an answer."""
    loops, lanes = usage.loops_and_lanes(place.server)
    measured = fire(place, firing)
    turns, after = measured.requests * firing.texts, usage.loops_and_lanes(place.server)
    run.record(
        measure,
        **about,
        connections=firing.connections,
        texts_a_request=firing.texts,
        per_second=measured.per_second * firing.texts,
        p50_ms=measured.p50_ms,
        p99_ms=measured.p99_ms,
        errors=measured.errors,
        cpu_us={name: used / turns * 1e6 for name, used in measured.cpu.items()},
        loop_share=_share(after[0] - loops, after[1] - lanes),
        peak_mb=usage.peak_mb(place.server),
    )
    return measured


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest else 0.0


def fire(place: Serving, firing: Firing) -> Measured:
    """Load the server, and see that what it acknowledged is there."""
    before = counting.latest(place.url)
    load = Load(
        url=place.muster.url,
        head=place.head("simulator"),
        connections=firing.connections,
        seconds=firing.seconds,
        prefix=f"{firing.mark}-",
        first_person=firing.first,
        per_request=firing.texts,
    )
    measured = wrk.fire(load, place.pids)
    if measured.errors:
        raise RuntimeError(f"{measured.errors} requests failed")
    least, most = measured.completed, measured.completed + firing.connections
    _prove(stored(place.url, before, load.prefix), least * firing.texts, most * firing.texts)
    return measured


def steady(run: Run, place: Serving, rate: int, measure: str = "steady", **about: Any) -> None:
    """Record how long a webhook waits while texts come on schedule."""
    mark, before = next(MARKS), counting.latest(place.url)
    used = usage.snapshot(place.pids)
    pace = Pace(
        port=place.muster.port,
        head=place.head("simulator"),
        rate=rate,
        seconds=run.size(6, 2),
        warm_up=run.size(3, 1),
        prefix=f"{mark}-",
        first_person=NEW_PEOPLE + mark * PEOPLE_A_MARK,
    )
    command = paced.command(pace)
    done = subprocess.run(command, check=True, capture_output=True, cwd=HERE, timeout=120)
    found = json.loads(done.stdout)
    texts, generator = found.pop("texts"), found.pop("cpu")
    cpu = {name: spent / texts * 1e6 for name, spent in usage.since(used, place.pids).items()}
    cpu["generator"] = generator / max(found["answered"], 1) * 1e6
    run.record(measure, **about, rate=rate, **found, cpu_us=cpu)
    if not found["failed"]:
        _prove(stored(place.url, before, pace.prefix), texts, texts)


def _prove(kept: Stored, least: int, most: int) -> None:
    """A figure counts only if every turn behind it was taken whole."""
    if not least <= kept.handled <= most:
        raise RuntimeError(f"{least} to {most} were acknowledged, {kept.handled} handled")
    if kept.poisoned:
        raise RuntimeError(f"{kept.poisoned} texts could not be handled")
    if kept.answered < kept.handled:
        raise RuntimeError(f"{kept.handled} turns, and only {kept.answered} have a reply")
    if kept.handled > 10_000 and not kept.groups:
        raise RuntimeError("nobody was registered: the words no longer fit the flow")
