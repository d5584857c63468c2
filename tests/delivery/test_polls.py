"""Carriers that must be asked: each batch is kept before the next is asked for."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiohttp import web
from sqlalchemy import select, update

from app.delivery import polls
from app.delivery.exchange import Client
from app.delivery.polls import Poller
from app.delivery.server import Server
from app.intake import desk as desk_module
from app.intake.batch import House
from app.intake.channel import Channel
from app.intake.desk import Desk
from app.intake.talking import Talk, Watch
from app.intake.writes import Writes
from app.store import channels, participants
from app.store import outbox as outbox_rows
from app.store import reports as report_store
from app.store.engine import Store, clock, open_store
from app.store.ids import Ids
from app.store.polled import Brought, keep
from app.store.schema import channel_state, inbox, outbox, polled
from app.store.schema import reports as report_rows
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    Message,
    NotKnown,
    OutboundMessage,
    Outcome,
    Polled,
    Report,
    Status,
)
from gateway_adapters.simulator import Simulator
from tests.delivery.conftest import later
from tests.intake.conftest import FLOWS

LINE = "30001152"


@dataclass(frozen=True, kw_only=True)
class Asked(Simulator):
    """Hands each message out once, by number, two at a time; knows what it took."""

    report_batch: ClassVar[int] = 1
    poll_every: ClassVar[timedelta] = timedelta(seconds=0.05)
    base: str

    def poll(self, cursor: str) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base}/inbox", {"after": cursor or "0"})

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = response.json()
        if not isinstance(rows, list):
            raise BadPayload("no list")
        found = [Message(row["from"], row["text"], LINE, str(row["id"])) for row in rows]
        return Polled(found, str(rows[-1]["id"]) if rows else cursor, more=len(rows) == 2)

    def recover(self, since: datetime, page: int) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base}/kept", {"page": str(page)})

    def recovered(self, response: HttpResponse, page: int) -> Polled:
        return self.polled(response, "")

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        ids = ",".join(message.carrier_id for message in messages)
        return HttpRequest.get(f"{self.base}/reports", {"ids": ids})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        return [Report(Status(status), key) for key, status in response.json().items()]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base}/known", {"id": message.our_id})

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        found = response.json()
        return Accepted((found["id"],)) if found else NotKnown()


@dataclass
class Shelf:
    """What the carrier holds for us."""

    waiting: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    unknowable: set[str] = field(default_factory=set)
    broken: bool = False
    cuts: bool = False
    asked: int = 0
    base: str = ""

    async def inbox(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.broken:
            return web.Response(text="<oops>")
        batch, self.waiting = self.waiting[:2], self.waiting[2:]
        if self.cuts and batch:
            self.cuts = False
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(batch)

    async def older(self, request: web.Request) -> web.Response:
        page = int(request.query["page"])
        return web.json_response(self.kept[2 * page - 2 : 2 * page])

    async def told(self, request: web.Request) -> web.Response:
        ids = request.query["ids"].split(",")
        return web.json_response({i: self.reports[i] for i in ids if i in self.reports})

    async def look(self, request: web.Request) -> web.Response:
        if request.query["id"] in self.unknowable:
            return web.Response(text="<oops>")
        found = self.known.get(request.query["id"])
        return web.json_response({"id": found} if found else None)


class Watched(Poller):
    """Tells whether anything that it asked is still on its way."""

    at_work = 0

    async def _again(self, work: Callable[[], Any], every: float) -> None:
        async def watched() -> None:
            self.at_work += 1
            try:
                await work()
            finally:
                self.at_work -= 1

        await super()._again(watched, every)


@dataclass
class Asking:
    shelf: Shelf
    store: Store
    desk: Desk
    poller: Watched
    server: Server

    def rows(self, table: Any) -> list[Any]:
        with self.store.read() as db:
            return list(db.execute(select(table).order_by(next(iter(table.primary_key)))))

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110  a database has no event to wait for
                await asyncio.sleep(0.02)

    async def follow(self) -> None:
        """Have another worker lead, and wait until this one is done with what it had begun."""
        self.server.counts.leads = False
        await self.until(lambda: not self.poller.at_work and not self.poller._recovered)


@pytest.fixture
async def asking(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Asking]:
    monkeypatch.setattr(polls, "ASK_EVERY", 0.05)
    monkeypatch.setattr(polls, "ASK_AFTER", timedelta(0))
    monkeypatch.setattr(polls, "LOOK_UP_AFTER", timedelta(seconds=0.05))
    shelf = Shelf()
    app = web.Application()
    for path, call in (
        ("/inbox", shelf.inbox),
        ("/kept", shelf.older),
        ("/reports", shelf.told),
        ("/known", shelf.look),
    ):
        app.router.add_get(path, call)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shelf.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    store = open_store(database_url)
    adapter = Asked(secret="s", send_url="http://127.0.0.1:9/", base=shelf.base)
    channel = Channel("main", adapter, ("x",), (LINE,))
    house = House({"main": channel}, Ids(1))
    watch = Watch()
    desk = Desk(store, house, lambda codes: Talk(FLOWS, codes, watch, {}), b"k" * 32)
    with store.write() as db:
        channels.know(db, ["main"])
    thread = ThreadPoolExecutor(1)
    async with Client() as client:
        server = Server(channel, store, client, Ids(2), "worker-1", thread)
        server.counts.leads = True
        poller = Watched(store, desk, client, thread, server)
        task = asyncio.create_task(poller.run())
        yield Asking(shelf, store, desk, poller, server)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await desk.stop()
    thread.shutdown()
    store.close()
    await runner.cleanup()


def text(number: int, words: str = "9") -> dict[str, Any]:
    return {"id": number, "from": f"0912{number:07d}", "text": words}


async def test_every_message_is_taken_in_and_the_cursor_kept(asking: Asking) -> None:
    asking.shelf.waiting = [text(n) for n in range(1, 8)]
    await asking.until(lambda: len(asking.rows(inbox)) == 7)
    assert len(asking.rows(outbox)) == 7
    await asking.until(lambda: asking.rows(channel_state)[0].poll_cursor == "7")


async def test_only_the_worker_that_leads_asks(asking: Asking) -> None:
    await asking.follow()
    asked = asking.shelf.asked
    await asyncio.sleep(0.3)
    assert asking.shelf.asked == asked


async def test_after_a_crash_what_the_carrier_kept_is_read_again(asking: Asking) -> None:
    await asking.follow()
    asking.shelf.kept = [text(n) for n in range(1, 6)]
    asking.shelf.waiting = [text(5), text(6)]
    asking.server.counts.leads = True
    await asking.until(lambda: len(asking.rows(inbox)) == 6)
    assert len(asking.rows(outbox)) == 6, "the one that came twice has one effect"


async def test_a_batch_that_nobody_can_read_is_kept(asking: Asking) -> None:
    asking.shelf.broken = True
    await asking.until(lambda: asking.rows(inbox))
    (row,) = asking.rows(inbox)
    assert (row.state, row.raw) == ("unread", b"<oops>")


async def test_a_batch_that_meets_a_full_desk_is_taken_in_later(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "MOST_PENDING", 0)
    asking.shelf.waiting = [text(1), text(2)]
    await asking.until(lambda: asking.rows(polled))
    assert asking.shelf.waiting == [], "the carrier will not hand them out again"
    assert asking.rows(inbox) == []
    monkeypatch.undo()
    await asking.until(lambda: len(asking.rows(inbox)) == 2)
    await asking.until(lambda: asking.rows(polled) == [])


async def test_a_batch_over_which_a_worker_died_is_taken_in_by_the_next(asking: Asking) -> None:
    await asking.follow()
    for number in (1, 2):
        rows = [{**text(number), "id": ""}]  # a carrier without ids: our own tell a repeat
        body, now = json.dumps(rows).encode(), later()
        with asking.store.write() as db:
            keep(db, Brought(number, "main", "0", 200, {}, body, now))
    asking.server.counts.leads = True
    await asking.until(lambda: len(asking.rows(inbox)) == 2)
    await asking.until(lambda: asking.rows(polled) == [])
    with asking.store.write() as db:  # as if it had died just before it forgot the second
        keep(db, Brought(2, "main", "0", 200, {}, body, now))
    await asking.follow()
    asking.server.counts.leads = True
    await asking.until(lambda: asking.rows(polled) == [])
    assert len(asking.rows(inbox)) == 2
    assert len(asking.rows(outbox)) == 2


async def test_a_batch_that_an_adapter_stumbles_over_is_kept(asking: Asking) -> None:
    asking.shelf.waiting = [{"id": 1, "text": "no sender"}]
    await asking.until(lambda: asking.rows(inbox))
    (row,) = asking.rows(inbox)
    assert (row.state, row.problem) == ("unread", "KeyError")
    await asking.until(lambda: asking.rows(polled) == [])


async def test_an_answer_that_was_cut_off_is_asked_for_again(asking: Asking) -> None:
    await asking.until(lambda: asking.shelf.asked)
    asking.shelf.cuts, asking.shelf.kept = True, [text(1)]
    asking.shelf.waiting = [text(1)]
    await asking.until(lambda: len(asking.rows(inbox)) == 1)


async def test_reports_are_asked_for(asking: Asking) -> None:
    asking.shelf.waiting = [text(1)]
    await asking.until(lambda: asking.rows(outbox))
    with asking.store.write() as db:
        db.execute(update(outbox).values(state="sent", carrier_id="k1", updated_at=clock(db)))
    asking.shelf.reports = {"k1": "delivered"}
    await asking.until(lambda: asking.rows(outbox)[0].state == "delivered")
    assert len(asking.rows(report_rows)) == 1


@pytest.mark.parametrize(("known", "state"), [("k7", "sent"), ("", "queued")])
async def test_the_unclear_is_looked_up_by_our_id(asking: Asking, known: str, state: str) -> None:
    asking.shelf.waiting = [text(1)]
    await asking.until(lambda: asking.rows(outbox))
    (owed,) = asking.rows(outbox)
    asking.shelf.known = {str(owed.id): known} if known else {}
    with asking.store.write() as db:
        db.execute(update(outbox).values(state="unclear", updated_at=clock(db)))
    await asking.until(lambda: asking.rows(outbox)[0].state == state)
    assert asking.rows(outbox)[0].carrier_id == known


async def test_a_look_up_that_fails_keeps_no_other_from_its_end(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "A_PAGE", 3)
    asking.shelf.waiting = [text(n) for n in range(1, 14)]
    await asking.until(lambda: len(asking.rows(outbox)) == 13)
    owed = [str(row.id) for row in asking.rows(outbox)]
    asking.shelf.known = {key: f"k{key}" for key in owed}
    asking.shelf.unknowable = {owed[0], owed[5]}
    early = {"id": 5, "channel": "main", "outbox_id": None, "carrier_id": f"k{owed[1]}"}
    with asking.store.write() as db:
        told = {"our_id": "", "status": "delivered", "reason": "", "at": clock(db)}
        report_store.add(db, [{**early, **told}])
        db.execute(update(outbox).values(state="unclear", updated_at=clock(db)))
    asking.server.counts.leads = True
    await asking.until(lambda: [r.state for r in asking.rows(outbox)].count("sent") == 10)
    states = [row.state for row in asking.rows(outbox)]
    assert (states[0], states[5]) == ("unclear", "unclear")
    assert states[1] == "delivered", "its report had come before"


async def test_messages_without_reports_keep_no_other_from_theirs(asking: Asking) -> None:
    size, owed = Asked.report_batch, 12
    with asking.store.write() as db:
        now, people = participants.hold(db, [f"+98912{n:07}" for n in range(owed)], Ids(3))
        writes = Writes(Ids(4), now)
        for person in people.values():
            writes.owe(asking.server.channel, person, "text", state="sent")
        rows = [{**row, "carrier_id": f"k{n}"} for n, row in enumerate(writes.outbox)]
        outbox_rows.add(db, rows)
    assert owed > 10 * size, "more than one round asks for"
    asking.shelf.reports = {f"k{owed - 1}": "delivered"}
    await asking.until(lambda: asking.rows(outbox)[-1].state == "delivered")


async def test_what_was_never_taken_and_is_late_is_not_sent(asking: Asking) -> None:
    asking.shelf.waiting = [text(1)]
    await asking.until(lambda: asking.rows(outbox))
    late = {"state": "unclear", "expires_at": later(seconds=-1)}
    with asking.store.write() as db:
        db.execute(update(outbox).values(**late, updated_at=clock(db)))
    await asking.until(lambda: asking.rows(outbox)[0].state == "expired")
