"""The door alone, with the intake stubbed, against a bare ASGI echo under the same server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import wrk
from bench.house import Databases
from bench.run import HERE, Run
from bench.wrk import Load
from tests.rig.ports import HOST, free_port, is_open
from tests.rig.processes import Program
from tests.rig.server import PROOF, SECRET

CONNECTIONS = 64


def measure(run: Run, databases: Databases) -> None:
    for round_ in run.rounds:
        for which in run.track(f"door, round {round_}", ("echo", "door")):
            with _application(which, run.folder) as (pid, port):
                one(run, which, pid, port, round_)


def one(run: Run, which: str, pid: int, port: int, round_: int) -> None:
    head = (
        f"/hooks/simulator/{SECRET} HTTP/1.1\r\nHost: {HOST}:{port}\r\nX-Simulator-Secret: {PROOF}"
    )
    load = Load(
        url=f"http://{HOST}:{port}",
        head=head,
        connections=CONNECTIONS,
        seconds=run.size(6, 2),
        prefix="d",
        first_person=0,
    )
    measured = wrk.fire(load, {"server": pid})
    run.record(
        "door",
        application=which,
        connections=CONNECTIONS,
        round=round_,
        per_second=measured.per_second,
        p50_ms=measured.p50_ms,
        p99_ms=measured.p99_ms,
        errors=measured.errors,
        cpu_us={name: used / measured.requests * 1e6 for name, used in measured.cpu.items()},
    )


@contextmanager
def _application(which: str, folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "bench.apps", which, str(port)]
    program = Program(command, folder / f"{which}.log", folder=HERE).start()
    try:
        program.wait_for(lambda: is_open(port), f"the {which} listens")
        yield program.pid, port
    finally:
        program.stop()
