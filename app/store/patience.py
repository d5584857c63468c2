"""A PostgreSQL connection that does not wait without end.

TCP alone notices a silent network after minutes, and the server's own deadlines say nothing of a
commit that waits for a standby. Who gave up does not know what became of the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

LONGEST_ANSWER = 35.0  # seconds; the server itself ends a statement after 30
CONNECT_WITHIN = 5  # seconds
LOOK_EVERY = 0.1  # seconds between looks at signals while waiting

NOTICE_THE_DEAD = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""Seconds and milliseconds: a machine that vanishes without a word is given up by the kernel."""

PLAIN_WARNING = "01000"

T = TypeVar("T")
_seconds: ContextVar[float] = ContextVar("seconds", default=LONGEST_ANSWER)


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Inside this block a statement has so long; then its connection is given up."""
    before = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(before)


def connect(**options: Any) -> "Patient":
    """Connect in no more time than a statement would have; each host of several has as much."""
    limit = min(CONNECT_WITHIN, max(1, round(_seconds.get())))
    made = Patient.connect(**{"connect_timeout": limit, **NOTICE_THE_DEAD, **options})
    made.add_notice_handler(made.hear)
    return made


class NotOnStandby(psycopg.OperationalError):
    """Committed on the primary, and perhaps nowhere else."""


class Patient(psycopg.Connection[Any]):
    """Waits as long as `answered_within` says, then closes itself."""

    _warned = False

    def hear(self, notice: errors.Diagnostic) -> None:
        self._warned |= notice.sqlstate == PLAIN_WARNING

    def commit(self) -> None:
        """Commit; whoever cancels our wait for the standby makes it a success with a warning.

        It has no code of its own, and its words are in the server's language.
        """
        self._warned = False
        super().commit()
        if self._warned:
            raise NotOnStandby

    def wait(self, gen: PQGen[T], interval: float = LOOK_EVERY, timeout: float | None = None) -> T:
        if timeout is not None:  # who listens for notices has a deadline of its own
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, _seconds.get())
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # it never answered
                self.close()
            raise
