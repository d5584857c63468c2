"""The public pages on a fresh database with a real desk; a guest is a browser without a script."""

import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Table, select, update

from app.conversation.load import load_flows
from app.intake.batch import House
from app.intake.channel import Channel
from app.intake.desk import Busy, Desk
from app.intake.item import Answer, Item
from app.intake.talking import Codes, Talk, Watch
from app.main import SHIPPED_FLOWS, SHIPPED_PAGES
from app.static import shared
from app.store.engine import Store, open_store
from app.store.ids import Ids
from app.store.outbox import whole_text
from app.store.schema import outbox, visits
from app.web.browser import Browser, cookie_name, stamp
from app.web.given import Check, Given
from app.web.routes import router
from gateway_adapters.contract import Message
from gateway_adapters.simulator import Simulator
from tests.web.solving import question_on, solved

LINE = "30001152"
FLOWS = load_flows(SHIPPED_FLOWS)
CODE = re.compile(r"\b(\d{6})\b")


class Page(HTMLParser):
    """What a form of ours would send, and the words that are seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append({"action": given["action"], "hidden": {}, "fields": {}})
        if tag in ("input", "select", "textarea", "button") and self.forms and given.get("name"):
            place = "hidden" if given.get("type") == "hidden" else "fields"
            name, value = str(given["name"]), given.get("value") or ""
            if place == "hidden":
                self.forms[-1]["hidden"][name] = value
            else:
                self.forms[-1]["fields"].setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())

    def form(self, do: str) -> dict[str, str]:
        """The hidden fields of the form that does this."""
        found = (f["hidden"] for f in self.forms if f["hidden"].get("do", "") == do)
        return dict(next(found))


@dataclass
class Site:
    store: Store
    given: Given
    client: TestClient
    channel: Channel
    desk: Desk
    full: list[str]
    """Not empty: the desk takes nothing."""
    flow: str = "signup"

    def guest(self, address: str = "") -> "Guest":
        base = str(self.client.base_url)
        client = TestClient(self.client.app, base_url=base, headers={"x-caller": address})
        client.portal = self.client.portal  # one loop for all: the desk's
        return Guest(self, client)

    def rows(self, table: Table, *conditions: Any) -> list[Any]:
        with self.store.read() as db:
            return list(db.execute(select(table).where(*conditions)))

    def texts(self, number: str) -> list[str]:
        return [whole_text(r) for r in self.rows(outbox, outbox.c.address == number)]

    def by_sms(self, number: str, *texts: str) -> None:
        """Somebody texts the line."""
        for text in texts:
            self.client.portal.call(self._text, number, text)

    async def _text(self, number: str, text: str) -> None:
        event = Message(number, text, LINE)
        await self.desk.submit([Item(self.channel.name, event, datetime.now(UTC))])


@dataclass
class Guest:
    site: Site
    client: TestClient
    page: Page = field(default_factory=lambda: Page(""))
    status: int = 0
    url: str = ""
    html: str = ""
    headers: Any = None

    def open(self, path: str) -> "Guest":
        return self._seen(self.client.get(path))

    def send(self, do: str, path: str = "", **fields: Any) -> "Guest":
        """Press a button of the form on the page that does this."""
        data = {**self.page.form(do), **fields}
        if "stamp" in data:
            data["stamp"] = self.stamp(5)
        data = {name: value for name, value in data.items() if value is not None}
        return self._seen(self.client.post(path or f"/join/{self.site.flow}", data=data))

    def reply(self, **fields: Any) -> "Guest":
        """Answer the question that comes before a code, rightly unless something else is given."""
        form = next(f for f in self.page.forms if "check" in f["hidden"])
        typed = {"number": form["fields"]["number"][0], "reply": str(solved(self.words))}
        return self.send("number", **{**typed, **fields})

    @property
    def question(self) -> str:
        """The question before a code; empty if none is asked."""
        return question_on(self.words)

    def answer(self, *values: str) -> "Guest":
        form = next(f for f in self.page.forms if "asks" in f["hidden"])
        return self._seen(
            self.client.post(f"/join/{self.site.flow}", data={**form["hidden"], "answer": values})
        )

    def skip(self) -> "Guest":
        form = next(f for f in self.page.forms if "asks" in f["hidden"])
        data = {**form["hidden"], "do": "skip"}
        return self._seen(self.client.post(f"/join/{self.site.flow}", data=data))

    def stamp(self, seconds: float) -> str:
        """A stamp of a form that was shown so long ago."""
        token = self.client.cookies[cookie_name(self.site.given)]
        return stamp(self.site.given, Browser(token, False, "", ""), time.time() - seconds)

    def prove(self, number: str, lang: str = "fa") -> "Guest":
        """Give a number and the code that was texted to it."""
        self.open(f"/join/{self.site.flow}?lang={lang}").send("number", number=number)
        assert self.status == 200, self.words
        return self.send("code", code=self.code(number))

    def code(self, number: str) -> str:
        return CODE.findall(self.site.texts(self.site.channel.address_of(number))[-1])[-1]

    @property
    def step(self) -> str:
        return urlsplit(self.url).path.rpartition("/")[2]

    @property
    def words(self) -> str:
        return "\n".join(self.page.words)

    def _seen(self, answer: Any) -> "Guest":
        self.status, self.url, self.html = answer.status_code, str(answer.url), answer.text
        self.headers = answer.headers
        self.page = Page(answer.text)
        return self


@contextlib.contextmanager
def a_site(
    url: str, public_url: str = "http://testserver", *, check: Check = "auto", **changes: Any
) -> Iterator[Site]:
    store = open_store(url)
    adapter = Simulator(secret="s", send_url="http://127.0.0.1:1/")
    given = {"regulator_words": True, "lines": (LINE,), "secrets": ("x" * 16,), **changes}
    channel = Channel("main", adapter, **given)
    channels, watch, new_id = {"main": channel}, Watch(), Ids(1)

    def talk(codes: Codes) -> Talk:
        return Talk(FLOWS, codes, watch, channels)

    desk = Desk(store, House(channels, new_id), talk, b"k" * 32)
    full: list[str] = []

    async def submit(items: Sequence[Item]) -> list[Answer]:
        if full:
            raise Busy
        return await desk.submit(items)

    given_to_web = Given(
        store,
        submit,
        FLOWS,
        channel,
        shared(),
        b"k" * 32,
        new_id,
        SHIPPED_PAGES,
        public_url,
        check=check,
        caller=lambda scope: dict(scope["headers"]).get(b"x-caller", b"").decode(),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await desk.stop()

    app = FastAPI(lifespan=lifespan)
    app.include_router(router(given_to_web))
    with TestClient(app, base_url=public_url) as client:
        yield Site(store, given_to_web, client, channel, desk, full)
    store.close()


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    with a_site(sqlite_url) as site:
        yield site


@pytest.fixture
def any_site(database_url: str) -> Iterator[Site]:
    """The same on each kind of database."""
    with a_site(database_url) as site:
        yield site


def change_visits(site: Site, **columns: Any) -> None:
    with site.store.write() as db:
        db.execute(update(visits).values(**columns))
