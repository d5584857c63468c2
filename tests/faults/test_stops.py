"""A graceful stop under load: quick, nothing lost, and nothing left in doubt."""

from functools import partial

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import Storm, check_sends, wait_until_all_settled
from tests.faults.test_kills import make
from tests.rig.carrier import Mood
from tests.rig.processes import wait_until

pytestmark = pytest.mark.slow


@short_and_long(3, 20)
async def test_sigterm_under_load_leaves_nothing_in_doubt(carrier, database_url, tmp_path, times):
    muster = make(tmp_path / "muster", carrier, database_url)
    running = [muster.serve()]

    def stop_and_start() -> None:
        running[0].stop()
        running[0] = muster.serve()

    storm = Storm(partial(posts_of, muster), connections=8)
    await storm.rage(stop_and_start, times, pause=0.5)

    wait_until_all_settled(database_url)
    running[0].stop()
    kept = storm.check(database_url)
    check_sends(kept, carrier)
    assert set(kept.owed.values()) == {"sent"}


@short_and_long(2, 20)
async def test_a_worker_that_is_asked_to_stop_finishes_what_it_claimed(
    carrier, postgres_url, tmp_path, times
):
    carrier.mood, carrier.delay = Mood.SLOW, 0.1
    muster = make(tmp_path / "muster", carrier, postgres_url, worker=False)
    server, running = muster.serve(), [muster.work()]

    def stop_and_start() -> None:
        sent = len(carrier.taken)
        wait_until(lambda: len(carrier.taken) > sent, "it sends", within=60)
        running[0].stop()
        running[0] = muster.work()

    storm = Storm(partial(posts_of, muster), connections=4)
    await storm.rage(stop_and_start, times, pause=0.3)

    wait_until_all_settled(postgres_url)
    running[0].stop()
    server.stop()
    kept = storm.check(postgres_url)
    check_sends(kept, carrier)
    assert set(kept.owed.values()) == {"sent"}
