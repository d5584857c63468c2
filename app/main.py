"""Puts the house together. Importing any other module does nothing."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI

from app import operations
from app.admin.api.application import application as admin_api
from app.admin.console.application import application as console
from app.admin.office import Office
from app.conversation.load import load_flows
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
from app.running import Muster, running
from app.settings import BadSettings, Settings, read_settings
from app.simulator.routes import router as simulator_routes
from app.static import Files, shared
from app.store import conversations
from app.store.bell import Bell
from app.store.engine import DatabaseAway, open_store
from app.store.ids import Ids
from app.store.spool import Spool
from app.web.about import read_pages
from app.web.given import Given
from app.web.routes import router as public_pages

SHIPPED_FLOWS = Path(__file__).parent / "flows"
SHIPPED_PAGES = SHIPPED_FLOWS / "pages"


def put_together(settings: Settings) -> Muster:
    """Open and check everything that a process needs; nothing runs yet."""
    channels = open_channels(settings)
    flows = load_flows(settings.flows or SHIPPED_FLOWS)
    for name, channel in channels.items():
        if channel.default_flow and flows.current(channel.default_flow) is None:
            raise BadSettings(f"channels.{name}.flow: no flow {channel.default_flow!r}")
    store = open_store(settings.database_url, settings.pool, by_index=True)
    new_id = Ids()
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
    muster = Muster(settings, store, flows, channels, new_id, desk, worker, bell)
    _meet_or_wait(muster)
    return muster


def _meet_or_wait(muster: Muster) -> None:
    """Begin without the database where texts can wait in the spool: carriers call now."""
    try:
        muster.meet()
    except DatabaseAway as error:
        if muster.settings.spool_path is None:
            muster.close()
            raise
        muster.desk.keep_shut(str(error))
    except BadSettings:
        muster.close()
        raise


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
    if settings.environment == "production":
        app.add_middleware(
            operations.Inside, caller=lambda scope: caller(scope, door.trusted_proxies)
        )
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
        check=settings.web_check,
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
        taken=lambda: muster.desk.counts.items,
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
