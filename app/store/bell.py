"""A bell between processes: whoever owed messages rings, and workers elsewhere look at once.

Never inside a transaction that keeps something: notifiers queue on one lock at their commit,
which costs a group commit nine tenths of its speed. So the ring goes over a connection of its
own, at most every tenth of a second; workers look by themselves five times a second anyway.
"""

import contextlib
import threading
import time
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import URL

from app.store import patience

CHANNEL = "muster_outbox"
RING_EVERY = 0.1
LISTEN_FOR = 1.0
RETRY_AFTER = 2.0
ANSWER_WITHIN = 5.0


class Bell:
    """Rings and hears on PostgreSQL. SQLite has one process, which needs none."""

    def __init__(self, url: URL) -> None:
        plain = url.set(drivername="postgresql").difference_update_query(["options"])
        self._address = plain.render_as_string(hide_password=False)
        self._rung = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def __repr__(self) -> str:
        return "Bell()"

    def ring(self) -> None:
        """Ask for a ring; costs nothing, many become one."""
        self._rung.set()

    def start(self, heard: Callable[[], None] | None) -> None:
        """Ring for this process, and call `heard` from a thread when another one rings."""
        work: list[Callable[[psycopg.Connection], None]] = [self._ringing]
        if heard is not None:
            work.append(lambda connection: self._listening(connection, heard))
        for each in work:
            thread = threading.Thread(target=self._connected, args=(each,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopped.set()
        self._rung.set()
        for thread in self._threads:
            thread.join(2 * LISTEN_FOR)

    def _connected(self, work: Callable[[psycopg.Connection], None]) -> None:
        """Do this on a connection, and on a new one whenever that is lost."""
        while not self._stopped.is_set():
            with (
                contextlib.suppress(psycopg.Error),
                patience.answered_within(ANSWER_WITHIN),
                patience.connect(conninfo=self._address, autocommit=True) as connection,
            ):
                work(connection)
            self._stopped.wait(RETRY_AFTER)

    def _ringing(self, connection: psycopg.Connection) -> None:
        while not self._stopped.is_set():
            self._rung.wait()
            self._rung.clear()
            if not self._stopped.is_set():
                connection.execute(f"NOTIFY {CHANNEL}")
                time.sleep(RING_EVERY)

    def _listening(self, connection: psycopg.Connection, heard: Callable[[], None]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        heard()
        while not self._stopped.is_set():
            for _ in connection.notifies(timeout=LISTEN_FOR, stop_after=1):
                heard()
