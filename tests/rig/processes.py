"""What the rig must know of processes that it started itself."""

from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            children += map(int, task.read_text().split())
    return children
