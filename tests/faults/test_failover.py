"""A primary dies and its synchronous standby takes over; its last moments are the worst.

The standby stops listening first, so that senders time out and come again, and somebody cancels
what waits for it: that makes rows which only the dying primary has, and calls them committed.
Neither a first text nor a repeat may be acknowledged on the word of such a row.
"""

import time
from functools import partial

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import Storm
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.ports import HOST
from tests.rig.postgres import Postgres
from tests.rig.processes import wait_until

pytestmark = pytest.mark.slow
CANCELS = 4


@pytest.fixture
def pair():
    """The primary and its standby, in this order, whoever they are at the moment."""
    primary = Postgres.make(durable=True).start()
    pair = [primary, primary.standby()]
    primary.wait_for_standby()
    yield pair
    for server in pair:
        server.remove()


@short_and_long(1, 20)
async def test_what_was_acknowledged_survives_the_primary(carrier, pair, tmp_path, times):
    primary, standby = pair
    name = primary.create_database()
    ports = f"host={HOST},{HOST}&port={primary.port},{standby.port}"
    url = f"postgresql+psycopg://muster@/{name}?{ports}&target_session_attrs=read-write"
    muster = make(tmp_path / "muster", carrier, url)
    muster.run("db", "upgrade")
    server = muster.serve()
    cancelled = []

    def fail_over() -> None:
        dying, heir = pair
        with heir.deaf():
            time.sleep(1.2)
            for _ in range(CANCELS):
                cancelled.append(dying.cancel_waits_for_standby())
                time.sleep(0.2)
            dying.kill9()
        heir.promote()
        wait_until(muster.is_ready, "ready again")
        dying.remove()
        pair[:] = [heir, heir.standby(port=dying.port)]
        heir.wait_for_standby()

    storm = Storm(partial(posts_of, muster), pause=0.08)
    storm.sender.timeout = 1
    await storm.rage(fail_over, times, pause=1.5)

    acked = storm.sender.acked
    url = pair[0].url(name)
    wait_until(lambda: not checker.lost(checker.read(url), acked), "drained", 120, every=0.5)
    server.stop()
    storm.check(url)
    print(f"{sum(cancelled)} waits for the standby were cancelled")
    assert any(cancelled)
