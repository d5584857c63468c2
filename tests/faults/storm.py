"""Load that goes on while things break: people sign up, in order, until they are acknowledged."""

import asyncio
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import update

from app.store.engine import DatabaseAway, Store, open_store
from app.store.schema import channel_state, outbox
from tests.e2e.signup import number_of
from tests.rig import checker
from tests.rig.carrier import Carrier
from tests.rig.processes import wait_until
from tests.rig.sender import Post, Sender

TRIES = 5
BATCH = 24  # people who begin at about the same time


@dataclass
class Storm:
    """`posts` writes the messages of some people; `break_things` runs while they are sent."""

    posts: Callable[[list[int]], list[list[Post]]]
    seed: int = 1
    connections: int = 16
    batch: int = BATCH
    pause: float = 0.0
    """Seconds before each text. Unpaced, a spool takes in far more than a database can drain."""
    sender: Sender = field(init=False)
    people: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        print(f"seed {self.seed}")
        self.sender = Sender(self.connections, tries=0, timeout=5, seed=self.seed)
        if self.pause:
            self.sender.before_each = partial(asyncio.sleep, self.pause)
        self.chance = random.Random(self.seed)

    async def rage(self, break_things: Callable[[], None], times: int, pause: float) -> None:
        """Break things so many times, at random moments; whoever began is heard to the end."""
        breaking = asyncio.create_task(self._break(break_things, times, pause))
        while not breaking.done():
            people = list(range(self.people, self.people + self.batch))
            self.people += self.batch
            await self.sender.post_all(self.posts(people))
        await breaking

    async def _break(self, break_things: Callable[[], None], times: int, pause: float) -> None:
        for _ in range(times):
            await asyncio.sleep(pause * (0.3 + self.chance.random()))
            await asyncio.to_thread(break_things)

    @property
    def numbers(self) -> list[str]:
        return [number_of(person) for person in range(self.people)]

    def told(self) -> str:
        """What the senders were told, for the table of measured outcomes."""
        attempts = self.sender.attempts
        acked = sorted(one.began + one.took for one in attempts if one.outcome == "ok")
        gap = max((b - a for a, b in itertools.pairwise(acked)), default=0.0)
        counts = Counter(one.outcome.value for one in attempts)
        return f"{self.people} people, attempts {dict(counts)}, longest gap {gap:.2f} s"

    def check(self, url: str) -> checker.Kept:
        """What was acknowledged is there, once, in order, and everyone is registered once."""
        kept = checker.read(url)
        print(self.told())
        assert checker.lost(kept, self.sender.acked) == set()
        assert checker.doubled(kept) == []
        assert checker.out_of_order(kept) == []
        assert checker.not_registered_once(kept, self.numbers) == []
        return kept


def end_leases(url: str) -> None:
    """As if the time of everything that a dead worker held had run out."""
    store = open_store(url)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    sending = outbox.c.state == "sending"
    for each in (update(channel_state), update(outbox).where(sending)):
        for tried in range(TRIES):  # a worker that lives holds these rows, too
            try:
                with store.write() as db:
                    db.execute(each.values(lease_until=past))
                break
            except DatabaseAway:
                print(f"who holds what in try {tried}: {_activity(store)}")
                if tried + 1 == TRIES:
                    raise
    store.close()


def _activity(store: Store) -> list[str]:
    """What every connection does, to see who blocks whom."""
    if store.is_sqlite:
        return []
    everybody = (
        "SELECT pid, state, wait_event_type, now() - xact_start, pg_blocking_pids(pid), "
        "left(query, 60) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
    )
    with store.read() as db:
        return [str(tuple(row)) for row in db.exec_driver_sql(everybody)]


def wait_until_all_settled(url: str, within: float = 60) -> None:
    """Until nothing waits to be sent or is in the air."""
    try:
        wait_until(lambda: not checker.open_count(url), "all is settled", within, every=0.3)
    except AssertionError:
        print("\n".join(checker.still_open(url)))
        raise


def check_order_at(carrier: Carrier) -> None:
    """Everybody got their replies in the order of what they had said."""
    got: dict[str, list[int]] = defaultdict(list)
    for one in carrier.taken:
        got[one.to].append(int(one.our_id))
    assert [to for to, ids in got.items() if ids != sorted(ids)] == []


def check_sends(kept: checker.Kept, carrier: Carrier) -> None:
    """Nothing reached the carrier twice, and what we call sent did reach it."""
    taken = {one.our_id for one in carrier.taken}
    sent = {str(row) for row, state in kept.owed.items() if state in {"sent", "delivered"}}
    assert carrier.sent_twice() == []
    assert sent <= taken
    # What is neither sent nor in doubt never reached the carrier.
    doubtful = {str(row) for row, state in kept.owed.items() if state in {"unclear", "sending"}}
    assert taken <= sent | doubtful
