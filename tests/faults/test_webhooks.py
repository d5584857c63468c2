"""What carriers do to webhooks: several copies at once, late copies, the wrong order, slowness."""

import asyncio
import random
import time
from contextlib import ExitStack

import aiohttp
import pytest
from sqlalchemy import func, select

from app.hooks.reading import MOST_BYTES, READ_DEADLINE
from app.store.engine import open_store
from app.store.schema import outbox
from tests.e2e.signup import number_of, posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import check_sends, wait_until_all_settled
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.ports import HOST

pytestmark = pytest.mark.slow
SEED = 11
SOME = 0.1


class Carrier:
    """Posts to two servers, and not always once, nor in order."""

    def __init__(self, client, doors, seed=SEED):
        print(f"seed {seed}")
        self.client, self.doors, self.chance = client, doors, random.Random(seed)
        self.statuses = set()

    async def post(self, post):
        url = post.url.replace(self.doors[0], self.chance.choice(self.doors), 1)
        async with self.client.post(url, data=post.body, headers=post.headers) as answer:
            await answer.read()
            self.statuses.add(answer.status)

    async def tell(self, posts):
        """Each in its turn; one in ten up to five times at once, one in ten again later."""
        late = []
        for post in posts:
            copies = self.chance.randrange(2, 6) if self.chance.random() < SOME else 1
            await asyncio.gather(*(self.post(post) for _ in range(copies)))
            if late and self.chance.random() < 0.5:
                await self.post(late.pop(0))
            if self.chance.random() < SOME:
                late.append(post)
        for post in late:
            await self.post(post)

    async def tell_in_disorder(self, posts):
        """One in ten comes before the one that was written before it."""
        posts = list(posts)
        for n in range(1, len(posts)):
            if self.chance.random() < SOME:
                posts[n - 1], posts[n] = posts[n], posts[n - 1]
        await self.tell(posts)


@pytest.fixture
def two_servers(carrier, postgres_url, tmp_path):
    given = {"secret_key": "the same for both of them " * 2}
    musters = [make(tmp_path / str(n), carrier, postgres_url, **given) for n in range(2)]
    with ExitStack() as held:
        for muster in musters:
            held.callback(muster.serve().stop)
        yield musters


def said_twice(url):
    """Messages that were answered with the same words more than once."""
    store = open_store(url)
    with store.read() as db:
        cause = outbox.c.inbox_id, outbox.c.text
        many = select(*cause).where(outbox.c.inbox_id.is_not(None)).group_by(*cause)
        found = db.execute(many.having(func.count() > 1)).all()
    store.close()
    return list(found)


@short_and_long(40, 1000)
async def test_copies_and_the_wrong_order_change_nothing(two_servers, carrier, postgres_url, times):
    """Half of the people are told in order, with copies; half in disorder too."""
    doors = [muster.url for muster in two_servers]
    half = times // 2
    orderly = posts_of(two_servers[0], range(half))
    disorderly = posts_of(two_servers[0], range(half, times))
    connector = aiohttp.TCPConnector(limit=48)
    async with aiohttp.ClientSession(connector=connector) as client:
        them = Carrier(client, doors)
        await asyncio.gather(
            *(them.tell(posts) for posts in orderly),
            *(them.tell_in_disorder(posts) for posts in disorderly),
        )
    await asyncio.to_thread(wait_until_all_settled, postgres_url)

    kept = checker.read(postgres_url)
    assert them.statuses == {200}
    sent = {post.key for posts in orderly + disorderly for post in posts}
    assert checker.lost(kept, {f"{key}" for key in sent}) == set()
    assert len(kept.keys) == len(sent), "each is stored once"
    doubled = {key.partition("-")[0] for key in checker.doubled(kept)}
    assert doubled.isdisjoint(map(number_of, range(half))), "each has one effect"
    for person, keys in kept.order.items():  # what made no sense where it came is no turn
        assert kept.turns.get(person, 0) <= len(keys)
    assert said_twice(postgres_url) == [], "each is answered once"
    assert [n for n in map(number_of, range(half)) if kept.groups[n] != 1] == []
    assert max(kept.groups.values()) == 1
    check_sends(kept, carrier)


@short_and_long(500, 10_000)
async def test_one_id_up_to_five_times_at_once(two_servers, postgres_url, times):
    doors = [muster.url for muster in two_servers]
    firsts = [posts[0] for posts in posts_of(two_servers[0], range(times))]
    connector = aiohttp.TCPConnector(limit=48)
    async with aiohttp.ClientSession(connector=connector) as client:
        them = Carrier(client, doors)

        async def all_at_once(post):
            copies = them.chance.randrange(1, 6)
            await asyncio.gather(*(them.post(post) for _ in range(copies)))

        for n in range(0, times, 50):
            await asyncio.gather(*map(all_at_once, firsts[n : n + 50]))

    kept = checker.read(postgres_url)
    assert them.statuses == {200}
    assert len(kept.keys) == times
    assert len(kept.answered) == times
    assert set(kept.answered.values()) == {1}


async def slowly(muster, head, every=1.0):
    """Send a body byte by byte; gives the answer's first line and how long it took."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(HOST, muster.port)
    try:
        writer.write(head)
        while time.monotonic() - began < 2 * READ_DEADLINE:
            writer.write(b"x")
            await writer.drain()
            try:
                line = await asyncio.wait_for(reader.readline(), every)
            except TimeoutError:
                continue
            return line, time.monotonic() - began
    except ConnectionError:
        pass
    finally:
        writer.close()
    return b"", time.monotonic() - began


def head_of(muster, length):
    post = posts_of(muster, [0])[0][0]
    path = post.url.removeprefix(muster.url)
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", *map(": ".join, post.headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


async def latencies(muster, people):
    """Post the first text of these people, fifty a second; gives the times, sorted."""
    found = []
    async with aiohttp.ClientSession() as client:

        async def one(post):
            began = time.monotonic()
            async with client.post(post.url, data=post.body, headers=post.headers) as answer:
                assert answer.status == 200
            found.append(time.monotonic() - began)

        tasks = []
        for posts in posts_of(muster, people):
            tasks.append(asyncio.create_task(one(posts[0])))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)
    return sorted(found)


@short_and_long(100, 500)
async def test_slow_senders_are_cut_off_and_keep_nobody_waiting(
    carrier, sqlite_url, tmp_path, times
):
    muster = make(tmp_path / "muster", carrier, sqlite_url)
    server = await asyncio.to_thread(muster.serve)
    try:
        alone = await latencies(muster, range(400))
        head = head_of(muster, 500)
        slow = [asyncio.create_task(slowly(muster, head)) for _ in range(times)]
        await asyncio.sleep(2)
        beside = await latencies(muster, range(400, 800))
        assert not any(task.done() for task in slow), "they are still at it"
        ends = await asyncio.gather(*slow)
    finally:
        await asyncio.to_thread(server.stop)
    p99 = [found[len(found) * 99 // 100] for found in (alone, beside)]
    print(f"p99 alone {p99[0] * 1000:.0f} ms, beside {times} slow senders {p99[1] * 1000:.0f} ms")
    assert {line.split()[1] for line, _ in ends} == {b"408"}
    assert max(took for _, took in ends) < READ_DEADLINE + 10
    if times >= 500:  # on a machine of its own
        assert p99[1] < max(0.1, 2 * p99[0])


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_refused_without_reading_on(
    carrier, sqlite_url, tmp_path, declared
):
    muster = make(tmp_path / "muster", carrier, sqlite_url)
    server = await asyncio.to_thread(muster.serve)
    much = 64 * MOST_BYTES
    head = head_of(muster, much)
    piece = b"x" * 65536
    if not declared:
        head = head.replace(b"Content-Length: %d" % much, b"Transfer-Encoding: chunked")
        piece = b"10000\r\n" + piece + b"\r\n"
    _, writer = await asyncio.open_connection(HOST, muster.port)
    written = 0
    try:
        writer.write(head)
        while written < much:
            writer.write(piece)
            written += len(piece)
            await writer.drain()
    except ConnectionError:
        pass  # cut off, as it should be
    finally:
        writer.close()
        await asyncio.to_thread(server.stop)
    assert written < much / 4, "it was read on"
