"""One process while it runs: meets the database, opens, works, drains."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from app import tracing
from app.admin.api import webhooks
from app.admin.many import Many
from app.admin.sealing import unseal
from app.conversation.compiled import Flows
from app.conversation.load import flow_of
from app.delivery.bulk import Bulk
from app.delivery.callbacks import Callbacks
from app.delivery.comparing import compare
from app.delivery.worker import Worker
from app.intake.channel import Channel
from app.intake.comparing import Comparing
from app.intake.desk import Desk
from app.opening import secret_key
from app.settings import BadSettings, Settings
from app.store import flow_versions
from app.store.bell import Bell
from app.store.engine import DatabaseAway, Store
from app.store.ids import Ids, follow, newest, take_numbers
from app.store.migrate import is_current

log = structlog.get_logger()

LOOKS_AT_THE_CLOCK = 5  # the quickest answer counts most
LOOK_EVERY = 1.0  # seconds between looks at a database that was away when we began


@dataclass
class Muster:
    """Everything that one process runs."""

    settings: Settings
    store: Store
    flows: Flows
    channels: dict[str, Channel]
    new_id: Ids
    desk: Desk
    worker: Worker
    bell: Bell | None
    """Between processes; a process that serves and sends has none to wait for but itself."""

    def meet(self) -> None:
        """Ask the database what only it knows: its shape, our number, versions still in use."""
        store = self.store
        if not is_current(store):
            raise BadSettings("the database has another shape; run `muster db upgrade`")
        with store.write() as db:
            self.new_id.begin(take_numbers(db, "processes"), newest(db))
            for _ in range(LOOKS_AT_THE_CLOCK):
                follow(db, self.new_id)
        remember_published(store, self.flows, self.settings)

    def close(self) -> None:
        """Let go of what was opened, for a house that never ran."""
        self.desk.close()
        self.store.close()


def remember_published(store: Store, flows: Flows, settings: Settings) -> None:
    """Keep the current versions, and learn the older ones that somebody is still inside."""
    current = {name: flow.version for name, flow in flows.newest.items()}
    with store.write() as db:
        for name, flow in sorted(flows.newest.items()):
            again = settings.environment == "development"
            try:
                flow_versions.publish(db, name, flow.version, flow.digest, flow.files, again=again)
            except flow_versions.Published as error:
                raise BadSettings(f"{error}; give it a version of its own") from error
        older = flow_versions.still_inside(db, current)
    flows.remember(flow_of(row.files) for row in older)


@contextlib.asynccontextmanager
async def running(muster: Muster, *, with_worker: bool) -> AsyncIterator[None]:
    """Run the desk, and the worker if wanted, until the block ends; then drain."""
    loop, worker, bell = asyncio.get_running_loop(), muster.worker, muster.bell

    def heard() -> None:
        loop.call_soon_threadsafe(worker.wake)

    def owed() -> None:
        worker.wake()
        if bell is not None:
            bell.ring()

    tracing.begin()
    muster.desk.on_owed = owed
    opening = asyncio.create_task(_open(muster, with_worker=with_worker))
    if muster.desk.is_open:
        await opening
    if bell is not None:
        bell.start(heard if with_worker else None)
    gc.collect()
    gc.freeze()  # flows and code stay for ever: the collector need not walk them under load
    try:
        yield
    finally:
        opening.cancel()
        await asyncio.wait([opening])
        opened = not opening.cancelled()
        besides = opening.result() if opened else []
        for task in besides:
            task.cancel()
        await asyncio.gather(*besides, return_exceptions=True)
        if bell is not None:
            await asyncio.to_thread(bell.stop)
        if with_worker and opened:
            await worker.stop()
        await muster.desk.stop()
        muster.store.close()
        await asyncio.to_thread(tracing.end)


async def _open(muster: Muster, *, with_worker: bool) -> list["asyncio.Task[None]"]:
    """Start the desk and the worker as soon as the database was seen; gives what runs besides."""
    while not muster.desk.is_open:
        try:
            await asyncio.to_thread(muster.meet)
        except (DatabaseAway, BadSettings) as error:
            await _shut(muster, str(error))
        except Exception as error:  # noqa: BLE001  texts are kept meanwhile
            await _shut(muster, type(error).__name__)
        else:
            break
    await muster.desk.start()
    if not with_worker:
        return []
    await muster.worker.start()
    return [asyncio.create_task(one) for one in _besides(muster)]


async def _shut(muster: Muster, why: str) -> None:
    muster.desk.keep_shut(why)
    log.warning("database.away", reason=why)
    await asyncio.sleep(LOOK_EVERY)


def _besides(muster: Muster) -> list[Coroutine[Any, Any, None]]:
    """Work that a worker does besides sending: telling subscribers, bulk, comparing groups."""
    open_secret = partial(unseal, secret_key(muster.settings), webhooks.PURPOSE)
    return [
        Callbacks(muster.store, muster.new_id, unseal=open_secret).run(),
        Bulk(muster.store, muster.channels, muster.new_id, muster.desk.on_owed).run(),
        Many(muster.store).run(),
        compare(muster.store, Comparing(muster.store, muster.flows)),
    ]
