"""Measure this machine. Without a name: everything in one run, written to docs/benchmarks.md.

python -m bench [MEASURE ...] [--quick]
"""

import argparse
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import (
    big,
    broadcast,
    clients,
    door,
    end_to_end,
    kannel,
    machine,
    page,
    pages,
    profiling,
    sizes,
    turn,
    turns,
    wrk,
)
from bench.figures import Figures
from bench.house import Databases, databases
from bench.run import OUT, Run, read

Measure = Callable[[Run, Databases], None]


def race(run: Run, made: Databases) -> None:
    """Measure everybody who is compared in turn, so that a slow minute is everybody's."""
    for round_ in run.rounds:
        for setting in run.track(f"turns, round {round_}", turns.SETTINGS):
            turns.one(run, made, setting, round_)
        kannel.one(run, made, round_)


MEASURES: dict[str, Measure] = {
    "turns": turns.measure,
    "kannel": kannel.measure,
    "door": door.measure,
    "end-to-end": end_to_end.measure,
    "clients": clients.measure,
    "turn": turn.measure,
    "profile": profiling.measure,
    "broadcast": broadcast.measure,
    "big": big.measure,
    "pages": pages.measure,
}
TOGETHER: dict[str, Measure] = {
    "race": race,
    **{name: MEASURES[name] for name in MEASURES if name not in ("turns", "kannel")},
}


def main() -> None:
    given = _asked()
    if given.write:
        publish(given.write)
        return
    if not wrk.installed():
        raise SystemExit("wrk makes the load and is not here: apt-get install wrk")
    run = Run(quick=given.quick)
    everything = not given.measures
    with run.progress, databases() as made:
        machine.measure(run, made)
        chosen = TOGETHER if everything else {name: MEASURES[name] for name in given.measures}
        for name, measure in chosen.items():
            _one(run, made, name, measure)
    run.console.print(f"records: {run.records_file}")
    if everything:
        if run.quick:
            run.console.print(f"page: {page.write([run.folder], run.folder / 'benchmarks.md')}")
        else:
            publish([run.folder])


def publish(folders: Sequence[Path]) -> None:
    """Put figures into the documentation: of one run, or of several that measured parts."""
    sizes.write(Figures([record for folder in folders for record in read(folder)]))
    print(page.write(folders, page.DOCS))


def _one(run: Run, made: Databases, name: str, measure: Measure) -> None:
    """Measure; what fails is told on the page, and the rest goes on."""
    began = time.monotonic()
    try:
        measure(run, made)
    except (RuntimeError, AssertionError, OSError, subprocess.SubprocessError) as error:
        run.record("failed", what=name, reason=f"{type(error).__name__}: {error}"[:300])
    run.record("took", what=name, seconds=time.monotonic() - began)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="small and short: a first look")
    parser.add_argument(
        "--write",
        type=Path,
        nargs="+",
        metavar="RUN",
        help=f"write the page anew from folders of {OUT.name}",
    )
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"no measure {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return given


if __name__ == "__main__":
    main()
