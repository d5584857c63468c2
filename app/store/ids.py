"""Ids that every process makes for itself, in the order of time.

41 bits of milliseconds since 2024, 10 of the process, 11 of a counter: a batch knows the ids
of its rows before it writes them. The database hands out process numbers, so no two live
processes share one.
"""

import threading
import time
from datetime import datetime

from sqlalchemy import Connection

from app.store.bulk import insert_for
from app.store.schema import counters

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
PROCESS_BITS = 10
COUNTER_BITS = 11


class Ids:
    def __init__(self, process: int) -> None:
        self._process = process % (1 << PROCESS_BITS)
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self) -> int:
        """Give the next id; later ones are larger, also when the clock steps back."""
        now = (time.time_ns() // 1_000_000 - EPOCH_MS) << COUNTER_BITS
        with self._lock:
            self._last = max(self._last + 1, now)
            stamp, count = divmod(self._last, 1 << COUNTER_BITS)
        return (stamp << PROCESS_BITS | self._process) << COUNTER_BITS | count


def take_numbers(db: Connection, name: str, count: int = 1) -> int:
    """Take `count` numbers of a named row of numbers; gives the first."""
    add = insert_for(db, counters).values(name=name, next=count)
    statement = add.on_conflict_do_update(
        index_elements=["name"], set_={"next": counters.c.next + count}
    ).returning(counters.c.next)
    return int(db.execute(statement).scalar_one()) - count


def at_time(moment: datetime) -> int:
    """The least id of a moment, to begin a look at what came since."""
    since = int(moment.timestamp() * 1000) - EPOCH_MS
    return max(0, since) << (COUNTER_BITS + PROCESS_BITS)
