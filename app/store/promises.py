"""What the database can promise about what it acknowledged."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Connection

from app.store.engine import Store

Level = Literal["ok", "warn", "fail"]
Finding = tuple[Level, str]

WAITS_FOR_STANDBY = {"on", "remote_apply"}
"""Values of synchronous_commit with which a commit is on the standby's disk."""


def durability(store: Store) -> Iterator[Finding]:
    """Say what a power cut and a failover would leave."""
    with store.read() as db:
        if store.is_sqlite:
            yield _of_file(db)
            return
        values = {name: _shown(db, name) for name in ("fsync", "full_page_writes")}
        commit = _shown(db, "synchronous_commit")
        yield from _of_crash({**values, "synchronous_commit": commit})
        yield _of_failover(db, commit)


def _of_file(db: Connection) -> Finding:
    full = db.exec_driver_sql("PRAGMA synchronous").scalar_one() >= 2
    mode = db.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if full and mode == "wal":
        return "ok", "durability: WAL with synchronous=FULL; a power cut loses nothing kept"
    return "fail", f"durability: journal {mode}, synchronous below FULL"


def _of_crash(values: dict[str, str]) -> Iterator[Finding]:
    off = [name for name, value in values.items() if value == "off"]
    for name in off:
        yield "fail", f"durability: {name} is off; acknowledged messages can be lost"
    if not off:
        yield "ok", "durability: a crash of the database loses nothing kept"


def _of_failover(db: Connection, commit: str) -> Finding:
    wanted = bool(_shown(db, "synchronous_standby_names"))
    standbys = Counter(
        # Only those who may monitor see more than that there is one.
        row.sync_state or "unknown"
        for row in db.exec_driver_sql("SELECT sync_state FROM pg_stat_replication")
    )
    synchronous = standbys["sync"] + standbys["quorum"] + standbys["unknown"]
    match wanted, synchronous > 0, commit in WAITS_FOR_STANDBY:
        case True, True, True:
            return "ok", "failover: a synchronous standby has everything that was acknowledged"
        case True, True, False:
            return "warn", (
                f"failover: synchronous_commit is {commit}; the standby may lack what was "
                "acknowledged last"
            )
        case True, False, _:
            return "warn", (
                "failover: no synchronous standby is connected; commits wait, texts go to the spool"
            )
    if standbys:
        return "warn", (
            "failover: the standby is asynchronous; it may lack what was acknowledged last"
        )
    return "warn", "failover: no synchronous standby; losing the disk loses what it held"


def _shown(db: Connection, name: str) -> str:
    return str(db.exec_driver_sql(f"SHOW {name}").scalar_one())
