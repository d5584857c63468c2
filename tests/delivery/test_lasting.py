"""What a worker does besides sending outlives a fault in one step, whatever raised it."""

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.admin import many
from app.conversation.compiled import Flows
from app.delivery import bulk, callbacks, comparing, housekeeping
from app.intake import waking
from app.intake.batch import House
from app.intake.comparing import Comparing
from app.store.engine import Store, open_store
from app.store.ids import Ids

AT_ONCE = 0.01
IDS = Ids(5)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = open_store(sqlite_url)
    yield store
    store.close()


def housekeeper(store: Store) -> Any:
    with_thread = ThreadPoolExecutor(1)
    return housekeeping.Housekeeper(store, "us", timedelta(days=1), with_thread).run()


def waker(store: Store) -> Any:
    async def submit(items: Any) -> Any:
        raise AssertionError("nothing is due")

    return waking.Waking(store, House({}, IDS), submit, lambda: True).run()


RUNS = {
    "housekeeping": (housekeeper, (housekeeping, "EVERY"), (housekeeping.Housekeeper, "_lead")),
    "comparing": (
        lambda store: comparing.compare(store, Comparing(store, Flows({}))),
        (comparing, "LOOK_EVERY"),
        (comparing, "_step"),
    ),
    "bulk": (
        lambda store: bulk.Bulk(store, {}, IDS).run(),
        (bulk, "LOOK_EVERY"),
        (bulk.Bulk, "step"),
    ),
    "many": (lambda store: many.Many(store).run(), (many, "LOOK_EVERY"), (many.Many, "step")),
    "callbacks": (
        lambda store: callbacks.Callbacks(store, IDS, unseal=str).run(),
        (callbacks, "LOOK_EVERY"),
        (callbacks.Callbacks, "_claim"),
    ),
    "waking": (waker, (waking, "EVERY"), (waking.Waking, "_due")),
}


@pytest.mark.parametrize("name", RUNS)
async def test_it_goes_on(name: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run, (module, every), (place, step) = RUNS[name]
    works, tried = getattr(place, step), []

    def fails_at_first(*given: Any) -> Any:
        tried.append(name)
        if len(tried) <= 2:
            raise KeyError("a fault of ours")
        return works(*given)

    soon = timedelta(seconds=AT_ONCE) if name == "waking" else AT_ONCE
    monkeypatch.setattr(module, every, soon)
    monkeypatch.setattr(place, step, fails_at_first)
    task = asyncio.create_task(run(store))
    async with asyncio.timeout(60):
        while len(tried) < 4:
            await asyncio.sleep(AT_ONCE)
            assert not task.done()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
