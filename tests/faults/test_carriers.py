"""Carriers that misbehave, each in its way, all at once and through one real worker.

What may have arrived is never sent again; what surely did not is; and a carrier that is well
notices nothing of those that are not.
"""

from collections import Counter
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from app.delivery.settling import FAULTS
from app.store.schema import attempts
from bench.usage import peak_mb
from tests.faults.town import Town
from tests.rig.carrier import Mood, a_carrier
from tests.rig.processes import wait_until

pytestmark = pytest.mark.slow

IN_DOUBT = {
    Mood.HANGING,
    Mood.GARBAGE,
    Mood.HALF,
    Mood.SLOW,
    Mood.CUTTING,
    Mood.TRICKLING,
    Mood.ENDLESS,
    Mood.REFUSING,
}
"""After these nobody can know. An error that no manual names is one of them."""
SURELY_NOT = {Mood.THROTTLING, Mood.BROKEN}
MOODS = [*IN_DOUBT, *SURELY_NOT]


@pytest.fixture
def town(tmp_path, database_url):
    made = []

    def make(moods, **changes):
        carriers = {str(mood): held.enter_context(a_carrier()) for mood in moods}
        for mood, carrier in zip(moods, carriers.values(), strict=True):
            carrier.mood, carrier.delay = mood, 3.0
        made.append(Town(tmp_path / "muster", database_url, carriers, **changes))
        return made[0]

    with ExitStack() as held:
        yield make
        for one in made:
            one.store.close()


def test_every_fault_has_its_outcome_and_stays_with_its_carrier(town):
    town = town([Mood.WELL, *MOODS])
    for mood in MOODS:
        town.owe(mood, 3)
    worker = town.muster.work()
    try:
        for mood in SURELY_NOT:
            wait_until(lambda m=mood: town.tried(m), f"{mood} was tried", 30)
            assert town.states(mood) == {"queued": 3}
            town.carriers[mood].mood = Mood.WELL
        for mood in IN_DOUBT:
            wait_until(lambda m=mood: town.states(m) == {"unclear": 3}, f"{mood} is in doubt", 60)
            # while all others hang and trickle: this one is well
            town.owe(Mood.WELL, 20)
        wait_until(
            lambda: town.states(Mood.WELL) == {"sent": 20 * len(IN_DOUBT)}, "the well one", 10
        )
        assert peak_mb(worker.pid) < 300
        for mood in SURELY_NOT:
            wait_until(lambda m=mood: town.states(m) == {"sent": 3}, f"{mood} recovers", 60)
    finally:
        worker.stop()
    for mood, carrier in town.carriers.items():
        assert carrier.sent_twice() == []
        assert len(carrier.taken) == sum(town.states(mood).values()) - (
            3 if mood == Mood.REFUSING else 0
        )
    with town.store.read() as db:
        outcomes = Counter(db.execute(select(attempts.c.outcome)).scalars())
    assert outcomes["unclear"] == 3 * len(IN_DOUBT)


def test_a_carrier_that_lost_its_mind_costs_a_few_messages_and_is_tried_again(town):
    """One message a request: without the breaker all of them would be in doubt."""
    owed, name = 60, str(Mood.GARBAGE)
    town = town([Mood.GARBAGE], dialect="template", connections=1)
    town.owe(name, owed)
    worker = town.muster.work()
    try:
        wait_until(lambda: town.state_of(name).paused, "the breaker opens", 30)
        assert "exchanges in a row failed" in town.state_of(name).pause_reason
        assert town.states(name) == {"unclear": FAULTS, "queued": owed - FAULTS}
        town.probe_now(name)
        wait_until(lambda: town.states(name)["unclear"] == FAULTS + 1, "one is tried", 30)
        worker.stop()  # what the next worker finds is paused by us, and its to resume
        worker = town.muster.work()
        town.carriers[name].mood = Mood.WELL
        town.probe_now(name)
        wait_until(lambda: town.states(name)["sent"] == owed - FAULTS - 1, "it goes on", 60)
        assert not town.state_of(name).paused
    finally:
        worker.stop()
    assert town.carriers[name].sent_twice() == []
