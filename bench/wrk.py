"""Closed-loop load by wrk: C and LuaJIT, so that it takes little of the machine it shares."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import usage
from bench.people import write_walks
from bench.run import OUT

SCRIPT = Path(__file__).parent / "lua" / "people.lua"
LEAST_PLACES = 256
MOST_SECONDS = 120


@dataclass(frozen=True)
class Load:
    """What is sent: `head` is the request line after the method, and the headers."""

    url: str
    head: str
    connections: int
    seconds: float
    prefix: str
    first_person: int
    dialect: str = "simulator"
    per_request: int = 1
    warm_up: float = 1.5

    @property
    def places(self) -> int:
        """People who are signing up at any moment: four times as many as texts in the air."""
        return max(LEAST_PLACES, 4 * self.connections * self.per_request)


@dataclass(frozen=True)
class Measured:
    """Of the time after the warm-up. `cpu` is processor seconds by name."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    errors: int
    completed: int
    cpu: Mapping[str, float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def installed() -> bool:
    return shutil.which("wrk") is not None


def fire(load: Load, pids: Mapping[str, int]) -> Measured:
    """Load a server; `pids` name the processes whose use is counted besides wrk's own."""
    command = _command(load)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as wrk:
        assert wrk.stdout is not None
        watched = {**pids, "generator": wrk.pid}
        if not any(line.startswith("measuring") for line in wrk.stdout):
            raise RuntimeError(f"wrk did not warm up in {MOST_SECONDS} s")
        before = usage.snapshot(watched)
        time.sleep(load.seconds)
        cpu = usage.since(before, watched)
        wrk.send_signal(signal.SIGINT)  # it then says what it measured
        said = [line for line in wrk.stdout if line.startswith("{")]
    found = json.loads(said[-1])
    return Measured(
        requests=found["completed"] - (found["sent_before"] - load.connections),
        seconds=found["seconds"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        max_ms=found["max_ms"],
        errors=sum(found["errors"].values()),
        completed=found["completed"],
        cpu=cpu,
    )


def _command(load: Load) -> list[str]:
    OUT.mkdir(exist_ok=True)
    words = write_walks(OUT / "walks.txt")
    threads = ["-t1", f"-c{load.connections}", f"-d{MOST_SECONDS}s"]
    told = (load.dialect, words, load.prefix, load.first_person, load.places, load.per_request)
    return [
        *("wrk", *threads, "--timeout", "30s", "-s", str(SCRIPT), load.url, "--"),
        *map(str, (*told, load.warm_up, load.head.replace("\r\n", "|"))),
    ]
