"""`muster doctor`: what this installation can promise, checked and not assumed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from app.conversation.load import load_flows
from app.conversation.source import BadFlow
from app.main import SHIPPED_FLOWS
from app.opening import open_channels
from app.settings import BadSettings, Settings
from app.store.engine import DatabaseAway, Store, clock, open_store
from app.store.migrate import is_current
from app.store.promises import durability
from app.store.spool import Spool, SpoolFull

CLOCK_MAY_DIFFER = 1.0  # seconds


@dataclass(frozen=True)
class Finding:
    level: Literal["ok", "warn", "fail"]
    what: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; one part's failure does not hide another's."""
    parts: list[Callable[[Settings], Iterator[Finding]]] = [_channels, _flows, _spool, _database]
    findings: list[Finding] = []
    for part in parts:
        try:
            findings += part(settings)
        except (BadSettings, BadFlow, DatabaseAway, SpoolFull, OSError) as error:
            findings.append(Finding("fail", f"{part.__name__.strip('_')}: {error}"))
    return findings


def _channels(settings: Settings) -> Iterator[Finding]:
    channels = open_channels(settings)
    yield Finding("ok", f"channels: {', '.join(sorted(channels)) or 'none'}")
    for name, channel in channels.items():
        if not channel.adapter.guards and not channel.allow_from:
            yield Finding(
                "warn", f"channel {name}: only the secret in the URL proves who calls; "
                "set allow_from if the carrier names its addresses",
            )  # fmt: skip


def _flows(settings: Settings) -> Iterator[Finding]:
    flows = load_flows(settings.flows or SHIPPED_FLOWS)
    names = ", ".join(f"{name} v{flow.version}" for name, flow in sorted(flows.newest.items()))
    yield Finding("ok", f"flows: {names}")


def _spool(settings: Settings) -> Iterator[Finding]:
    if settings.spool_path is None:
        yield Finding("warn", "spool: off; while the database is away carriers get 503")
        return
    folder = Path(settings.spool_path).parent
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".doctor-{time.time_ns()}.db"
    try:
        Spool(probe).close()
    finally:
        for path in folder.glob(probe.name + "*"):
            path.unlink()
    yield Finding("ok", f"spool: {folder} can be written")


def _database(settings: Settings) -> Iterator[Finding]:
    store = open_store(settings.database_url, 2)
    try:
        yield from _shape(store)
        for level, what in durability(store):
            yield Finding(level, what)
        yield from _clock(store)
    finally:
        store.close()


def _shape(store: Store) -> Iterator[Finding]:
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    if is_current(store):
        yield Finding("ok", f"database: {kind}, at the newest shape")
    else:
        yield Finding("fail", f"database: {kind}, another shape; run `muster db upgrade`")


def _clock(store: Store) -> Iterator[Finding]:
    with store.read() as db:
        apart = abs((clock(db) - datetime.now(UTC)).total_seconds())
    if apart > CLOCK_MAY_DIFFER:
        yield Finding("warn", f"clock: {apart:.1f} s away from the database's")
    else:
        yield Finding("ok", "clock: agrees with the database's")
