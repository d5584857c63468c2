"""What was promised of a machine with two cores, database and generator on it: `make faults`.

Alone on its machine: the figures mean nothing beside other work.
"""

import asyncio
import sqlite3
import threading
import time
import urllib.request
from contextlib import ExitStack
from typing import Any

import pytest

from bench import filling, house, usage
from bench.counting import stored
from bench.end_to_end import a_worker, all_replies, waits
from bench.house import serving
from bench.run import Run
from tests.load.conftest import sent_on_schedule
from tests.rig.processes import wait_until
from tests.rig.proxy import proxy_to

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]
KINDS = ("sqlite", "postgresql")
MINUTE = 60.0
WARM_UP = 4 * MINUTE
HASTE = 1000
"""Texts a second that fill what is remembered of the last people: 20,000 of them sign up."""
LONG = 10 * MINUTE
GROWS_MB = 8
"""The allocator's own breath; a leak of a kilobyte a text would be 120 MB."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_webhooks_a_second_for_a_minute(places, kind):
    with places.fresh(kind) as url, serving(places, kind, url) as place:
        found = sent_on_schedule(place, 1000, MINUTE)

        print(found)
        assert found["failed"] == 0
        assert found["p99_ms"] < 100
        kept = stored(url, 0, "load-")
        assert (kept.handled, kept.poisoned) == (found["texts"], 0)


def test_replies_reach_the_carrier_in_two_seconds_when_it_is_calm(places, stub):
    with (
        places.fresh("postgresql") as url,
        serving(
            places, "postgresql", url, channels={"simulator": house.simulator(stub.url)}
        ) as place,
        a_worker(place, "postgresql"),
    ):
        sent_on_schedule(place, 200, 20)
        all_replies(stub, url, 1)

        took = waits(url, 0)

    slow = took[len(took) * 95 // 100]
    print(f"{len(took)} replies, p95 {slow:.2f} s")
    assert slow < 2


def test_a_burst_of_a_hundred_thousand_in_a_minute(places, stub):
    with (
        places.fresh("postgresql") as url,
        serving(
            places, "postgresql", url, 2, channels={"simulator": house.simulator(stub.url)}
        ) as place,
        a_worker(place, "postgresql") as pids,
    ):
        found = sent_on_schedule(place, 1667, MINUTE, warm_up=0)
        ended = time.monotonic()
        tally = all_replies(stub, url, found["texts"])

        peaks = [usage.peak_mb(pid) for pid in (place.server, pids["worker"])]
        print(f"{found}; last reply {tally.last - ended:.1f} s after; {peaks} MB at most")
        assert found["failed"] == 0
        assert found["texts"] >= 100_000
        assert stored(url, 0, "load-").handled == found["texts"]
        assert tally.last - ended < 10
        assert max(peaks) < 300


async def test_what_came_without_a_database_is_in_it_soon_after(places):
    """Of ten minutes' absence two are allowed to catch up; of one minute, as much in proportion."""
    async with proxy_to(places.postgres.port) as proxy:
        with ExitStack() as held:
            url = held.enter_context(places.fresh("postgresql"))
            far = url.replace(f":{places.postgres.port}/", f":{proxy.port}/")
            enter = serving(places, "postgresql", far)
            place = await asyncio.to_thread(held.enter_context, enter)
            sending = asyncio.create_task(
                asyncio.to_thread(sent_on_schedule, place, 200, MINUTE, warm_up=5)
            )
            await asyncio.sleep(5)
            proxy.refuse()
            found = await sending
            proxy.recover()
            began = time.monotonic()

            def all_in() -> bool:
                return stored(url, 0, "load-").handled == found["texts"]

            await asyncio.to_thread(wait_until, all_in, "all in", within=60, every=0.5)
            took = time.monotonic() - began
            await asyncio.to_thread(held.close)

    print(f"{found['texts']} texts, all in {took:.1f} s after it was back; {found}")
    assert found["failed"] == 0
    assert took < MINUTE / 5


@pytest.mark.timeout(4000)
def test_memory_and_handles_stay_as_they_are(places, stub):
    """Ten minutes after a warm-up; for hours, run it with a larger LONG by hand."""
    with places.fresh("postgresql") as url:
        channels = {"simulator": house.simulator(stub.url)}
        with (
            serving(places, "postgresql", url, channels=channels) as place,
            a_worker(place, "postgresql") as pids,
        ):
            processes = (place.server, pids["worker"])
            sent_on_schedule(place, HASTE, WARM_UP, prefix="warm-")
            before = [(usage.now_mb(pid), usage.handles(pid)) for pid in processes]
            found = sent_on_schedule(place, 200, LONG, first_person=1_000_000)
            after = [(usage.now_mb(pid), usage.handles(pid)) for pid in processes]
            all_replies(stub, url, found["texts"])

    print(f"MB and handles before {before}, after {after}")
    assert found["failed"] == 0
    for (mb, handles), (mb_later, handles_later) in zip(before, after, strict=True):
        assert mb_later - mb < GROWS_MB
        assert handles_later <= handles + 10


def test_an_export_of_a_million_rows_streams_and_keeps_nobody_waiting(places, tmp_path):
    groups = 1_000_000
    with places.fresh("postgresql") as url:
        name = url.rpartition("/")[2]
        run = Run(folder=tmp_path)
        filling.fill(run, places.postgres, name, filling.GROUPS_ONLY, groups, groups)
        with serving(places, "postgresql", url) as place:
            rows: list[int] = []
            export = threading.Thread(target=lambda: rows.append(_exported(place)))
            export.start()
            found = sent_on_schedule(place, 1000, 20)
            export.join(900)

            print(f"{found}, {usage.peak_mb(place.server):.0f} MB")
            assert rows == [groups + 1]  # and a head
            assert found["failed"] == 0
            assert found["p99_ms"] < 200
            assert usage.peak_mb(place.server) < 200 + 60  # the export itself adds little


def _exported(place: Any) -> int:
    words = ("keys", "add", "load", "--scope", "read")
    key = place.muster.run(*words).strip().split()[-1]
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{place.muster.url}/api/v1/groups/export/csv"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=900) as file:
        return sum(1 for _ in file)


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_messages_owed_do_not_keep_it_from_starting(places, kind):
    owed = 1_000_000
    with places.fresh(kind) as url:
        _owe(places, kind, url, owed)
        began = time.monotonic()
        with serving(places, kind, url, channels={"simulator": house.simulator()}):
            took = time.monotonic() - began
            print(f"ready in {took:.1f} s")
            assert took < 3


def _owe(places: Any, kind: str, url: str, many: int) -> None:
    """Queue so many messages, due in an hour."""
    columns = (
        "insert into outbox (id, channel, participant_id, address, text, segments, priority, state,"
        " more, due_at, expires_at, created_at, updated_at)"
    )
    values = "i, 'simulator', i, '+989120000000', 'hello', 1, 2, 'queued', false"
    if kind == "postgresql":
        hour, now = "now() + interval '1 hour'", "now()"
        source = f"generate_series(1, {many}) i"
    else:
        hour, now = "'2999-01-01T00:00:00+00:00'", "'2026-01-01T00:00:00+00:00'"
        source = "numbers"
    select = f"select {values}, {hour}, {hour}, {now}, {now} from {source}"
    if kind == "postgresql":
        places.postgres.sql(f"{columns} {select}", url.rpartition("/")[2])
        return
    with sqlite3.connect(url.removeprefix("sqlite:///")) as db:
        numbers = (
            f"with recursive numbers(i) as (select 1 union all select i + 1 from numbers"
            f" where i < {many})"
        )
        db.execute(f"{columns} {numbers} {select}")
    db.close()
