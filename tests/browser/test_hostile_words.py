"""Strangers' words come to life on no page of a real browser: no script, no element, no request.

What the pages hold is compared tree by tree elsewhere; here the browser itself is watched, with
its own reading of HTML and with our scripts, which make part of some pages.
"""

import json
import re
import unicodedata
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from app.admin.office import Office
from app.simulator.hook import HEADER
from app.store.engine import open_store
from app.store.ids import Ids
from app.store.schema import conversations
from tests.admin.builders import a_channel, a_group, a_person, an_office
from tests.browser.conftest import WIDE
from tests.browser.console import PASSWORD, enrol
from tests.browser.joining import code_on, prove, step_of
from tests.browser.watch import Watch
from tests.hostile.campaign import people_of, staff_of
from tests.hostile.reading import DISARMED, plain
from tests.hostile.scripts import PAYLOADS
from tests.rig.server import PROOF, SECRET, Muster

LANGUAGES = pytest.mark.parametrize("lang", ["fa", "en"])
PARTS = 2
WORDS = [" ¶ ".join(PAYLOADS[at::PARTS]) for at in range(PARTS)]
"""All of them in two texts: each page is opened twice, not two hundred times."""
NAMES = [f"{at:03} {one}" for at, one in enumerate(PAYLOADS[:4])]
A_CARRIER = {
    "adapter": "simulator",
    "secrets": [SECRET],
    "lines": ["2000"],
    "options": {"secret": PROOF, "send_url": "http://127.0.0.1:1/"},
}
SOON = 30_000
A_PERSON = 5
"""Pages that somebody has."""
LISTS = (
    "/", "/signups", "/signups/alike", "/messages", "/messages?direction=out",
    "/messages/unhandled", "/desk?show=all", "/desk/call", "/flows", "/flows/signup", "/channels",
    "/channels/main", "/operators", "/keys", "/audit", "/account",
    "/signups?column=contact&column=tags&column=type&column=channel&column=place&column=code",
)  # fmt: skip
ASKED = (
    *("/signups?q=", "/signups?tag=", "/signups?done="),
    *("/messages?q=", "/audit?who=", "/desk?show="),
)
WHOLE = {"/signups", "/signups/alike", "/signups/1", "/signups/1/alike", "/messages/1",
         "/messages/unhandled/1", "/conversations/1"}  # fmt: skip
"""Kinds of pages on which whole texts stand."""


@dataclass
class Place:
    muster: Muster
    house: Office
    cookies: dict = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    paths: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Place]:
    """A served campaign of harmless words, looked at; then the same in hostile ones."""
    settings = {"simulator": True, "web_channel": "simulator"}
    muster = Muster(tmp_path_factory.mktemp("hostile"), {"main": A_CARRIER}, settings)
    muster.run("db", "upgrade")
    enrol(muster, "admin")
    server = muster.serve()
    store = open_store(muster.database_url)
    house = an_office(store, Ids(9), channels={"main": a_channel()})
    made = Place(muster, house)
    mild = [text.translate(DISARMED) for text in WORDS]
    made.paths = _pages(people_of(house, mild))[:A_PERSON]
    staff_of(house, mild, [f"{at} {name.translate(DISARMED)}" for at, name in enumerate(NAMES)])
    page = _signed_in(browser, made)
    watch = Watch(page, muster.url)
    for path in everything(made, mild):
        page.goto(f"{muster.url}/console{path}")
        watch.learn()
    page.context.close()
    made.known = watch.known
    made.paths = _pages(people_of(house, WORDS, PARTS))
    staff_of(house, WORDS, NAMES)
    yield made
    store.close()
    server.stop()


def _pages(paths: list[str]) -> list[str]:
    """Those that differ for a browser."""
    return [one for one in paths if not one.endswith(("?numbers=1", "/live"))]


def _signed_in(browser: Browser, place: Place) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{place.muster.url}/console/")
    page.locator("[name=name]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").last.click()
    page.wait_for_url("**/console/")
    place.cookies = page.context.storage_state()
    return page


def everything(place: Place, words: list[str]) -> list[str]:
    """Every page that shows such words, and some that are asked with them."""
    return [*LISTS, *place.paths, *(f"{path}{quote(words[0][:190])}" for path in ASKED)]


@pytest.fixture
def watched(browser: Browser, place: Place) -> Iterator[Watch]:
    context = browser.new_context(storage_state=place.cookies, viewport=WIDE)
    watch = Watch(context.new_page(), place.muster.url)
    yield watch
    context.close()


def missing(words: str) -> list[str]:
    """Which of them cannot be read. What nobody sees is left out: some of it gets lost."""
    read = visible(words)
    return [one for one in PAYLOADS if visible(one) not in read]


def visible(text: str) -> str:
    unseen = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return "".join(one for one in plain(text) if unicodedata.category(one) not in unseen)


@LANGUAGES
def test_no_page_of_the_console_brings_them_to_life(watched, place, lang):
    watched.known, page, read = place.known, watched.page, {}
    page.goto(f"{place.muster.url}/console/?lang={lang}")
    for path in everything(place, WORDS):
        page.goto(f"{place.muster.url}/console{path}")
        kind = re.sub(r"\d{3,}", "1", path)
        read[kind] = read.get(kind, "") + watched.words()
        assert watched.noted == [], path
    assert page.locator("html").get_attribute("lang") == lang
    assert {kind: missing(read[kind]) for kind in WHOLE} == {kind: [] for kind in WHOLE}


def test_no_caller_brings_them_to_life(watched, place):
    watched.known, page = set(place.known), watched.page
    page.goto(f"{place.muster.url}/console/desk/call?lang=fa")
    page.locator("[name=phone]").fill("09121110009")
    text, said = WORDS[0][:590], page.locator("article .bubbles li")
    for at, words in enumerate(("9", "1", text), 1):
        page.locator("[name=text]").fill(words)
        page.locator("main form button").last.click()
        expect(said.nth(2 * at - 1)).to_be_visible()
        if words != text:
            watched.learn()
    read = watched.words()
    assert visible(text) in visible(read)
    assert watched.noted == []


# --- the sign-up pages


@pytest.fixture(scope="module")
def made_of(place: Place, browser: Browser) -> set[str]:
    """What the sign-up pages are made of when nobody means harm."""
    context = browser.new_context()
    watch = Watch(context.new_page(), place.muster.url)
    mild = [text.translate(DISARMED) for text in WORDS]
    sign_up(watch.page, place, "en", "09121110000", mild, watch.learn)
    context.close()
    return watch.known


def sign_up(
    page: Page, place: Place, lang: str, number: str, words: list[str], look: Callable[[], None]
) -> None:
    """Put them into the fields that take words, and look at each page that comes of it."""
    url, person = place.muster.url, a_person(place.house, f"+98{number[1:]}")
    answers = {"name": words[0], "type": "ngo", "offer": words[-1], "contact": words[-1]}
    theirs = conversations.update().where(conversations.c.participant_id == person)

    def stand_at(step: str, standing: str = "open") -> None:
        with place.house.store.write() as db:
            db.execute(theirs.values(step=step, answers=answers, standing=standing))
        page.goto(f"{url}/join/signup")
        assert step_of(page) == step

    for name, path in (("number", "join/signup"), ("code", "status")):
        page.goto(f"{url}/{path}?lang={lang}")
        put(page, name, " ¶ ".join(words))
        look()
    page.goto(f"{url}/join/signup")
    prove(page, number, partial(code_on, place.muster))
    for step in ("name", "offer"):
        stand_at(step)
        put(page, "answer", " ¶ ".join(words))
        look()
    stand_at("summary")
    look()
    for text in words:
        a_group(place.house, f"+98{number[1:]}", name=text)
    stand_at("signup", "done")
    look()


@LANGUAGES
def test_no_sign_up_page_brings_them_to_life(watched, place, made_of, lang):
    watched.known, watched.expected, read = made_of, "status of 4", []

    def look() -> None:
        read.append(watched.words())
        assert watched.noted == [], watched.page.url

    number = {"fa": "09121110001", "en": "09121110002"}[lang]
    sign_up(watched.page, place, lang, number, WORDS, look)
    for page in (read[0], *read[2:]):
        assert missing(page) == []


def put(page: Page, name: str, text: str) -> None:
    """Send more than a field takes, as whoever writes forms by hand."""
    text = " ".join(text.splitlines())
    write = "(it, text) => { it.removeAttribute('maxlength'); it.value = text; }"
    page.locator(f"#{name}").evaluate(write, text)
    page.locator("form.card button").first.click()


# --- the simulator and the API's description


@LANGUAGES
def test_no_simulated_phone_brings_them_to_life(watched, place, lang):
    page, url = watched.page, place.muster.url
    number = {"fa": "+989121110003", "en": "+989121110004"}[lang]
    page.goto(f"{url}/simulator?lang={lang}")
    page.wait_for_selector("html[data-ready=yes]")
    keep = "(number) => localStorage.setItem('muster.phones', JSON.stringify([number]))"
    page.evaluate(keep, number)
    page.reload()
    phone = page.locator(".phone")
    text(place, number, "9")
    hear(place, number, "سلام")
    expect(phone.locator(".bubble")).to_have_count(3, timeout=SOON)
    dial(page, {"text": "سلام", "open": True, "note": "", "fits": True})
    watched.learn()
    # Each comes as an event, and then, when the page is opened again, with all the others.
    parts = [" ¶ ".join(PAYLOADS[at::9]) for at in range(9)]
    for part in parts:
        text(place, number, part)
        hear(place, number, part)
    for side in ("mine", "theirs"):
        shown = phone.locator(f".bubble.{side}").filter(has_text=" ¶ ")
        expect(shown).to_have_count(len(parts), timeout=SOON)
    dial(page, {"text": "\n".join(PAYLOADS), "open": True, "note": "", "fits": False})
    for again in (False, True):
        if again:
            page.reload()
            page.wait_for_selector("html[data-ready=yes]")
        assert missing(watched.words()) == []
        assert watched.noted == []


def text(place: Place, number: str, words: str) -> None:
    """Somebody texts."""
    post(f"{place.muster.url}/simulator/text", {"number": number, "text": words})


def hear(place: Place, number: str, words: str) -> None:
    """Somebody is texted."""
    message = {"our_id": "1", "to": number, "text": words, "from": words}
    proof = (place.muster.folder / "data" / "simulator.key").read_text()
    post(f"{place.muster.url}/simulator/carrier/send", {"messages": [message]}, **{HEADER: proof})


def post(url: str, what: Any, **headers: str) -> None:
    headers["content-type"] = "application/json"
    request = urllib.request.Request(url, json.dumps(what).encode(), headers)
    urllib.request.urlopen(request, timeout=30).close()


def dial(page: Page, screen: dict[str, Any]) -> None:
    """Dial, and be shown this."""
    screen = {"id": "1", "units": 70, "room": 80, "encoding": "ucs2", **screen}
    page.route("**/simulator/dial", lambda route: route.fulfill(json=screen))
    page.locator(".to-dial").click()
    page.locator(".call").click()
    expect(page.locator(".shows")).not_to_be_empty()
    page.unroute("**/simulator/dial")
    page.route("**/simulator/hang-up", lambda route: route.fulfill(json={}))
    page.locator(".cancel").click()
    page.locator(".to-sms").click()


def test_the_description_of_the_api_is_asked_in_hostile_words(watched, place):
    page, url = watched.page, f"{place.muster.url}/api/v1/docs"
    page.goto(url)
    watched.learn()
    for text in PAYLOADS[::20]:
        page.goto(f"{url}?{quote(text)}#{quote(text)}")
        watched.words()
    assert watched.noted == []


# --- the watch itself


@pytest.mark.parametrize(
    ("payload", "noted"),
    [
        ("<script>zq()</script>", "a script ran"),
        ("<img src=x onerror=zq()>", "a script ran"),
        ("<svg onload=alert(1)>", "a dialog opened"),
        ("<link rel=stylesheet href=//zq.example/x.css>", "asked http://zq.example/x.css"),
        ("<a href=javascript:zq()>x</a>", "leads abroad"),
        ("<a href=//zq.example>x</a>", "leads abroad"),
        ("<b>x</b>", "made of p > b"),
        ('" onfocus=zq() autofocus x="', "made of input[onfocus]"),
    ],
)
def test_a_careless_page_is_caught(browser, payload, noted):
    context = browser.new_context()
    watch = Watch(context.new_page(), "http://careless.test")
    watch.page.route("**/*", lambda route: route.abort())
    for policy in ({}, {"content-security-policy": "default-src 'none'"}):
        serve(watch.page, "mild", policy)
        watch.learn()
        watch.noted.clear()
        serve(watch.page, payload, policy)
        watch.words()
        assert watch.noted
        assert policy or any(noted in one for one in watch.noted), watch.noted
    context.close()


def serve(page: Page, text: str, policy: dict[str, str]) -> None:
    """Show a page that takes words for HTML."""
    body = f'<!doctype html><p>{text}</p><p><input value="{text}"></p>'
    headers = {"content-type": "text/html", **policy}
    page.route("http://careless.test/", lambda route: route.fulfill(body=body, headers=headers))
    page.goto("http://careless.test/")
