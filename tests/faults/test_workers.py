"""kill -9 of a worker in the middle of a send, also right after the carrier's yes.

Nothing reaches anybody twice; in doubt is at most what was really in the air, and with a carrier
that can be asked nothing stays in doubt.
"""

import os
import random
import signal
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.store.engine import clock
from app.store.schema import outbox
from tests.faults.conftest import short_and_long
from tests.faults.storm import end_leases
from tests.faults.town import Town
from tests.rig.carrier import a_carrier
from tests.rig.processes import wait_until

pytestmark = pytest.mark.slow

CONNECTIONS = 4
WINDOWS = 4
"""Of messages owed for each kill."""
SEED = 7


class Killing:
    """Kills the worker at a random moment after the carrier has taken something."""

    def __init__(self, town, name, batch, seed=SEED):
        print(f"seed {seed}")
        self.batch = batch
        self.town, self.name, self.chance = town, name, random.Random(seed)
        self.worker = None
        self.wait = 0
        self.killed = 0
        town.carriers[name].on_taken = self.taken

    def taken(self, _):
        worker, self.wait = self.worker, self.wait - 1
        if worker is not None and self.wait == 0:
            delay = self.chance.choice((0, 0, self.chance.random() * 0.02))
            threading.Timer(delay, self.kill, [worker]).start()
            time.sleep(delay / 2)

    def kill(self, worker):
        os.kill(worker.pid, signal.SIGKILL)
        self.killed += 1

    def rage(self, times):
        """Kill so many workers; gives how many messages each kill left in the air."""
        left = []
        for _ in range(times):
            self.town.owe(self.name, WINDOWS * CONNECTIONS * self.batch)
            self.wait = self.chance.randrange(1, (WINDOWS - 1) * CONNECTIONS)
            self.worker = self.town.muster.work()
            wait_until(lambda: not self.worker.runs, "the worker dies in mid-send", 90)
            self.worker.kill9()
            left.append(self.town.states(self.name)["sending"])
            end_leases(self.town.url)
        self.worker = None
        return left


@pytest.fixture
def town_of(tmp_path, postgres_url):
    made = []
    with a_carrier() as carrier:

        def make(dialect):
            channels = {dialect: carrier}
            made.append(
                Town(tmp_path / "muster", postgres_url, channels, dialect, connections=CONNECTIONS)
            )
            return made[0]

        yield make
        for one in made:
            one.store.close()


def settled(town, name):
    return wait_until(
        lambda: not {"queued", "sending"} & set(town.states(name)), "all is settled", 180, every=0.2
    )


@pytest.mark.parametrize(("dialect", "batch"), [("simulator", 100), ("template", 1)])
@short_and_long(2, 100)
def test_a_death_in_mid_send_doubles_nothing_and_leaves_little_in_doubt(
    town_of, dialect, batch, times
):
    town = town_of(dialect)
    killing = Killing(town, dialect, batch)
    left = killing.rage(times)
    worker = town.muster.work()
    settled(town, dialect)
    worker.stop()

    carrier = town.carriers[dialect]
    states = dict(town.rows(outbox.c.id, outbox.c.state))
    taken = {int(one.our_id) for one in carrier.taken}
    doubt = {row for row, state in states.items() if state == "unclear"}
    sent = {row for row, state in states.items() if state == "sent"}
    print(f"{killing.killed} kills, {len(taken)} taken, in doubt {len(doubt)}, in the air {left}")
    assert killing.killed == times
    assert carrier.sent_twice() == []
    assert sent | doubt == set(states)
    assert sent <= taken
    assert max(left) <= CONNECTIONS * batch
    assert len(doubt) <= sum(left)


@short_and_long(2, 20)
def test_with_a_carrier_that_can_be_asked_nothing_stays_in_doubt(town_of, times):
    town = town_of("magfa")
    killing = Killing(town, "magfa", 100)
    left = killing.rage(times)
    worker = town.muster.work()
    settled(town, "magfa")
    in_doubt = town.states("magfa")["unclear"]
    with town.store.write() as db:  # as if it had been a minute ago
        stale = update(outbox).where(outbox.c.state == "unclear")
        db.execute(stale.values(updated_at=clock(db) - timedelta(minutes=1)))
    wait_until(
        lambda: set(town.states("magfa")) == {"sent"},
        "all is looked up and sent",
        within=120 + 20 * times,
        every=0.5,
    )
    worker.stop()

    carrier = town.carriers["magfa"]
    print(f"{killing.killed} kills, in the air {left}, looked up {in_doubt}")
    assert in_doubt > 0
    assert carrier.sent_twice() == []
    assert {int(one.our_id) for one in carrier.taken} == {row.id for row in town.rows(outbox.c.id)}
