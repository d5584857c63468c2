import asyncio
from datetime import UTC, datetime

import pytest

from app.intake.item import Item
from app.intake.queue import Pending, Queue
from gateway_adapters.contract import Message

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def queue() -> Queue:
    return Queue()


def pending(channel: str, person: str, text: str = "") -> Pending:
    loop = asyncio.get_running_loop()
    return Pending(Item(channel, Message(person, text), NOW), person, loop.create_future())


async def test_one_person_has_one_turn_at_a_time_and_in_order(queue: Queue) -> None:
    waiting = [pending("a", "p", str(n)) for n in range(3)]
    queue.add(waiting)
    for one in waiting:
        assert queue.gather(10) == [one]
        assert queue.gather(10) == [], "nobody else waits"
        queue.done([one])
    assert queue.depth == 0


async def test_others_pass_a_person_who_is_being_served(queue: Queue) -> None:
    first, second, other = pending("a", "p"), pending("a", "p"), pending("a", "q")
    queue.add([first, second, other])
    assert queue.gather(10) == [first, other]
    queue.done([first, other])
    assert queue.gather(10) == [second]


async def test_a_flood_on_one_channel_leaves_room_for_the_other(queue: Queue) -> None:
    queue.add([pending("flood", f"f{n}") for n in range(1000)])
    queue.add([pending("quiet", f"q{n}") for n in range(5)])
    group = queue.gather(100)
    assert len(group) == 100
    assert sum(one.item.channel == "quiet" for one in group) == 5


async def test_one_at_a_time_each_channel_has_its_turn(queue: Queue) -> None:
    for name in ("a", "b", "c"):
        queue.add([pending(name, f"{name}{n}") for n in range(3)])
    served = [queue.gather(1)[0].item.channel for _ in range(9)]
    assert served == ["a", "b", "c"] * 3


async def test_reports_are_nobodys_turn(queue: Queue) -> None:
    queue.add([pending("a", "") for _ in range(5)])
    assert len(queue.gather(10)) == 5
