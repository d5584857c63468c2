"""What processes use: processor seconds and memory, read from /proc.

Processor time a turn hardly depends on who else uses the machine; turns a second do.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from tests.rig.processes import children_of

TICKS = os.sysconf("SC_CLK_TCK")
Usage = dict[str, float]


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    found = [pid]
    for child in children_of(pid):
        found += family(child)
    return found


def seconds(pid: int) -> float:
    """Processor time of a process and its family, those that ended included."""
    return sum(sum(_times(one)) for one in family(pid))


def loops_and_lanes(pid: int) -> tuple[float, float]:
    """Processor time of the family's first threads, which run event loops, and of all others."""
    loops = lanes = 0.0
    for process in family(pid):
        for task in Path(f"/proc/{process}/task").glob("*"):
            try:
                used = sum(_fields(task / "stat")[11:13]) / TICKS
            except OSError:  # it ended meanwhile
                continue
            if int(task.name) == process:
                loops += used
            else:
                lanes += used
    return loops, lanes


def snapshot(pids: Mapping[str, int]) -> Usage:
    return {name: seconds(pid) for name, pid in pids.items()}


def since(before: Usage, pids: Mapping[str, int]) -> Usage:
    return {name: used - before[name] for name, used in snapshot(pids).items()}


def peak_mb(pid: int) -> float:
    """The most memory that any single process of the family ever held, in megabytes."""
    return max(_status(one, "VmHWM:") for one in family(pid)) / 1024


def now_mb(pid: int) -> float:
    """The memory that the family holds, in megabytes."""
    return sum(_status(one, "VmRSS:") for one in family(pid)) / 1024


def handles(pid: int) -> int:
    """Files and sockets that the family has open."""
    return sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in family(pid))


def _times(pid: int) -> tuple[float, float]:
    try:
        fields = _fields(Path(f"/proc/{pid}/stat"))
    except OSError:
        return 0.0, 0.0
    return sum(fields[11:13]) / TICKS, sum(fields[13:15]) / TICKS


def _fields(stat: Path) -> list[int]:
    """The numbers after the name, which may hold spaces; utime and stime are 11 and 12 here."""
    after = stat.read_text().rpartition(")")[2].split()
    return [0, *map(int, after[1:])]


def _status(pid: int, name: str) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)
