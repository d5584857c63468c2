"""Long work beside the intake: it rests while texts come in, for both share one interpreter."""

import time
from collections.abc import Callable

BUSY_FOR = 0.1
"""Seconds after a text in which others are expected."""
LONGEST_REST = 0.05  # seconds
RESTS_PER_WORK = 2


class Yielding:
    """Give way while `taken`, the count of things taken in, goes up.

    Whoever works calls `step` after every millisecond or so of work. A thread that computes holds
    the interpreter for 5 ms against each of the many short waits of the others; one that sleeps
    often does not.
    """

    def __init__(
        self,
        taken: Callable[[], int],
        now: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._taken, self._now, self._sleep = taken, now, sleep
        self._seen = taken()
        self._busy_until = 0.0
        self._began = now()

    def step(self) -> None:
        now, taken = self._now(), self._taken()
        if taken != self._seen:
            self._seen, self._busy_until = taken, now + BUSY_FOR
        if now < self._busy_until:
            self._sleep(min(LONGEST_REST, RESTS_PER_WORK * (now - self._began)))
        self._began = self._now()
