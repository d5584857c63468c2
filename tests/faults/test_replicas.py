"""Several servers on one PostgreSQL: killed, frozen, with clocks that differ."""

import os
import signal
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import (
    Storm,
    check_order_at,
    check_sends,
    end_leases,
    wait_until_all_settled,
)
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.processes import Program, wait_until
from tests.rig.server import Muster

pytestmark = pytest.mark.slow
CLOCKS = Path(__file__).parent.parent / "rig/clocks"


@dataclass
class Replicas:
    """Servers that share a database; senders go from door to door."""

    musters: list[Muster]
    running: list[Program] = field(default_factory=list)

    @classmethod
    def make(cls, count, folder, carrier, url, options="", **settings):
        """Without spools: what waits in one may be overtaken by what another server hears."""
        given = {"secret_key": "the same for all of them" * 2, "spool": {"on": False}, **settings}
        urls = [f"{url}?application_name=replica{n}{options}" for n in range(count)]
        return cls([make(folder / str(n), carrier, at, **given) for n, at in enumerate(urls)])

    def start(self, **environment):
        self.running = [muster.serve(**environment) for muster in self.musters]

    def storm(self, **more):
        storm = Storm(partial(posts_of, self.musters[0]), **more)
        storm.sender.doors = [muster.url for muster in self.musters]
        return storm

    def stop(self):
        for program in self.running:
            program.stop()


@short_and_long(2, 210)
async def test_three_servers_that_are_killed(carrier, postgres_url, tmp_path, times):
    """All three take in and send; each is killed a third of the times."""
    replicas = Replicas.make(3, tmp_path, carrier, postgres_url)
    replicas.start()
    storm = replicas.storm(connections=6, batch=12)
    turn = iter(range(times))

    def kill_and_start():
        victim = next(turn) % 3
        replicas.running[victim].kill9()
        replicas.running[victim] = replicas.musters[victim].serve()

    await storm.rage(kill_and_start, times, pause=0.5)
    wait_until(lambda: not checker.lost(checker.read(postgres_url), storm.sender.acked), "all in")
    end_leases(postgres_url)
    wait_until_all_settled(postgres_url)
    replicas.stop()
    check_sends(storm.check(postgres_url), carrier)


@short_and_long(1, 20)
async def test_a_server_frozen_in_mid_transaction(carrier, postgres, postgres_url, tmp_path, times):
    """Its work is done by another; when it wakes, its own transaction is gone."""
    impatient = "&options=-c%20idle_in_transaction_session_timeout%3D1s"
    replicas = Replicas.make(2, tmp_path, carrier, postgres_url, impatient)
    replicas.start()
    storm = replicas.storm(connections=8, batch=16)
    storm.sender.timeout = 1

    def holds_a_transaction(n):
        return postgres.sql(
            "select 1 from pg_stat_activity where state = 'idle in transaction' "
            f"and application_name = 'replica{n}'"
        )

    def freeze_and_thaw():
        victim = storm.chance.randrange(2)
        pid = replicas.running[victim].pid
        deadline = time.monotonic() + 60
        while True:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.005)
            if holds_a_transaction(victim):
                break
            os.kill(pid, signal.SIGCONT)
            assert time.monotonic() < deadline, "never caught in mid-transaction"
            time.sleep(0.01)
        wait_until(lambda: not holds_a_transaction(victim), "PostgreSQL ends the transaction")
        time.sleep(0.2 if times == 1 else 60)
        os.kill(pid, signal.SIGCONT)

    await storm.rage(freeze_and_thaw, times, pause=0.7)
    wait_until(lambda: not checker.lost(checker.read(postgres_url), storm.sender.acked), "all in")
    wait_until_all_settled(postgres_url, within=120)
    replicas.stop()
    check_sends(storm.check(postgres_url), carrier)


@short_and_long(1, 5)
async def test_clocks_that_differ_by_minutes_and_step(carrier, postgres_url, tmp_path, times):
    """Leases, ids and deadlines go by the database's time."""
    replicas = Replicas.make(2, tmp_path, carrier, postgres_url)
    clocks = [tmp_path / "fast", tmp_path / "slow"]
    for clock, ahead in zip(clocks, (600, -600), strict=True):
        clock.write_text(str(ahead))
    replicas.running = [
        muster.serve(PYTHONPATH=str(CLOCKS), CLOCK=str(clock))
        for muster, clock in zip(replicas.musters, clocks, strict=True)
    ]
    storm = replicas.storm(connections=8, batch=16)

    def step():
        for clock in clocks:
            fresh = clock.with_suffix(".new")
            fresh.write_text(str(storm.chance.randrange(-1200, 1200)))
            fresh.replace(clock)

    await storm.rage(step, times, pause=2)
    wait_until_all_settled(postgres_url)
    replicas.stop()
    kept = storm.check(postgres_url)
    check_sends(kept, carrier)
    check_order_at(carrier)
    assert set(kept.owed.values()) == {"sent"}


@short_and_long(3, 5)
async def test_servers_that_come_and_go(carrier, postgres_url, tmp_path, times):
    """One becomes `times`, and two of them stay; a door is still knocked at when it closes."""
    replicas = Replicas.make(times, tmp_path, carrier, postgres_url)
    replicas.running = [replicas.musters[0].serve()]
    storm = replicas.storm(connections=8, batch=16)
    storm.sender.doors = [replicas.musters[0].url]
    counts = iter([*range(2, times + 1), *range(times - 1, 1, -1)])

    def come_or_go():
        count = next(counts)
        if count > len(replicas.running):
            replicas.running.append(replicas.musters[count - 1].serve())
        else:
            replicas.running.pop().stop()
        storm.sender.doors = [muster.url for muster in replicas.musters[:count]]

    await storm.rage(come_or_go, 2 * times - 3, pause=0.7)
    wait_until_all_settled(postgres_url)
    replicas.stop()
    kept = storm.check(postgres_url)
    check_sends(kept, carrier)
    check_order_at(carrier)
    assert set(kept.owed.values()) == {"sent"}
