"""Opening the database, and the one way in and out of it: a transaction.

Nothing inside a transaction commits; whoever opened it does, by leaving the block.
"""

import base64
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, Engine, Row, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from app.store import patience
from app.store.bulk import write_as_sqlite_keeps_it

Db = Connection
"""One transaction, as the rooms above pass it on; what can be asked in it stands in `store`."""
Found = Row[Any]

POSTGRES_PLANS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
"""Plans are prepared once, in a burst on empty tables; what reads a whole table would stay."""
POSTGRES_TIMEOUTS = (
    "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s"
)
FRESH_FOR = 1.0  # seconds that a connection counts as alive after its last use
BUSY_SECONDS = 10  # how long a SQLite writer waits for another process


REASONS = {
    "DiskFull": "its disk is full",
    "SQLITE_FULL": "its disk is full",
    "SQLITE_BUSY": "another process writes to it for too long",
    "SQLITE_READONLY": "its file cannot be written",
}
PROGRAM_LIMIT = "54"  # the class of errors that say: this row is too large for an index


class DatabaseAway(Exception):
    """The database cannot be reached, or the outcome of a transaction is unknown.

    Its text may be shown: a reason, or the name of an error's class.
    """


class Store:
    """One database: `write()` and `read()` are transactions."""

    def __init__(self, url: str, pool_size: int = 8, *, by_index: bool = False) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _open_sqlite(self.url, 1, "BEGIN IMMEDIATE", cache_mb=48)
            self._reader = _open_sqlite(self.url, pool_size, "BEGIN", cache_mb=8)
        else:
            plans = POSTGRES_PLANS if by_index else ""
            self._writer = self._reader = _open_postgres(self.url, pool_size, plans)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one transaction, committed at the end of the block."""
        with _translated(), self._writer.begin() as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one transaction for reading; never waits for a writer."""
        with _translated(), self._reader.begin() as db:
            yield db

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def open_store(url: str, pool_size: int = 8, *, by_index: bool = False) -> Store:
    """Open a database; `by_index` is for those whose every question has an index."""
    return Store(url, pool_size, by_index=by_index)


def clock(db: Connection) -> datetime:
    """The database's time: replicas' own clocks may differ by minutes."""
    if db.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn every way a connection can die into DatabaseAway; data errors pass through.

    After a kill drivers raise many classes; what is not plainly about data means that we do
    not know whether the transaction was kept.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if _is_data_s_fault(error):
            raise
        raise DatabaseAway(_reason(error.orig)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway(_reason(error.orig)) from error
        raise
    except (PoolTimeout, ConnectionError) as error:
        raise DatabaseAway(_reason(error)) from error


def _is_data_s_fault(error: DBAPIError) -> bool:
    """A row that no index can hold would be too large tomorrow, too."""
    return str(getattr(error.orig, "sqlstate", "") or "").startswith(PROGRAM_LIMIT)


def _reason(error: BaseException | None) -> str:
    name = str(getattr(error, "sqlite_errorname", "")) or type(error).__name__
    if name.startswith("SQLITE_IOERR"):
        return f"its disk fails ({name})"
    return REASONS.get(name, name)


def _open_postgres(url: URL, pool_size: int, plans: str = "") -> Engine:
    options = url.query.get("options")
    given = " ".join(options) if isinstance(options, tuple) else (options or "")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        hide_parameters=True,
        connect_args={"options": f"{POSTGRES_TIMEOUTS} {plans} {given}".strip()},
    )

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, ___: Any, options: Any) -> psycopg.Connection[Any]:
        return patience.connect(**options)

    @event.listens_for(engine, "checkin")
    def rest(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: DBAPIConnection, record: ConnectionPoolEntry, _: Any) -> None:
        """See whether it still lives; in a burst, when it was used just now, that is known."""
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested > FRESH_FOR and not _answers(engine, connection):
            raise DisconnectionError

    return engine


def _answers(engine: Engine, connection: DBAPIConnection) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except psycopg.Error:
        return False


def _open_sqlite(url: URL, pool_size: int, begin: str, cache_mb: int) -> Engine:
    write_as_sqlite_keeps_it()
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{cache_mb * 1024}")
        connection.create_function("decode", 2, _decode, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _decode(text: str | None, kind: str) -> bytes | None:
    """Do what PostgreSQL's decode(…, 'base64') does, for statements written once."""
    assert kind == "base64"
    return None if text is None else base64.b64decode(text)
