"""Groups that may be one are looked for by one worker at a time, and another goes on."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.conversation.compiled import Flows
from app.delivery import comparing
from app.intake.comparing import Comparing
from app.store.engine import Store, open_store
from app.store.ids import Ids
from app.store.schema import alikes
from tests.admin.builders import a_group, an_office


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = open_store(database_url)
    yield store
    store.close()


class AtOnce(Comparing):
    def step(self, settled: timedelta = timedelta(0)) -> int:
        return super().step(settled)


async def test_one_worker_compares_and_another_takes_over(store: Store, monkeypatch) -> None:
    office = an_office(store, Ids(5))
    monkeypatch.setattr(comparing, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(comparing, "LEASE", timedelta(seconds=0.2))
    work = AtOnce(store, Flows({}))
    workers = [asyncio.create_task(comparing.compare(store, work)) for _ in range(2)]
    for number in range(3):
        for twin in range(2):
            a_group(office, f"+98912000{number}00{twin}", name=f"سپیدار {'الف' * number}")
        await until(store, number + 1)
        if number == 1:
            await ended(workers.pop(0))
    await ended(*workers)


async def until(store: Store, pairs: int) -> None:
    for _ in range(1200):
        with store.read() as db:
            if db.execute(select(func.count()).select_from(alikes)).scalar_one() >= pairs:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"there are not {pairs} pairs")


async def ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
