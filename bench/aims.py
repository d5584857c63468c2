"""What the bench must show, and whether it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.figures import Figures, ratio, shown

SINGLE = {"messages_a_request": 1}
BULK = {"messages_a_request": 100, "texts_a_request": 1}
LOADS = ("turns", "end to end", "broadcast", "big")
BOTH_WAYS = {"messages_a_request": 100, "texts_a_request": 100}


@dataclass(frozen=True)
class Aim:
    what: str
    least: str
    measured: str
    met: bool | None


def aims(run: Figures) -> list[Aim]:
    kannel = best(run.of("kannel", store="file"), "accepted_per_second")
    both = best(run.of("turns", database="postgresql", processes=2, texts_a_request=1))
    alone = best(run.of("turns", database="sqlite", processes=1, texts_a_request=1))
    return [
        *_turns("PostgreSQL, 2 processes", both, 10_000, kannel, 3),
        *_turns("SQLite `synchronous=FULL`, 1 process", alone, 6_000, kannel, 1.5),
        _door(run),
        _single_send(run),
        _end_to_end(run, "100 replies a request", BULK),
        _end_to_end(run, "100 a request both ways", BOTH_WAYS),
        *_waits(run),
        _many_people(run),
        _memory(run),
        _pages(run),
    ]


def best(found: Figures, name: str = "per_second") -> float | None:
    """The best of the medians over numbers of connections: each system at its own best."""
    by = [
        Figures([r for r in found.records if r["connections"] == n]).median(name)
        for n in found.each("connections")
    ]
    return max((value for value in by if value is not None), default=None)


def _turns(
    where: str, found: float | None, least: float, kannel: float | None, times: float
) -> list[Aim]:
    what = f"durable full turns/s, {where}"
    against = ratio(found, kannel)
    return [
        _aim(what, found, least, "/s"),
        _aim(f"{what}, against Kannel accepting", against, times, " x"),
    ]


def _door(run: Figures) -> Aim:
    door, echo = (
        run.of("door", application=name).median("per_second") for name in ("door", "echo")
    )
    share = ratio(door, echo)
    return _aim("door alone against bare ASGI", share and share * 100, 60, " %")


def _single_send(run: Figures) -> Aim:
    replies = "end_to_end_per_second"
    ours = best(run.of("end to end", database="postgresql", **SINGLE), replies)
    theirs = best(run.of("kannel", store="file"), replies)
    met = None if ours is None or theirs is None else ours >= theirs
    what = "end to end, single-send carrier, PostgreSQL"
    return Aim(what, f"Kannel's {shown(theirs)}/s", shown(ours, "/s"), met)


def _end_to_end(run: Figures, way: str, about: Mapping[str, int]) -> Aim:
    found = run.of("end to end", database="postgresql", **about)
    what = f"end to end, {way}, PostgreSQL"
    return _aim(what, best(found, "end_to_end_per_second"), 5_000, "/s")


def _waits(run: Figures) -> list[Aim]:
    return [
        _aim(
            f"p99 of a webhook at 2,000/s open loop, {name}",
            run.of("steady", rate=2000, database=database, processes=processes).median("p99_ms"),
            50,
            " ms",
            lambda found, most: found <= most,
        )
        for name, database, processes in (
            ("SQLite", "sqlite", 1),
            ("PostgreSQL, 1 process", "postgresql", 1),
            ("PostgreSQL, 2 processes", "postgresql", 2),
        )
    ]


def _many_people(run: Figures) -> Aim:
    found = run.of("big", who="new")
    empty, *others = sorted(found.each("participants")) or [0]
    full = others[-1] if others else 0
    share = ratio(
        found.of("big", participants=full).median("per_second"),
        found.of("big", participants=empty).median("per_second"),
    )
    what = f"at {full:,} participants against empty"
    return _aim(what, share and share * 100, 90, " %")


def _memory(run: Figures) -> Aim:
    ours = [record for measure in LOADS for record in run.of(measure).records]
    peaks = [record["peak_mb"] for record in ours if "peak_mb" in record]
    most = max(peaks, default=None)
    return _aim("memory of one process under load", most, 250, " MB", lambda found, m: found <= m)


def _pages(run: Figures) -> Aim:
    slowest = max((r["median_ms"] for r in run.of("page").records), default=None)
    what = "slowest of staff's pages with 1,000,000 groups, median"
    return _aim(what, slowest, 100, " ms", lambda found, most: found <= most)


def _aim(
    what: str,
    found: float | None,
    bound: float,
    unit: str,
    holds: Callable[[float, float], bool] = lambda found, least: found >= least,
) -> Aim:
    word = "at most " if holds(0.0, 1.0) else ""
    met = None if found is None else holds(found, bound)
    return Aim(what, f"{word}{shown(bound, unit)}", shown(found, unit), met)
