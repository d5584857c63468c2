"""A database that never answers is given up in time, and not before."""

import asyncio
import time

import pytest

from app.store.bell import Bell
from app.store.engine import DatabaseAway, clock, open_store
from app.store.patience import answered_within
from tests.rig.proxy import Network, proxy_to


def ask(store, within):
    with answered_within(within), store.write() as db:
        clock(db)


def ask_for_a_nap(store, within, nap):
    with answered_within(within), store.write() as db:
        db.exec_driver_sql(f"SELECT pg_sleep({nap})")


@pytest.mark.parametrize("network", [Network.SILENT, Network.HALF, Network.TRICKLING])
async def test_a_network_that_swallows_everything_is_given_up_and_comes_back(postgres, network):
    async with proxy_to(postgres.port) as proxy:
        store = open_store(postgres.url().replace(f":{postgres.port}/", f":{proxy.port}/"))
        await asyncio.to_thread(ask, store, 5)
        proxy.network, proxy.trickle = network, 0.2
        began = time.monotonic()
        with pytest.raises(DatabaseAway):
            await asyncio.to_thread(ask, store, 0.5)
        assert time.monotonic() - began < 4  # a look at the old connection, and a new one
        proxy.recover()
        await asyncio.to_thread(ask, store, 5)
        store.close()


def test_patience_is_for_a_statement_and_ends_with_its_block(postgres):
    store = open_store(postgres.url())
    ask_for_a_nap(store, 2, 0.3)
    with pytest.raises(DatabaseAway):
        ask_for_a_nap(store, 0.3, 2)
    with store.write() as db:
        db.exec_driver_sql("SELECT pg_sleep(0.5)")
    store.close()


async def test_a_bell_in_a_silent_network_rings_again_afterwards(postgres, monkeypatch):
    monkeypatch.setattr("app.store.bell.ANSWER_WITHIN", 0.5)
    monkeypatch.setattr("app.store.bell.RETRY_AFTER", 0.2)
    heard = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with proxy_to(postgres.port) as proxy:
        far = open_store(postgres.url().replace(f":{postgres.port}/", f":{proxy.port}/"))
        ringer, listener = Bell(far.url), Bell(open_store(postgres.url()).url)
        ringer.start(None)
        listener.start(lambda: loop.call_soon_threadsafe(heard.set))
        async with asyncio.timeout(10):
            await heard.wait()  # it listens
            await asyncio.sleep(0.3)
            proxy.network = Network.SILENT
            ringer.ring()
            await asyncio.sleep(1)
            heard.clear()
            proxy.recover()
            while not heard.is_set():
                ringer.ring()
                await asyncio.sleep(0.1)
        await asyncio.to_thread(ringer.stop)
        await asyncio.to_thread(listener.stop)
