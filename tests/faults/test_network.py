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
HEARD_BETWEEN = 10
FAULTS = [Network.REFUSING, Network.SILENT, Network.HALF, Network.TRICKLING]


def a_sender(seed=1):
    """Says each thing once."""
    sender = Sender(connections=64, tries=1, timeout=30, seed=seed)
    sender.before_each = partial(asyncio.sleep, 0.1)
    return sender


def nines(muster, people):
    return [posts[:1] for posts in posts_of(muster, people)]


async def come_and_go(proxy, fault, sender, said):
    """Ten are heard; then the network breaks before the next text, mends after two seconds, and so
    on whenever ten more have been heard, until all have spoken.
    """
    await sender.post_all(said[:HEARD_BETWEEN])
    speaking = asyncio.create_task(sender.post_all(said[HEARD_BETWEEN:]))
    while not speaking.done():
        if fault is Network.REFUSING:
            proxy.refuse()
        proxy.network = fault
        await asyncio.wait([speaking], timeout=2)
        proxy.recover()
        heard = len(sender.acked)
        while len(sender.acked) < heard + HEARD_BETWEEN and not speaking.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await speaking


@short_and_long(100, 2000)
async def test_an_unknown_outcome_is_never_acknowledged(
    carrier, postgres, postgres_url, tmp_path, times
):
    """`times` people speak while each fault comes and goes; every one of them gets an answer."""
    async with proxy_to(postgres.port) as proxy:
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url, spool={"on": False})
        server = await asyncio.to_thread(muster.serve)
        acked: set[str] = set()
        refused = 0
        for number, fault in enumerate(FAULTS):
            sender = a_sender()
            said = nines(muster, range(number * times, (number + 1) * times))
            await come_and_go(proxy, fault, sender, said)
            statuses = Counter(one.status for one in sender.attempts)
            print(f"{fault}: {dict(statuses)}")
            # Where a connection is only being opened, a silence is waited out: 200, and kept.
            assert set(statuses) <= {200, 503}
            refused += statuses[503]
            acked |= sender.acked
            await asyncio.to_thread(wait_until, muster.is_ready, "ready again")
        proxy.delay = 0.25
        late = a_sender()
        await late.post_all(nines(muster, range(len(FAULTS) * times, len(FAULTS) * times + times)))
        assert len(late.acked) == times, "slow is not away"
        proxy.delay = 0
        await asyncio.to_thread(server.stop)
    assert refused >= times // 2, "the network was never bad"
    kept = checker.read(postgres_url)
    assert checker.lost(kept, acked | late.acked) == set()
    assert checker.doubled(kept) == []
