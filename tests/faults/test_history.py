"""Everything goes wrong in turn, by chance; afterwards the history is checked.

An attempt ends in one of three ways: taken, refused, or nobody knows. What was taken must be
there; of the others each may be there or not, but once at most, and in order.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.e2e.signup import number_of, posts_of
from tests.faults.conftest import a_seed, short_and_long
from tests.faults.storm import Storm, check_sends, end_leases, wait_until_all_settled
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.postgres import Postgres
from tests.rig.processes import Program, wait_until
from tests.rig.proxy import Network, Proxy, proxy_to
from tests.rig.sender import Sender
from tests.rig.server import Muster
from tests.rig.small_disk import SmallDisk, a_small_disk

pytestmark = pytest.mark.slow
IMPATIENT = 9_000_000  # people from here on say each thing once, whatever they hear


@pytest.fixture
def durable():
    server = Postgres.make(durable=True).start()
    yield server
    server.remove()


@pytest.fixture
def disk(tmp_path):
    """A disk that can be filled up; None where none can be mounted."""
    with contextlib.ExitStack() as stack:
        try:
            yield stack.enter_context(a_small_disk(tmp_path / "small", megabytes=64))
        except pytest.skip.Exception:
            yield None


@dataclass
class World:
    """Everything that can break, and how."""

    muster: Muster
    postgres: Postgres
    proxy: Proxy
    disk: SmallDisk | None
    server: Program
    worker: Program
    loop: asyncio.AbstractEventLoop
    done: Counter[str]

    def faults(self) -> dict[str, Any]:
        found = {
            "server killed": self.kill_server,
            "server frozen": lambda hold: self.freeze(self.server, hold),
            "worker killed": self.kill_worker,
            "worker frozen": lambda hold: self.freeze(self.worker, hold),
            "database killed": self.kill_database,
            "network resets": lambda hold: self.network(Network.REFUSING, hold),
            "network silent": lambda hold: self.network(Network.SILENT, hold),
            "answers vanish": lambda hold: self.network(Network.HALF, hold),
            "network slow": self.slow,
        }
        if self.disk is not None:
            found["disk of the spool full"] = self.fill
        return found

    def kill_server(self, hold):
        self.server.kill9()
        time.sleep(hold / 4)
        self.server = self.muster.serve()

    def kill_worker(self, hold):
        self.worker.kill9()
        time.sleep(hold / 4)
        self.worker = self.muster.work()

    def freeze(self, program, hold):
        os.kill(program.pid, signal.SIGSTOP)
        time.sleep(hold)
        os.kill(program.pid, signal.SIGCONT)

    def kill_database(self, hold):
        self.postgres.kill9()
        time.sleep(hold)
        self.postgres.start()

    def network(self, network, hold):
        if network is Network.REFUSING:
            self.loop.call_soon_threadsafe(self.proxy.refuse)
        self.proxy.network = network
        time.sleep(hold)
        self.loop.call_soon_threadsafe(self.proxy.recover)

    def slow(self, hold):
        self.proxy.delay = 0.25
        time.sleep(hold)
        self.proxy.delay = 0

    def fill(self, hold):
        """Two at once: the spool is wanted only while the database is away."""
        self.disk.fill()
        self.network(Network.REFUSING, hold)
        self.disk.free()

    def start_again(self):
        """As a supervisor does with a worker that refused to start while the disk was full."""
        if not self.worker.runs:
            assert "cannot be written" in self.worker.said
            self.worker = self.muster.work()


@short_and_long(12, 600)
async def test_a_random_run_breaks_no_promise(carrier, durable, disk, tmp_path, times):
    """`times` is seconds."""
    seed = a_seed()
    url = durable.url(durable.create_database())
    path = {"path": (disk.folder if disk else tmp_path) / "spool.db"}
    async with proxy_to(durable.port) as proxy:
        far = url.replace(f":{durable.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, far, worker=False, spool=path)
        await asyncio.to_thread(muster.run, "db", "upgrade")
        server = await asyncio.to_thread(muster.serve)
        loop = asyncio.get_running_loop()
        world = World(muster, durable, proxy, disk, server, muster.work(), loop, Counter())
        storm = Storm(partial(posts_of, muster), seed, connections=8, batch=16, pause=0.05)
        storm.sender.timeout = 6
        hasty = Sender(connections=2, tries=1, timeout=2, seed=seed)
        hasty.before_each = partial(asyncio.sleep, 0.1)

        def everything_breaks():
            end = time.monotonic() + times
            while time.monotonic() < end:
                name = storm.chance.choice(sorted(world.faults()))
                hold = storm.chance.uniform(0.2, 5)
                print(f"{name}, {hold:.1f} s")
                world.faults()[name](hold)
                world.start_again()
                world.done[name] += 1
                time.sleep(storm.chance.uniform(0.1, 1.5))

        people = range(IMPATIENT, IMPATIENT + 40 * times)
        once = asyncio.create_task(hasty.post_all(posts_of(muster, people)))
        await storm.rage(everything_breaks, 1, pause=0.1)
        once.cancel()
        await asyncio.gather(once, return_exceptions=True)
        acked = storm.sender.acked | hasty.acked
        wait = partial(asyncio.to_thread, wait_until)
        await wait(lambda: not checker.lost(checker.read(url), acked), "all in", 120, every=0.5)
        await asyncio.to_thread(end_leases, url)
        await asyncio.to_thread(wait_until_all_settled, url)
        await asyncio.to_thread(world.worker.stop)
        await asyncio.to_thread(world.server.stop)
    kept = checker.read(url)
    print(storm.told(), dict(world.done), Counter(one.outcome.value for one in hasty.attempts))
    sent = {one.key for one in [*storm.sender.attempts, *hasty.attempts]}
    assert checker.lost(kept, acked) == set()
    assert set(kept.keys) <= sent
    # Who never repeats anything may say "1" to a conversation that never began.
    assert [key for key in checker.doubled(kept) if key < number_of(IMPATIENT)] == []
    assert checker.out_of_order(kept) == []
    patient = {to: count for to, count in kept.groups.items() if to < number_of(IMPATIENT)}
    assert patient == dict.fromkeys(storm.numbers, 1)
    check_sends(kept, carrier)
