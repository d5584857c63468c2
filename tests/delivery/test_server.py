"""What the worker promises: order, pace, one lease, and never the same text blindly twice."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import update

from app.delivery import server
from app.intake.writes import BULK, REPLY
from app.store import channels, reports
from app.store import outbox as outbox_rows
from app.store.engine import DatabaseAway, Db, Store, clock
from app.store.schema import attempts, channel_state, opt_outs, outbox
from app.store.schema import reports as report_rows
from tests.delivery.conftest import Post, accepted, later, outcome


def states(post: Post) -> list[str]:
    return [row.state for row in post.rows(outbox)]


async def test_what_is_owed_is_sent_once_and_noted(post: Post) -> None:
    for person in range(250):
        post.owe(person, f"text {person}")
    post.start()
    await post.until(lambda: set(states(post)) == {"sent"})
    assert sorted(post.carrier.texts) == sorted(f"text {person}" for person in range(250))
    assert post.carrier.requests <= 10, "a hundred go in one request"
    assert {row.carrier_id for row in post.rows(outbox)} == {f"c{r.id}" for r in post.rows(outbox)}
    assert {row.outcome for row in post.rows(attempts)} == {"accepted"}


async def test_one_persons_messages_go_in_order(post: Post) -> None:
    for person in range(20):
        post.owe(person, *(f"{person}/{n}" for n in range(5)))
    post.start()
    await post.until(lambda: set(states(post)) == {"sent"})
    for person in range(20):
        mine = [text for text in post.carrier.texts if text.startswith(f"{person}/")]
        assert mine == [f"{person}/{n}" for n in range(5)]


async def test_a_later_message_waits_while_the_earlier_is_tried_again(post: Post) -> None:
    post.carrier.answer = outcome("try_later")
    post.owe(1, "first", "second")
    post.start()
    await post.until(lambda: post.carrier.seen)
    post.carrier.answer = accepted
    await post.until(lambda: set(states(post)) == {"sent"})
    assert post.carrier.texts[-2:] == ["first", "second"]


async def test_replies_go_before_bulk(post: Post) -> None:
    for person in range(300):
        post.owe(person, "bulk", priority=BULK)
    post.owe(999, "reply", priority=REPLY)
    post.start()
    await post.until(lambda: set(states(post)) == {"sent"})
    assert "reply" in post.carrier.texts[:100]


@pytest.mark.parametrize(
    ("word", "state", "attempt"),
    [
        ("refused", "failed", "refused"),
        ("opted_out", "failed", "refused"),
        ("nonsense", "unclear", "unclear"),
    ],
)
async def test_each_answer_has_its_end(post: Post, word: str, state: str, attempt: str) -> None:
    post.carrier.answer = outcome(word)
    post.owe(1, "text")
    post.start()
    await post.until(lambda: states(post) == [state])
    assert [row.outcome for row in post.rows(attempts)] == [attempt]
    assert len(post.rows(opt_outs)) == (word == "opted_out")
    await asyncio.sleep(0.5)
    assert len(post.carrier.seen) == 1, "never blindly again"


def garbage(_: Any) -> web.Response:
    return web.Response(text="<html>oops</html>")


def half(_: Any) -> web.Response:
    return web.Response(text='{"results": [')


def broken(_: Any) -> web.Response:
    return web.Response(status=500)


@pytest.mark.parametrize("answer", [garbage, half])
async def test_an_answer_that_says_nothing_is_unclear(post: Post, answer: Any) -> None:
    post.carrier.answer = answer
    post.owe(1, "text")
    post.start()
    await post.until(lambda: states(post) == ["unclear"])
    await asyncio.sleep(0.3)
    assert len(post.carrier.seen) == 1


async def test_a_carrier_that_is_not_there_is_tried_again(post: Post) -> None:
    post.server.adapter = type(post.server.adapter)(secret="s", send_url="http://127.0.0.1:9/")
    post.owe(1, "text")
    post.start()
    await post.until(lambda: post.rows(attempts))
    assert post.rows(attempts)[0].outcome == "try_later"
    assert states(post) == ["queued"]


async def test_no_credit_pauses_the_channel_and_a_probe_resumes_it(post: Post) -> None:
    post.carrier.answer = outcome("channel_broken")
    for person in range(5):
        post.owe(person, "text")
    post.start()
    await post.until(lambda: post.rows(channel_state)[0].paused)
    assert set(states(post)) == {"queued"}
    tried = len(post.carrier.seen)
    await asyncio.sleep(0.6)
    assert len(post.carrier.seen) == tried, "a paused channel sends nothing"
    post.carrier.answer = accepted
    with post.store.write() as db:
        channels.note(db, "main", probe_at=clock(db))
    await post.until(lambda: set(states(post)) == {"sent"})
    assert not post.rows(channel_state)[0].paused


async def test_a_channel_paused_by_an_operator_stays_so(post: Post) -> None:
    with post.store.write() as db:
        channels.pause(db, "main", "by hand")
    post.owe(1, "text")
    post.start()
    await asyncio.sleep(0.8)
    assert post.carrier.seen == []
    with post.store.write() as db:
        channels.resume(db, "main")
    await post.until(lambda: states(post) == ["sent"])


@pytest.mark.parametrize("end", ["accepted", "refused", "nonsense"])
async def test_a_code_is_filled_in_on_the_way_and_forgotten_after(post: Post, end: str) -> None:
    def echo(messages: list[dict[str, Any]]) -> web.Response:
        (one,) = messages
        told = {"our_id": one["our_id"], "id": "c1", "outcome": end, "text": one["text"]}
        return web.json_response({"results": [told], "codes": re.findall(r"\d{6}", one["text"])})

    post.carrier.answer = echo
    post.owe(1, f"کد شما: {outbox_rows.STARS}", secret="604213")
    post.start()
    await post.until(lambda: states(post)[0] not in ("queued", "sending"))
    assert post.carrier.texts == ["کد شما: 604213"]
    (row,), (tried,) = post.rows(outbox), post.rows(attempts)
    assert row.secret == ""
    assert row.text == f"کد شما: {outbox_rows.STARS}"
    assert "604213" not in tried.exchange
    assert tried.exchange.startswith("HTTP 200")


async def test_a_code_is_kept_while_it_is_tried_again(post: Post) -> None:
    post.carrier.answer = outcome("try_later")
    post.owe(1, f"code {outbox_rows.STARS}", secret="604213")
    post.start()
    await post.until(lambda: post.rows(attempts))
    await post.until(lambda: states(post) == ["queued"])
    assert post.rows(outbox)[0].secret == "604213"


@pytest.mark.parametrize(
    ("columns", "end"),
    [({"expires_at": later(seconds=-1)}, "expired"), ({"state": "sending"}, "unclear")],
)
async def test_a_code_that_never_went_is_forgotten(
    post: Post, columns: dict[str, Any], end: str
) -> None:
    post.owe(1, f"code {outbox_rows.STARS}", secret="604213", **columns)
    with post.store.write() as db:
        db.execute(update(outbox).values(lease_until=later(seconds=-1)))
    post.start()
    await post.until(lambda: states(post) == [end])
    assert post.rows(outbox)[0].secret == ""


async def test_nothing_goes_after_its_deadline(post: Post) -> None:
    post.owe(1, "late", expires_at=later(seconds=-1))
    post.owe(2, "in time")
    post.start()
    await post.until(lambda: states(post) == ["expired", "sent"])
    assert post.carrier.texts == ["in time"]


async def test_what_a_dead_worker_was_sending_is_unclear(post: Post) -> None:
    post.owe(1, "text")
    row = post.rows(outbox)[0]
    dead = {"state": "sending", "tries": 1, "lease_until": later(seconds=-1)}
    with post.store.write() as db:
        db.execute(update(outbox).where(outbox.c.id == row.id).values(**dead))
    post.start()
    await post.until(lambda: states(post) == ["unclear"])
    await asyncio.sleep(0.5)
    assert post.carrier.seen == []


class Doubtful:
    """A store whose next commit stands, though nobody hears of it."""

    def __init__(self, store: Store, *, lies: bool = True) -> None:
        self._store, self.lies = store, lies
        self.read = store.read
        self.goes_on = threading.Event()
        self.goes_on.set()

    @contextmanager
    def write(self) -> Iterator[Db]:
        with self._store.write() as db:
            yield db
        self.goes_on.wait(60)
        if self.lies:
            self.lies = False
            raise DatabaseAway("the answer to COMMIT was lost")


async def test_a_claim_of_which_nobody_heard_is_given_back(post: Post) -> None:
    doubtful = Doubtful(post.store)
    post.server._store = doubtful  # type: ignore[assignment]
    post.owe(1, "one")
    post.owe(2, "two")
    post.start()
    await post.until(lambda: not doubtful.lies)
    await post.until(lambda: states(post) == ["sent", "sent"])
    assert sorted(post.carrier.texts) == ["one", "two"]
    assert [row.tries for row in post.rows(outbox)] == [1, 1]


async def test_a_claim_that_a_stop_overtakes_is_given_back(post: Post) -> None:
    doubtful = Doubtful(post.store, lies=False)
    doubtful.goes_on.clear()
    post.server._store = doubtful  # type: ignore[assignment]
    post.owe(1, "text")
    post.start()
    await post.until(lambda: states(post) == ["sending"])
    stopping = asyncio.create_task(post.stop())
    await asyncio.sleep(0.1)
    doubtful.goes_on.set()
    await stopping
    assert states(post) == ["queued"]
    assert post.carrier.seen == []


async def test_a_report_read_while_its_id_was_written_is_found_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CHORES_EVERY", timedelta(seconds=0.3))
    post.owe(1, "text")
    post.start()
    await post.until(lambda: states(post) == ["sent"])
    (row,) = post.rows(outbox)
    with post.store.write() as db:
        parked = {"id": 5, "channel": "main", "outbox_id": None, "carrier_id": row.carrier_id}
        more = {"our_id": "", "status": "delivered", "reason": "", "at": clock(db)}
        reports.add(db, [{**parked, **more}])
    await post.until(lambda: states(post) == ["delivered"])


async def test_never_more_in_the_air_than_connections_carry(post: Post) -> None:
    release = asyncio.Event()

    async def slow(messages: list[dict[str, Any]]) -> web.StreamResponse:
        await release.wait()
        return accepted(messages)

    post.carrier.answer = slow
    size = post.channel.connections * type(post.channel.adapter).batch_size
    for person in range(size + 50):
        post.owe(person, "text")
    post.start()
    await post.until(lambda: len(post.carrier.seen) == size)
    await asyncio.sleep(0.5)
    assert states(post).count("sending") == size
    release.set()
    await post.until(lambda: set(states(post)) == {"sent"})


async def test_a_channel_that_another_worker_serves_is_left_alone(post: Post) -> None:
    with post.store.write() as db:
        now = clock(db)
        assert channels.lease(db, "main", "worker-2", now, timedelta(minutes=5)) is not None
    post.owe(1, "text")
    post.start()
    await post.until(lambda: post.server.counts.does == "stands by")
    await asyncio.sleep(0.5)
    assert post.carrier.seen == []
    with post.store.write() as db:
        channels.lease(db, "main", "worker-2", clock(db), timedelta(0))
    await post.until(lambda: states(post) == ["sent"])
    assert post.server.counts.leads


async def test_a_report_that_came_first_is_found_again(post: Post) -> None:
    def reported_at_once(messages: list[dict[str, Any]]) -> web.StreamResponse:
        with post.store.write() as db:
            carrier_id = f"c{messages[0]['our_id']}"
            row = {"id": 5, "channel": "main", "outbox_id": None, "carrier_id": carrier_id}
            more = {"our_id": "", "status": "delivered", "reason": "", "at": clock(db)}
            reports.add(db, [{**row, **more}])
        return accepted(messages)

    post.carrier.answer = reported_at_once
    post.owe(1, "text")
    post.start()
    await post.until(lambda: states(post) == ["delivered"])
    assert post.rows(report_rows)[0].outbox_id == post.rows(outbox)[0].id


class TestPace:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"tps": 20.0}

    async def test_no_more_than_the_carrier_takes(self, post: Post) -> None:
        for person in range(30):
            post.owe(person, "text")
        began = asyncio.get_running_loop().time()
        post.start()
        await post.until(lambda: set(states(post)) == {"sent"})
        took = asyncio.get_running_loop().time() - began
        assert took >= (30 - 2 - 1) / 20, "twenty a second, two ahead"


class TestQuiet:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"quiet": (0, 24), "zone": "UTC"}

    async def test_bulk_rests_at_night_and_replies_go(self, post: Post) -> None:
        post.owe(1, "bulk", priority=BULK)
        post.owe(2, "reply", priority=REPLY)
        post.start()
        await post.until(lambda: "sent" in states(post))
        await asyncio.sleep(0.5)
        assert post.carrier.texts == ["reply"]


class TestSlow:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"connections": 2}

    async def test_a_slow_answer_holds_up_one_connection_alone(self, post: Post) -> None:
        release = asyncio.Event()

        async def slow(messages: list[dict[str, Any]]) -> web.StreamResponse:
            if any(message["text"] == "slow" for message in messages):
                await release.wait()
            return accepted(messages)

        def answer(messages: list[dict[str, Any]]) -> Awaitable[web.StreamResponse]:
            return slow(messages)

        post.carrier.answer = answer
        post.owe(1, "slow")
        post.start()
        await post.until(lambda: post.carrier.texts == ["slow"])
        for person in range(2, 30):
            post.owe(person, "quick")
        await post.until(lambda: states(post).count("sent") == 28)
        release.set()
        await post.until(lambda: set(states(post)) == {"sent"})
