"""What the database can promise about what it acknowledged."""

from collections.abc import Iterator
from typing import Literal

from app.store.engine import Store

Level = Literal["ok", "warn", "fail"]


def durability(store: Store) -> Iterator[tuple[Level, str]]:
    """Say what a power cut and a failover would leave."""
    if store.is_sqlite:
        with store.read() as db:
            full = db.exec_driver_sql("PRAGMA synchronous").scalar_one() >= 2
            mode = db.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        if full and mode == "wal":
            yield "ok", "durability: WAL with synchronous=FULL; a power cut loses nothing kept"
        else:
            yield "fail", f"durability: journal {mode}, synchronous below FULL"
        return
    with store.read() as db:
        values = {
            name: str(db.exec_driver_sql(f"SHOW {name}").scalar_one())
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
        standbys = str(db.exec_driver_sql("SHOW synchronous_standby_names").scalar_one())
    for name, value in values.items():
        if value == "off":
            yield "fail", f"durability: {name} is off; acknowledged messages can be lost"
    if values["fsync"] != "off" and values["synchronous_commit"] != "off":
        yield "ok", "durability: a crash of the database loses nothing kept"
    if standbys:
        yield "ok", "failover: a synchronous standby has everything that was acknowledged"
    else:
        yield "warn", "failover: no synchronous standby; losing the disk loses what it held"
