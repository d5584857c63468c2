"""What one lane spends on a group: no HTTP, one thread, so the processor time is exact."""

import cProfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import orjson

from app.hooks.door import as_items
from app.intake.channel import Channel
from app.intake.item import Item
from app.main import put_together
from app.running import Muster
from app.settings import ChannelSettings, Settings
from bench.house import Databases, simulator
from bench.people import LINE, STEPS, Crowd
from bench.run import Run
from gateway_adapters.contract import HttpRequest

GROUPS = (16, 64, 256)
KINDS = ("sqlite", "postgresql")


def measure(run: Run, databases: Databases) -> None:
    for kind in run.track("one lane", KINDS):
        for size in GROUPS:
            with databases.fresh(kind) as url, a_muster(url) as muster:
                took = spent(muster, size, run.size(6000, 1500))
            run.record("lane", database=kind, group=size, cpu_us=took * 1e6)


@contextmanager
def a_muster(url: str) -> Iterator[Muster]:
    with tempfile.TemporaryDirectory() as folder:
        channel = ChannelSettings(**simulator())
        settings = Settings(
            database_url=url, channels={"simulator": channel}, simulator=False,
            data_folder=Path(folder), spool={"on": False},
        )  # fmt: skip
        muster = put_together(settings)
        yield muster
        muster.desk.close()
        muster.store.close()


PEOPLE = count(0, 10_000)


def spent(muster: Muster, size: int, turns: int, profiler: cProfile.Profile | None = None) -> float:
    """Processor seconds of this thread a turn, over groups of people in all steps of the flow."""
    lane = muster.desk._lanes[0]  # noqa: SLF001  measured here, never used so
    groups = _groups(muster, size, max(turns // size, 2 * STEPS))
    began = 0.0
    for number, group in enumerate(groups):
        if number == STEPS:  # by now the steps are mixed, and every statement was compiled
            began = time.thread_time()
            if profiler is not None:
                profiler.enable()
        lane._group(group)  # noqa: SLF001
    if profiler is not None:
        profiler.disable()
    return (time.thread_time() - began) / ((len(groups) - STEPS) * size)


def _groups(muster: Muster, size: int, number: int) -> list[list[Item]]:
    channel, people = muster.channels["simulator"], next(PEOPLE)
    crowd = Crowd(people, size)
    return [
        [_item(channel, f"{people}-{each}-{place}", *crowd.says()) for place in range(size)]
        for each in range(number)
    ]


def _item(channel: Channel, key: str, number: str, text: str) -> Item:
    body = orjson.dumps({"id": key, "from": number, "to": LINE, "text": text})
    request = HttpRequest("POST", "/hooks/simulator/secret", {}, body)
    (item,) = as_items(channel, request, channel.adapter.receive(request), datetime.now(UTC))
    return item
