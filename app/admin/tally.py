"""Figures that may be a little old: counted once for all who ask, again when they are stale."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

FRESH = 3.0  # seconds that a figure is given without counting again
SHARE = 0.05
"""Of the time, at most this part goes into counting one figure: a slow one is kept longer."""
MOST_KEPT = 200


@dataclass(eq=False)
class _Figure:
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    until: float = -1.0
    counted: bool = False


@dataclass
class Tally:
    now: Callable[[], float] = time.monotonic
    _figures: OrderedDict[Hashable, _Figure] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, key: Hashable, count: Callable[[], Any]) -> Any:
        """Give the figure. While one caller counts anew, the others get the last value."""
        with self._lock:
            figure = self._figures.setdefault(key, _Figure())
            self._figures.move_to_end(key)
            while len(self._figures) > MOST_KEPT:
                self._figures.popitem(last=False)
        if self.now() < figure.until:
            return figure.value
        if not figure.lock.acquire(blocking=not figure.counted):
            return figure.value
        try:
            if self.now() >= figure.until:
                began = self.now()
                figure.value = count()
                took = self.now() - began
                figure.until = self.now() + max(FRESH, took / SHARE)
                figure.counted = True
            return figure.value
        finally:
            figure.lock.release()
