"""One text to many: counted before, queued page by page, stopped half-way."""

import asyncio
import contextlib
from datetime import datetime
from typing import Any

import orjson
import pytest

from app.delivery.bulk import Bulk
from app.store import bulks, participants
from app.store.groups_search import restored, stored
from tests.admin.builders import NOW, Api, a_channel, a_group, a_person, an_office


@pytest.fixture
def api(api: Api) -> Api:
    channels = {"main": a_channel(regulator_words=True), "other": a_channel("other")}
    return Api(an_office(api.office.store, api.office.new_id, channels=channels))


def a_bulk(**changes: Any) -> dict[str, Any]:
    return {"channel": "main", "text": "جلسه فردا ساعت ۱۶", "dry_run": False, **changes}


def opt_out(api: Api, number: str, channel: str = "main") -> None:
    person = a_person(api.office, number)
    row = {"id": api.office.new_id(), "participant_id": person, "channel": channel, "wish": "out"}
    with api.office.store.write() as db:
        told = {"source": "word", "line": "", "heard": "", "at": NOW}
        participants.record_wishes(db, [{**row, **told}])


def work(api: Api) -> int:
    worker = Bulk(api.office.store, api.office.channels, api.office.new_id)
    steps = 0
    while worker.step():
        steps += 1
    return steps


def out(api: Api) -> list[dict[str, Any]]:
    return api.every("/messages", direction="out", numbers="true")


def test_a_dry_run_says_what_it_would_cost_and_sends_nothing(api: Api) -> None:
    for number in range(3):
        a_group(api.office, f"+98912000000{number}")
    a_group(api.office, "+989120000000", province="tehran")
    opt_out(api, "+989120000002")

    planned = api.post("/messages/bulk", a_bulk(text="ی" * 65, dry_run=True))

    assert planned["bulk"] is None
    assert planned["planned"]["text"].endswith("\nلغو۱۱")
    assert planned["planned"]["segments"] == 2, "the ending is counted"
    figures = {n: planned["planned"][n] for n in ("recipients", "opted_out", "all_segments")}
    assert figures == {"recipients": 3, "opted_out": 1, "all_segments": 4}
    assert work(api) == 0
    assert api.get("/messages/bulk")["items"] == []


def test_each_person_gets_one_and_who_opted_out_none(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulks, "AT_ONCE", 2)
    for number in (0, 1, 2, 3, 1, 0, 4):
        a_group(api.office, f"+98912000000{number}")
    a_group(api.office, "+989129999999", province="tehran")
    opt_out(api, "+989120000003")
    opt_out(api, "+989120000004", "other")
    bulk = api.post("/messages/bulk", a_bulk(groups={"province": ["gilan"]}))["bulk"]["id"]
    a_group(api.office, "+989120000009")

    assert work(api) > 3

    sent = out(api)
    assert {m["kind"] for m in sent} == {"bulk"}
    people = [m["participant_id"] for m in sent]
    assert len(people) == len(set(people)) == 5
    after = api.get(f"/messages/bulk/{bulk}")
    assert (after["state"], after["queued"], after["skipped"]) == ("done", 5, 1)
    assert after["messages"] == {"queued": 5}
    assert api.get("/audit", what="bulk message sent")["items"][0]["to"] == f"bulk:{bulk}"


def test_a_page_that_fails_is_done_again_and_nobody_gets_two(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulks, "AT_ONCE", 2)
    for number in range(5):
        a_group(api.office, f"+98912000000{number}")
    api.post("/messages/bulk", a_bulk())
    worker = Bulk(api.office.store, api.office.channels, api.office.new_id)
    assert worker.step()
    with monkeypatch.context() as broken:
        broken.setattr(bulks, "advance", _fails)
        with pytest.raises(ZeroDivisionError):
            worker.step()

    work(api)
    assert len({m["participant_id"] for m in out(api)}) == len(out(api)) == 5


def _fails(*_: object) -> None:
    raise ZeroDivisionError


def test_it_can_be_stopped_half_way(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulks, "AT_ONCE", 2)
    for number in range(5):
        a_group(api.office, f"+98912000000{number}")
    bulk = api.post("/messages/bulk", a_bulk())["bulk"]["id"]
    Bulk(api.office.store, api.office.channels, api.office.new_id).step()

    assert api.post(f"/messages/bulk/{bulk}/cancel")["state"] == "cancelled"
    assert work(api) == 0
    assert api.get(f"/messages/bulk/{bulk}")["messages"] == {"cancelled": 2}
    api.post(f"/messages/bulk/{bulk}/cancel", expect=409)
    api.post("/messages/bulk/9/cancel", expect=404)


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "nowhere"},
        {"line": "1"},
        {"text": " "},
        {"text": "ی" * 668},
        {"valid_hours": 0},
        {"groups": {"numbers_": True}},
        {"groups": {"q": "a\x00"}},
    ],
)
def test_what_cannot_be_sent(api: Api, changes: dict[str, Any]) -> None:
    api.post("/messages/bulk", a_bulk(**changes), 422)


def test_another_line_ends_in_words_of_its_own(api: Api) -> None:
    def ending(**changes: Any) -> str:
        body = a_bulk(channel="other", dry_run=True, **changes)
        return str(api.post("/messages/bulk", body)["planned"]["text"]).splitlines()[-1]

    assert ending() == "STOP: no more messages"
    assert ending(ending="لغو: پایان پیامک") == "لغو: پایان پیامک"


def test_a_filter_survives_being_stored(api: Api) -> None:
    given = {"q": "نیکو‌کاران امید", "province": ["gilan"], "from": "2026-01-01T00:00:00Z"}
    api.post("/messages/bulk", a_bulk(groups=given))
    with api.office.store.read() as db:
        row = bulks.running(db)
    assert row is not None
    again = restored(row.filter)
    assert orjson.loads(orjson.dumps(stored(again))) == row.filter
    assert isinstance(again.since, datetime)
    assert len(again.terms) == 2


async def test_the_worker_runs_until_it_is_stopped(sqlite_api: Api) -> None:
    a_group(sqlite_api.office)
    sqlite_api.post("/messages/bulk", a_bulk())
    office, owed = sqlite_api.office, asyncio.Event()
    worker = Bulk(office.store, office.channels, office.new_id, owed.set)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        await owed.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert len(out(sqlite_api)) == 1
