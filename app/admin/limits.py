"""How often somebody may ask: the generic cell rate algorithm, in memory."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST_KNOWN = 10_000


@dataclass
class Limit:
    """At most `rate` a second in the long run, and `burst` at once."""

    rate: float
    burst: int
    now: Callable[[], float] = time.monotonic
    _due: OrderedDict[Hashable, float] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, who: Hashable, cost: int = 1) -> float:
        """Count one more of somebody's; gives the seconds to wait, 0 if it may go on."""
        now = self.now()
        with self._lock:
            due = max(self._due.get(who, now), now)
            after = due + cost / self.rate
            wait = after - now - self.burst / self.rate
            if wait > 1e-9:
                return wait
            self._due[who] = after
            self._due.move_to_end(who)
            while len(self._due) > MOST_KNOWN:
                self._due.popitem(last=False)
        return 0.0


class Slot:
    """One of few at once; given back when released, or when whoever held it is gone."""

    def __init__(self, free: threading.BoundedSemaphore) -> None:
        self._free: threading.BoundedSemaphore | None = free

    def release(self) -> None:
        free, self._free = self._free, None
        if free is not None:
            free.release()

    def __del__(self) -> None:
        self.release()


class Slots:
    """So many at once and no more; nobody waits for one."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)

    def take(self) -> Slot | None:
        return Slot(self._free) if self._free.acquire(blocking=False) else None
