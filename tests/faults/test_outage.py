"""The database cannot be reached for a while: texts are still taken, and nothing is forgotten."""

import asyncio
import time
from functools import partial

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import Storm
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.processes import wait_until
from tests.rig.proxy import Network, proxy_to

NOTICED = 4.5  # seconds after which everything goes to the spool at once

pytestmark = pytest.mark.slow


async def looked_at(muster, seen):
    """Ask whether it is ready twice a second, without end, as a load balancer or two do."""

    async def look(began):
        seen.append((began, await asyncio.to_thread(muster.is_ready)))

    async with asyncio.TaskGroup() as looks:
        while True:
            looks.create_task(look(time.monotonic()))
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("network", [Network.REFUSING, Network.SILENT, Network.HALF])
@short_and_long(5, 60)
async def test_texts_are_taken_while_the_database_is_away(
    carrier, postgres, postgres_url, tmp_path, times, network
):
    """`times` is how many seconds the database is away."""
    async with proxy_to(postgres.port) as proxy:
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url)
        server = await asyncio.to_thread(muster.serve)
        loop = asyncio.get_running_loop()
        away: list[float] = []
        seen: list[tuple[float, bool]] = []

        def away_for_a_while() -> None:
            away.append(time.monotonic())
            if network is Network.REFUSING:
                loop.call_soon_threadsafe(proxy.refuse)
            proxy.network = network
            time.sleep(times)
            away.append(time.monotonic())
            loop.call_soon_threadsafe(proxy.recover)

        storm = Storm(partial(posts_of, muster), pause=0.08)
        looks = asyncio.create_task(looked_at(muster, seen))
        await storm.rage(away_for_a_while, 1, pause=1.0)
        looks.cancel()

        acked, kept = storm.sender.acked, partial(checker.read, postgres_url)
        await asyncio.to_thread(
            wait_until, lambda: not checker.lost(kept(), acked), "drained", 120, every=0.5
        )
        await asyncio.to_thread(server.stop)
    during = [one for one in storm.sender.attempts if away[0] < one.began < away[1] - 1]
    taken = [one for one in during if one.outcome == "ok"]
    settled = [one for one in during if one.began > away[0] + NOTICED]
    slowest = max((one.took for one in settled), default=0)
    print(f"{len(acked)} acknowledged, {len(taken)} of them in the outage")
    print(f"slowest answer once it was noticed: {slowest:.2f} s")
    assert taken
    assert [one for one in settled if one.outcome != "ok"] == []
    assert [began - away[0] for began, ready in seen if not ready] == []
    storm.check(postgres_url)


def _fewer(kept, acked, than):
    """Whether fewer are missing than before, or none any more."""
    return len(checker.lost(kept(), acked)) < max(than, 1)


@short_and_long(1, 12)
async def test_a_server_killed_while_its_spool_drains(
    carrier, postgres, postgres_url, tmp_path, times
):
    async with proxy_to(postgres.port) as proxy:
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url)
        running = [await asyncio.to_thread(muster.serve)]
        proxy.refuse()
        storm = Storm(partial(posts_of, muster), batch=20)
        await storm.rage(lambda: None, 1, pause=0.1)
        proxy.recover()
        proxy.delay = 0.03  # so that it takes long enough to be killed in the middle
        acked, kept = storm.sender.acked, partial(checker.read, postgres_url)
        lost = [len(checker.lost(kept(), acked))]
        for _ in range(times):
            some = partial(_fewer, kept, acked, lost[-1])
            await asyncio.to_thread(wait_until, some, "the spool drains on", 60)
            await asyncio.sleep(storm.chance.uniform(0, 0.2))
            running[0].kill9()
            lost.append(len(checker.lost(kept(), acked)))
            running[0] = await asyncio.to_thread(muster.serve)
        proxy.delay = 0
        await asyncio.to_thread(wait_until, lambda: not checker.lost(kept(), acked), "drained", 60)
        await asyncio.to_thread(running[0].stop)
    print(f"not yet in at each kill: {lost}")
    assert any(0 < left < lost[0] for left in lost), "never killed in the middle"
    storm.check(postgres_url)
