"""Where a turn's time goes on its lane, part by part, with clocks around a few calls."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.intake import batch, talking
from app.intake.writes import Writes
from app.store import conversations, groups, inbox, outbox, participants

PARTS: dict[str, tuple[Any, str]] = {
    "hold the people": (participants, "hold"),
    "know the repeats": (inbox, "repeats"),
    "load conversations": (conversations, "latest_of"),
    "turns: all": (batch.Batch, "_handle"),
    "turns: engine alone": (talking, "hear"),
    "write: all": (Writes, "write"),
    "write: new conversations": (conversations, "add"),
    "write: conversations": (conversations, "change"),
    "write: inbox": (inbox, "add"),
    "write: outbox": (outbox, "add"),
    "write: groups": (groups, "register"),
}


@contextmanager
def clocked() -> Iterator[dict[str, list[float]]]:
    """Gather processor and wall seconds of each part while the block runs."""
    spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    old = {name: getattr(where, what) for name, (where, what) in PARTS.items()}
    for name, (where, what) in PARTS.items():
        setattr(where, what, _clock(old[name], spent[name]))
    try:
        yield spent
    finally:
        for name, (where, what) in PARTS.items():
            setattr(where, what, old[name])


def _clock(function: Callable[..., Any], into: list[float]) -> Callable[..., Any]:
    def clocked_(*given: Any, **named: Any) -> Any:
        cpu, wall = time.thread_time(), time.perf_counter()
        try:
            return function(*given, **named)
        finally:
            into[0] += time.thread_time() - cpu
            into[1] += time.perf_counter() - wall

    return clocked_
