"""Puts the house together. Importing any other module does nothing."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from app import operations
from app.admin.api import webhooks
from app.admin.api.application import application as admin_api
from app.admin.console.application import application as console
from app.admin.many import Many
from app.admin.office import Office
from app.admin.sealing import unseal
from app.conversation.compiled import Flows
from app.conversation.load import flow_of, load_flows
from app.delivery.bulk import Bulk
from app.delivery.callbacks import Callbacks
from app.delivery.worker import Worker
from app.hooks import described
from app.hooks.door import Door, caller
from app.hooks.replaying import replay
from app.intake.batch import House
from app.intake.channel import Channel
from app.intake.desk import Desk
from app.intake.talking import Codes, Talk, Watch
from app.logs import set_up_logs
from app.opening import (
    SIMULATOR,
    SIMULATOR_CODE,
    SIMULATOR_LINE,
    SIMULATOR_USSD,
    kept_word,
    open_channels,
    secret_key,
    texting_channels,
)
from app.settings import BadSettings, Settings, read_settings
from app.simulator.routes import router as simulator_routes
from app.static import Files, shared
from app.store import conversations, flow_versions
from app.store.bell import Bell
from app.store.engine import Store, open_store
from app.store.ids import Ids, take_numbers
from app.store.migrate import is_current
from app.store.spool import Spool
from app.web.about import read_pages
from app.web.given import Given
from app.web.routes import router as public_pages

SHIPPED_FLOWS = Path(__file__).parent / "flows"
SHIPPED_PAGES = SHIPPED_FLOWS / "pages"


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

    def close(self) -> None:
        """Let go of what was opened, for a house that never ran."""
        self.desk.close()
        self.store.close()


def put_together(settings: Settings) -> Muster:
    """Open and check everything that a process needs; nothing runs yet."""
    channels = open_channels(settings)
    flows = load_flows(settings.flows or SHIPPED_FLOWS)
    for name, channel in channels.items():
        if channel.default_flow and flows.current(channel.default_flow) is None:
            raise BadSettings(f"channels.{name}.flow: no flow {channel.default_flow!r}")
    store = open_store(settings.database_url, settings.pool, by_index=True)
    if not is_current(store):
        raise BadSettings("the database has another shape; run `muster db upgrade`")
    with store.write() as db:
        new_id = Ids(take_numbers(db, "processes"))
    flows = with_published(store, flows, settings)
    house = House(channels, new_id)
    web_channel(settings, channels)  # what cannot be used is refused here
    read_pages(settings.pages or SHIPPED_PAGES)
    watch, texting = Watch(), texting_channels(channels)

    def talk(codes: Codes) -> Talk:
        return Talk(flows, codes, watch, texting)

    spool = Spool(settings.spool_path) if settings.spool_path else None
    desk = Desk(store, house, talk, secret_key(settings), spool, settings.lanes)
    keep = timedelta(days=settings.retention_days)
    worker = Worker(list(channels.values()), store, desk, new_id, keep)
    bell = None if store.is_sqlite else Bell(store.url)
    return Muster(settings, store, flows, channels, new_id, desk, worker, bell)


def with_published(store: Store, flows: Flows, settings: Settings) -> Flows:
    """Keep the current versions, and add the older ones that somebody is still inside."""
    current = {name: flow.version for name, flow in flows.newest.items()}
    with store.write() as db:
        for name, flow in flows.newest.items():
            again = settings.environment == "development"
            try:
                flow_versions.publish(db, name, flow.version, flow.digest, flow.files, again=again)
            except flow_versions.Published as error:
                raise BadSettings(f"{error}; give it a version of its own") from error
        older = flow_versions.still_inside(db, current)
    return flows.with_older(flow_of(row.files) for row in older)


def create_app(settings: Settings) -> Door:
    """Build the web application: the door in front, the framework behind."""
    muster = put_together(settings)
    app = FastAPI(
        title="Muster", version="0.1.0", docs_url=None, redoc_url=None, lifespan=_lifespan(muster)
    )
    door = Door(
        app=app,
        channels=muster.channels,
        intake=muster.desk,
        public_url=settings.public_url,
        trusted_proxies=tuple(settings.trusted_proxies),
    )
    app.include_router(described.router())
    app.include_router(operations.router(muster, door))
    office = _office(muster)
    app.mount("/api/v1", admin_api(office))
    static = shared()
    app.mount("/console", _console(muster, office, door, static))
    app.include_router(static.router())
    if settings.with_simulator:
        app.include_router(_simulator(muster, static))
    if channel := web_channel(settings, muster.channels):
        app.include_router(public_pages(_public(muster, door, channel, static)))
    return door


def web_channel(settings: Settings, channels: Mapping[str, Channel]) -> Channel | None:
    """Find the channel that texts codes to people on the sign-up pages: named, or the first."""
    texting = {
        name: channel
        for name, channel in channels.items()
        if "sms" in channel.adapter.carries and channel.adapter.sends
    }
    if settings.web_channel and settings.web_channel not in texting:
        raise BadSettings(f"web_channel: no channel {settings.web_channel!r} sends texts")
    return texting.get(settings.web_channel) or next(iter(texting.values()), None)


def _public(muster: Muster, door: Door, channel: Channel, static: Files) -> Given:
    settings = muster.settings
    return Given(
        store=muster.store,
        submit=muster.desk.submit,
        flows=muster.flows,
        channel=channel,
        static=static,
        key=secret_key(settings),
        new_id=muster.new_id,
        pages=settings.pages or SHIPPED_PAGES,
        public_url=settings.public_url,
        caller=lambda scope: str(caller(scope, door.trusted_proxies) or ""),
        owed=lambda: muster.desk.on_owed(),  # noqa: PLW0108  it is set when the desk runs
    )


def _office(muster: Muster) -> Office:
    """Give staff a pool of their own: a busy API never keeps the intake waiting."""
    settings = muster.settings
    store = muster.store  # SQLite: a second writer would only wait for the first
    if not store.is_sqlite:
        store = open_store(settings.database_url, settings.pool)
    return Office(
        store,
        muster.new_id,
        muster.flows,
        muster.channels,
        public_url=settings.public_url,
        key=secret_key(settings),
        submit=muster.desk.submit,
        replay=partial(replay, muster.store, muster.desk, muster.channels),
    )


def _console(muster: Muster, office: Office, door: Door, static: Files) -> FastAPI:
    settings = muster.settings
    return console(
        office,
        static,
        secure=settings.public_url.startswith("https://"),
        totp_required=settings.environment == "production",
        simulator=settings.with_simulator,
        address_of=lambda request: str(caller(request.scope, door.trusted_proxies) or ""),
        spooled=lambda: muster.desk.spooled,
    )


def _simulator(muster: Muster, static: Files) -> APIRouter:
    near, word = muster.settings.near_url, kept_word(muster.settings, "simulator")

    def hasten(number: str) -> bool:
        with muster.store.write() as db:
            return conversations.hasten(db, number)

    return simulator_routes(
        hook_url=f"{near}/hooks/{SIMULATOR}/{word}",
        carrier_secret=word,
        line=SIMULATOR_LINE,
        ussd_hook_url=f"{near}/hooks/{SIMULATOR_USSD}/{word}",
        ussd_code=SIMULATOR_CODE,
        hasten=hasten,
        static=static,
    )


def from_environment() -> Door:
    """Build the application in a process of its own, of several that serve."""
    set_up_logs()
    return create_app(read_settings())


def _lifespan(muster: Muster) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(muster, with_worker=muster.settings.worker):
            yield

    return lifespan


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

    muster.desk.on_owed = owed
    await muster.desk.start()
    besides: list[asyncio.Task[None]] = []
    if with_worker:
        await worker.start()
        besides = [asyncio.create_task(one) for one in _besides(muster, owed)]
    if bell is not None:
        bell.start(heard if with_worker else None)
    gc.collect()
    gc.freeze()  # flows and code stay for ever: the collector need not walk them under load
    try:
        yield
    finally:
        for task in besides:
            task.cancel()
        await asyncio.gather(*besides, return_exceptions=True)
        if bell is not None:
            await asyncio.to_thread(bell.stop)
        if with_worker:
            await muster.worker.stop()
        await muster.desk.stop()
        muster.store.close()


def _besides(muster: Muster, owed: Callable[[], None]) -> list[Coroutine[Any, Any, None]]:
    """Work that a worker does besides sending: telling subscribers, bulk, changes of many."""
    open_secret = partial(unseal, secret_key(muster.settings), webhooks.PURPOSE)
    return [
        Callbacks(muster.store, muster.new_id, unseal=open_secret).run(),
        Bulk(muster.store, muster.channels, muster.new_id, owed).run(),
        Many(muster.store).run(),
    ]
