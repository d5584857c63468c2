"""Figures that may be a little old: counted once for all who ask, again when they are stale."""

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

FRESH = 3.0  # seconds that a figure is given without counting again
SHARE = 0.05
"""Of the time, at most this part goes into counting one figure: a slow one is kept longer."""
LATE = 60.0
"""Seconds that a stale figure is still given; older ones are waited for."""
MOST_KEPT = 200


@dataclass(eq=False)
class _Figure:
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    until: float = -1.0
    counted: bool = False


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="tally", daemon=True).start()


@dataclass
class Tally:
    now: Callable[[], float] = time.monotonic
    behind: Callable[[Callable[[], None]], None] = in_a_thread
    """Does work that nobody waits for."""
    _figures: OrderedDict[Hashable, _Figure] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, key: Hashable, count: Callable[[], Any]) -> Any:
        """Give the figure. A stale one is counted anew behind whoever asks, unless it is old."""
        with self._lock:
            figure = self._figures.setdefault(key, _Figure())
            self._figures.move_to_end(key)
            while len(self._figures) > MOST_KEPT:
                self._figures.popitem(last=False)
        now = self.now()
        if now < figure.until:
            return figure.value
        if figure.counted and now < figure.until + LATE:
            if figure.lock.acquire(blocking=False):
                self.behind(lambda: self._renew(figure, count))
            return figure.value
        with figure.lock:
            if self.now() >= figure.until:
                self._count(figure, count)
            return figure.value

    def _count(self, figure: _Figure, count: Callable[[], Any]) -> None:
        began = self.now()
        figure.value = count()
        took = self.now() - began
        figure.until = self.now() + max(FRESH, took / SHARE)
        figure.counted = True

    def _renew(self, figure: _Figure, count: Callable[[], Any]) -> None:
        """What goes wrong here, goes wrong again for whoever asks when the figure is old."""
        try:
            with contextlib.suppress(Exception):
                self._count(figure, count)
        finally:
            figure.lock.release()
