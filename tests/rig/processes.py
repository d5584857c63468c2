"""Programs that a test starts, watches and ends. Only what was started here is ever signalled."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ENDED_WELL = (0, -signal.SIGTERM)  # some finish their work and then end by the signal itself
AS_INSTALLED = {"PYTHONFAULTHANDLER": "1", "PYTHONDONTWRITEBYTECODE": ""}
"""Start from compiled modules, whatever this shell's habits are: it halves the way to ready."""
STARTED: "list[Program]" = []


def end_what_is_left() -> None:
    """Kill what a failed test left running; only programs of this very process are listed."""
    for program in STARTED:
        if program.runs:
            program.kill9()
    STARTED.clear()


def wait_until(
    happened: Callable[[], object], what: str, within: float = 60, every: float = 0.02
) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(every)


def children_of(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            children += map(int, task.read_text().split())
    return children


def is_alive(pid: int) -> bool:
    """Whether the process still holds anything: a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@dataclass
class Program:
    """One program in a folder of its own, with everything it says in one log file."""

    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "Program":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder or self.log.parent,
                env={**os.environ, **AS_INSTALLED, **self.environment},
            )
        STARTED.append(self)
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_for(self, happened: Callable[[], object], what: str, within: float = 60) -> None:
        """Wait, but not for a program that has ended."""

        def happened_or_ended() -> bool:
            return bool(happened()) or not self.runs

        wait_until(happened_or_ended, f"{what}; it said:\n{self.said[-3000:]}", within)
        assert self.runs, f"ended before {what}; it said:\n{self.said[-3000:]}"

    def stop(self, within: float = 30) -> None:
        """Ask it to end and wait; what does not end well and in time fails the test."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # Python then says where every thread is
            time.sleep(0.5)
            self.kill9()
            raise AssertionError(f"did not stop in {within} s:\n{self.said[-9000:]}") from None
        assert code in ENDED_WELL, f"ended with {code}:\n{self.said[-3000:]}"

    def kill9(self) -> None:
        """End it and its children as a crash would."""
        assert self.process is not None
        for pid in [self.process.pid, *children_of(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
