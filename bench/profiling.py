"""Where the time of a turn goes: parts of the lane's work by clock, functions by cProfile."""

import cProfile
import pstats

from bench import lane
from bench.house import Databases
from bench.lane import KINDS, a_muster, spent
from bench.layers import clocked
from bench.people import STEPS
from bench.run import Run

GROUP = 64
TOP = 25
WARM_UP = 1500


def measure(run: Run, databases: Databases) -> None:
    lane.measure(run, databases)
    for kind in run.track("parts of a turn", KINDS):
        parts(run, databases, kind)
    for kind in run.track("functions of a turn", KINDS):
        functions(run, databases, kind)


def parts(run: Run, databases: Databases, kind: str) -> None:
    """Record which part of the lane's work costs what."""
    turns = max(run.size(12_000, 3000) // GROUP, 2 * STEPS) * GROUP
    with databases.fresh(kind) as url, a_muster(url) as muster:
        spent(muster, GROUP, WARM_UP)
        with clocked() as found:
            whole = spent(muster, GROUP, turns)
    cpu = {name: seconds / turns * 1e6 for name, (seconds, _) in found.items()}
    wall = {name: seconds / turns * 1e6 for name, (_, seconds) in found.items()}
    both = {"cpu_us": {"a whole turn": whole * 1e6, **cpu}, "wall_us": wall}
    run.record("parts", database=kind, group=GROUP, **both)


def functions(run: Run, databases: Databases, kind: str) -> None:
    """Profile a lane. cProfile makes calls dear: read the order, not the sums."""
    profiler = cProfile.Profile()
    turns = run.size(12_000, 3000)
    with databases.fresh(kind) as url, a_muster(url) as muster:
        spent(muster, GROUP, WARM_UP)
        spent(muster, GROUP, turns, profiler)
    turns = max(turns // GROUP, 2 * STEPS) * GROUP - STEPS * GROUP  # those it saw
    path = run.folder / f"profile-{kind}.txt"
    with path.open("w", encoding="utf-8") as file:
        stats = pstats.Stats(profiler, stream=file).strip_dirs()
        for order in ("cumulative", "tottime"):
            stats.sort_stats(order).print_stats(2 * TOP)
    run.record("functions", database=kind, group=GROUP, top=_top(profiler, turns))


def _top(profiler: cProfile.Profile, turns: int) -> list[list[str | float]]:
    """Name, calls a turn, own microseconds a turn; the dearest first."""
    found = pstats.Stats(profiler).strip_dirs().stats.items()  # type: ignore[attr-defined]
    dearest = sorted(found, key=lambda item: item[1][2], reverse=True)[:TOP]
    return [
        [f"{file}:{name}" if line else name, calls / turns, own / turns * 1e6]
        for (file, line, name), (_, calls, own, _, _) in dearest
    ]
