"""Ids that every process makes for itself, in the order of time.

41 bits of milliseconds since 2024, 10 of the process, 11 of a counter: a batch knows the ids
of its rows before it writes them. The database hands out process numbers, so no two live
processes share one.
"""

import threading
import time
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.store.bulk import insert_for
from app.store.engine import DatabaseAway, clock
from app.store.schema import counters, inbox, outbox

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
PROCESS_BITS = 10
COUNTER_BITS = 11


class Nameless(DatabaseAway):
    """An id is wanted before the database has given this process its number."""

    def __init__(self) -> None:
        super().__init__("it was not reached since the start")


class Ids:
    """Go by the database's time: replies are sent in the order of ids, whoever wrote them."""

    def __init__(self, process: int | None = None) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._last = 0
        self._ahead = time.time_ns() - time.monotonic_ns()

    def begin(self, process: int, after: int) -> None:
        """Take the number of this process, and make ids larger than `after`."""
        with self._lock:
            self._process = process
            self._last = max(self._last, (after >> COUNTER_BITS + PROCESS_BITS) + 1 << COUNTER_BITS)

    def follow(self, asked: int, told: datetime, answered: int) -> None:
        """Go by the database's time: it was `told` between two moments of our monotonic clock.

        Nothing changes while that agrees with what we go by. So clocks that are kept together
        stay together, however slow the answer was.
        """
        at = int(told.timestamp() * 1e6) * 1000
        least, most = at - answered, at - asked
        self._ahead = min(max(self._ahead, least), most)

    def __call__(self) -> int:
        """Give the next id; later ones are larger, also when a clock steps back."""
        now = ((time.monotonic_ns() + self._ahead) // 1_000_000 - EPOCH_MS) << COUNTER_BITS
        with self._lock:
            self._last = max(self._last + 1, now)
            return self._made(self._last)

    def _made(self, last: int) -> int:
        if self._process is None:
            raise Nameless
        stamp, count = divmod(last, 1 << COUNTER_BITS)
        process = self._process % (1 << PROCESS_BITS)
        return (stamp << PROCESS_BITS | process) << COUNTER_BITS | count


def follow(db: Connection, ids: Ids) -> None:
    """Let ids go by the time of this database."""
    asked = time.monotonic_ns()
    told = clock(db)
    ids.follow(asked, told, time.monotonic_ns())


def newest(db: Connection) -> int:
    """Give the largest id of what is written all the time."""
    found = [db.execute(select(func.max(table.c.id))).scalar() for table in (inbox, outbox)]
    return max(number or 0 for number in found)


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
