"""kill -9 at any moment: nothing acknowledged is lost, nothing takes effect twice."""

import os
import signal
from functools import partial

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import Storm, check_sends, end_leases, wait_until_all_settled
from tests.rig import checker
from tests.rig.postgres import Postgres
from tests.rig.processes import wait_until
from tests.rig.server import Muster, every_channel

pytestmark = pytest.mark.slow


def make(folder, carrier, url, **settings):
    channels = {"simulator": every_channel(carrier.url())["simulator"]}
    return Muster(folder, channels, {"database_url": url, **settings})


@short_and_long(20, 200)
async def test_the_server_on_sqlite(carrier, sqlite_url, tmp_path, times):
    muster = make(tmp_path / "muster", carrier, sqlite_url)
    running = [muster.serve()]

    def kill_and_start() -> None:
        running[0].kill9()
        running[0] = muster.serve()

    storm = Storm(partial(posts_of, muster))
    await storm.rage(kill_and_start, times, pause=0.4)

    running[0].kill9()
    end_leases(sqlite_url)
    running[0] = muster.serve()
    wait_until_all_settled(sqlite_url)
    running[0].stop()
    check_sends(storm.check(sqlite_url), carrier)


@pytest.fixture(scope="module")
def durable():
    server = Postgres.make(durable=True).start()
    yield server
    server.remove()


@pytest.fixture
def durable_url(durable, tmp_path):
    name = durable.create_database()
    yield durable.url(name)
    durable.drop_database(name)


@short_and_long(5, 30)
async def test_postgresql_itself(carrier, durable, durable_url, tmp_path, times):
    muster = make(tmp_path / "muster", carrier, durable_url)
    muster.run("db", "upgrade")
    server = muster.serve()

    def kill_and_start() -> None:
        durable.kill9()
        durable.start()

    storm = Storm(partial(posts_of, muster), pause=0.08)
    await storm.rage(kill_and_start, times, pause=1.0)

    wait_until(muster.is_ready, "ready again")
    acked = storm.sender.acked
    wait_until(
        lambda: not checker.lost(checker.read(durable_url), acked), "drained", 120, every=0.5
    )
    server.stop()
    storm.check(durable_url)


@short_and_long(3, 25)
async def test_the_worker_in_the_middle_of_a_send(carrier, postgres_url, tmp_path, times):
    muster = make(tmp_path / "muster", carrier, postgres_url, worker=False)
    server, running = muster.serve(), [muster.work()]
    storm = Storm(partial(posts_of, muster), connections=4)
    killed: list[int] = []
    life = [5]

    def die_now(taken) -> None:
        """The carrier has taken these; the worker never hears of it."""
        life[0] -= 1
        worker = running[0].pid
        if life[0] < 0 and worker not in killed and len(killed) < times:
            killed.append(worker)
            os.kill(worker, signal.SIGKILL)

    def start_again() -> None:
        wait_until(lambda: not running[0].runs, "the worker dies in mid-send", within=60)
        running[0].kill9()
        end_leases(postgres_url)
        life[0] = storm.chance.randrange(1, 15)
        running[0] = muster.work()

    carrier.on_taken = die_now
    await storm.rage(start_again, times, pause=0.1)

    end_leases(postgres_url)
    wait_until_all_settled(postgres_url)
    running[0].stop()
    server.stop()
    kept = storm.check(postgres_url)
    check_sends(kept, carrier)
    assert "unclear" in kept.owed.values()
