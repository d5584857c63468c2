"""A bad network between server and database, and no spool: no 2xx without a commit, ever."""

import asyncio
from collections import Counter
from functools import partial

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.processes import wait_until
from tests.rig.proxy import Network, proxy_to
from tests.rig.sender import Sender

pytestmark = pytest.mark.slow
FAULTS = [Network.REFUSING, Network.SILENT, Network.HALF, Network.TRICKLING]


async def say_nine(muster, people, seed=1):
    """Everybody says one thing, once; every one of them gets an answer."""
    sender = Sender(connections=64, tries=1, timeout=30, seed=seed)
    sender.before_each = partial(asyncio.sleep, 0.1)
    await sender.post_all([posts[:1] for posts in posts_of(muster, people)])
    assert sender.unknown == set()
    return sender


@short_and_long(100, 2000)
async def test_an_unknown_outcome_is_never_acknowledged(
    carrier, postgres, postgres_url, tmp_path, times
):
    """`times` people speak around the beginning of each fault, the first of them before it."""
    async with proxy_to(postgres.port) as proxy:
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url, spool={"on": False})
        server = await asyncio.to_thread(muster.serve)
        acked: set[str] = set()
        for number, fault in enumerate(FAULTS):
            people = range(number * times, (number + 1) * times)
            speaking = asyncio.create_task(say_nine(muster, people))
            await asyncio.sleep(0.15)
            if fault is Network.REFUSING:
                proxy.refuse()
            proxy.network = fault
            sender = await speaking
            statuses = Counter(one.status for one in sender.attempts)
            print(f"{fault}: {dict(statuses)}")
            assert set(statuses) <= {200, 503}
            assert statuses[503], "the fault came too late"
            acked |= sender.acked
            proxy.recover()
            await asyncio.to_thread(wait_until, muster.is_ready, "ready again")
        proxy.delay = 0.25
        late = await say_nine(muster, range(len(FAULTS) * times, len(FAULTS) * times + times))
        assert len(late.acked) == times, "slow is not away"
        proxy.delay = 0
        await asyncio.to_thread(server.stop)
    kept = checker.read(postgres_url)
    assert checker.lost(kept, acked | late.acked) == set()
    assert checker.doubled(kept) == []
