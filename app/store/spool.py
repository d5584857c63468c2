"""The spool: a local file, durable at every commit, that takes items while the database is away."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson


class SpoolFull(Exception):
    """The spool cannot take more: its disk is full, or it holds as much as it may."""


MOST_PROCESSES = 64


class Spool:
    """Rows of JSON in the order they came; one process a file."""

    def __init__(self, path: Path, most: int = 5_000_000) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._full = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path, self._held = _own(path)
            self._db = _open(path)
            self._count = int(self._db.execute("SELECT count(*) FROM spool").fetchone()[0])
        except (OSError, sqlite3.Error) as error:
            raise SpoolFull(f"the spool {path} cannot be written: {error}") from error

    def __len__(self) -> int:
        return self._count

    @property
    def is_full(self) -> bool:
        return self._full or self._count >= self._most

    def put(self, items: Sequence[dict[str, Any]]) -> None:
        """Keep these items, all or none."""
        with self._lock:
            if self._count + len(items) > self._most:
                raise SpoolFull("the spool holds as much as it may")
            rows = [(orjson.dumps(item).decode(),) for item in items]
            try:
                with _committed(self._db):
                    self._db.executemany("INSERT INTO spool (item) VALUES (?)", rows)
            except sqlite3.Error as error:
                self._full = True
                raise SpoolFull(type(error).__name__) from error
            self._full = False
            self._count += len(items)

    def try_out(self) -> bool:
        """Tell whether the file can be written, by writing; nothing is kept."""
        with self._lock:
            try:
                _try_out(self._db)
            except sqlite3.Error:
                self._full = True
            else:
                self._full = False
        return not self.is_full

    def oldest(self, limit: int) -> list[tuple[int, dict[str, Any]]]:
        with self._lock:
            rows = self._db.execute("SELECT id, item FROM spool ORDER BY id LIMIT ?", (limit,))
            return [(row, orjson.loads(item)) for row, item in rows]

    def done(self, rows: Sequence[int]) -> None:
        """Forget items that are in the database now."""
        with self._lock:
            with _committed(self._db):
                self._db.executemany("DELETE FROM spool WHERE id = ?", [(row,) for row in rows])
            self._count = int(self._db.execute("SELECT count(*) FROM spool").fetchone()[0])

    def close(self) -> None:
        self._db.close()
        self._held.close()


def _open(path: Path) -> sqlite3.Connection:
    """Open the file and prove that it can be written: better now than at the first outage."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS spool (id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS tried (id INTEGER PRIMARY KEY, room TEXT)")
    _try_out(db)
    return db


def _try_out(db: sqlite3.Connection) -> None:
    """Commit as much as an item needs: what is rolled back proves nothing about the disk."""
    with _committed(db):
        db.execute("INSERT OR REPLACE INTO tried (id, room) VALUES (1, ?)", ("room" * 1024,))


@contextmanager
def _committed(db: sqlite3.Connection) -> Iterator[None]:
    """Commit at the end of the block, or leave no transaction behind."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except sqlite3.Error:
        if db.in_transaction:  # SQLite may have rolled back by itself
            db.execute("ROLLBACK")
        raise


def _own(path: Path) -> tuple[Path, IO[str]]:
    """Take the first spool that no other process holds: spool.db, spool-1.db, ...

    A process that died leaves its file to the next one, which drains it.
    """
    for number in range(MOST_PROCESSES):
        mine = path if number == 0 else path.with_stem(f"{path.stem}-{number}")
        held = mine.with_suffix(".lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            continue
        return mine, held
    raise SpoolFull(f"{MOST_PROCESSES} processes hold spools at {path}")
