"""A database that never answers is given up in time, and not before."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.store.bell import Bell
from app.store.engine import DatabaseAway, clock, open_store
from app.store.patience import answered_within
from tests.rig.postgres import Postgres
from tests.rig.processes import wait_until
from tests.rig.proxy import Network, proxy_to


@pytest.fixture
def postgres_of_its_own():
    server = Postgres.make().start()
    yield server
    server.remove()


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
        assert time.monotonic() - began < 15, "a look at the old connection, and a new one"
        proxy.recover()
        await asyncio.to_thread(ask, store, 5)
        store.close()


def test_patience_is_for_a_statement_and_ends_with_its_block(postgres):
    store = open_store(postgres.url())
    ask_for_a_nap(store, 20, 0.3)
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
        async with asyncio.timeout(60):
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


def test_a_commit_that_no_standby_has_is_none(postgres_of_its_own):
    """Whoever cancels the wait for the standby is told of a commit; we do not take it for one."""
    postgres = postgres_of_its_own
    store = open_store(postgres.url())
    with store.write() as db:
        db.exec_driver_sql("CREATE TABLE told (n int)")
    postgres.sql("alter system set synchronous_standby_names = 'ANY 1 (*)'")
    postgres.sql("select pg_reload_conf()")
    with ThreadPoolExecutor(1) as thread:
        told = thread.submit(_tell, store)
        wait_until(postgres.cancel_waits_for_standby, "the commit waits for a standby")
        with pytest.raises(DatabaseAway, match="NotOnStandby"):
            told.result()
    assert postgres.sql("select n from told") == [(1,)]
    postgres.sql("alter system reset synchronous_standby_names")
    postgres.sql("select pg_reload_conf()")
    wait_until(lambda: postgres.sql("show synchronous_standby_names") == [("",)], "no standby")
    _tell(store)
    store.close()


def _tell(store):
    with store.write() as db:
        db.exec_driver_sql("INSERT INTO told VALUES (1)")
