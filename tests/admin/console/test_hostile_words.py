"""Whatever people write is shown as text, in every place of every page and in every language.

Two consoles hold the same campaign, one in hostile words and one in the same words without the
letters that mean something to a browser: their pages must be made of the same elements, and the
hostile words must be there to be read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from app.admin.office import Office
from app.conversation.compiled import Flows
from app.store.engine import open_store
from app.store.ids import Ids
from tests.admin.builders import FLOWS, a_channel, an_office
from tests.admin.console.browsing import Browser
from tests.hostile.campaign import CHUNKS, people_of, staff_of
from tests.hostile.reading import DISARMED, Page, difference, plain
from tests.hostile.scripts import PAYLOADS

LANGUAGES = ("fa", "en")


@dataclass
class Told:
    """One console, and the words that everything in it is called by."""

    browser: Browser
    words: Sequence[str]
    single: Sequence[str]
    paths: list[str]


def told(house: Office, words: Sequence[str], single: Sequence[str]) -> Told:
    """Put the words wherever people's words, or a carrier's, may come to stand."""
    flow = FLOWS.newest["signup"]
    flow = replace(
        flow, title=dict.fromkeys(flow.title, words[0]), keywords=dict.fromkeys(single, "")
    )
    channel = next(one for one in single if "/" not in one)  # else it has no page
    named = {one: a_channel(one, lines=(single[-1],)) for one in ("main", channel)}
    house = replace(house, flows=Flows({"signup": flow}), channels=named)
    paths = people_of(house, words)
    staff_of(house, words, single)
    browser = Browser(house).as_("admin")
    browser.client.headers["user-agent"] = words[0].encode("ascii", "replace").decode()[:200]
    browser.log_in("admin-one")
    paths.append(f"/channels/{quote(channel)}")
    return Told(browser, words, single, paths)


def everywhere(place: Told) -> Iterator[str]:
    """Every page, and every question that a page answers, asked in these words."""
    text = quote(place.words[0][:190])
    yield from ("/", "/live", "/flows", "/flows/signup", "/channels", "/operators", "/keys")
    yield from ("/account", "/desk", "/desk?show=all", "/desk/call", "/messages/unhandled")
    yield "/signups?column=contact&column=tags&column=type&column=channel&column=place"
    yield from ("/signups", "/signups/alike", "/messages", "/messages?direction=out", "/audit")
    for name in ("q", "tag", "province", "type", "specialism", "channel", "status", "from", "lang"):
        yield f"/signups?{name}={text}"
    yield from (f"/signups?column={text}", f"/signups?done={text}", f"/?flow={text}")
    yield from (f"/messages?q={text}", f"/messages?channel={text}&direction={text}&state={text}")
    yield from (f"/audit?who={text}", f"/audit?what={text}&to={text}", f"/desk?show={text}")
    yield from place.paths


@pytest.fixture
def both(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[[], tuple[Told, Told]]]:
    stores = []

    def made() -> tuple[Told, Told]:
        found = []
        for name, words in (("hostile", True), ("harmless", False)):
            copy = tmp_path / f"{name}.db"
            copy.write_bytes(sqlite_template.read_bytes())
            store = open_store(f"sqlite:///{copy}", 4)
            stores.append(store)
            chunks = [" ¶ ".join(chunk) for chunk in CHUNKS]
            single = [f"{at:03} {one}" for at, one in enumerate(PAYLOADS) if len(one) < 60]
            if not words:
                chunks, single = [
                    [one.translate(DISARMED) for one in of] for of in (chunks, single)
                ]
            house = an_office(store, Ids(7), key=b"a key of this test, long enough")
            found.append(told(house, chunks, single))
        return found[0], found[1]

    yield made
    for store in stores:
        store.close()


def test_hostile_words_stay_words_on_every_page(both):
    hostile, harmless = both()
    for language in LANGUAGES:
        seen, wrong = [], {}
        for place in (hostile, harmless):
            place.browser.client.cookies.set("muster_language", language)
        for path, other in zip(everywhere(hostile), everywhere(harmless), strict=True):
            pages = [hostile.browser.client.get(f"/console{path}")]
            pages.append(harmless.browser.client.get(f"/console{other}"))
            assert {page.status_code for page in pages} == {200}, (path, other, pages)
            if found := difference(pages[0].text, pages[1].text):
                wrong[path[:60]] = found
            seen.append(Page(pages[0].text).words)
        assert wrong == {}
        read = "\n".join(seen)
        assert [one for one in PAYLOADS if plain(one) not in read] == []


def test_what_is_typed_into_a_form_comes_back_as_words(both):
    hostile, harmless = both()
    for text in hostile.words:
        for path, given in (
            ("/login", {"name": text, "password": text, "next": text}),
            ("/desk/call", {"phone": text, "text": "", "by": ["caller", "us"], "said": [text] * 2}),
            ("/desk/call", {"phone": "", "text": text, "channel": text[:60]}),
            ("/operators", {"name": text, "role": text}),
            ("/keys", {"name": text, "scope": text}),
        ):
            pages = []
            for place, words in ((hostile, given), (harmless, _disarmed(given))):
                word = {"csrf": place.browser.word()} if path != "/login" else {"before": "x"}
                pages.append(place.browser.send(path, **word, **words))
            assert pages[0].status_code == pages[1].status_code < 500, path
            assert difference(pages[0].text, pages[1].text) == [], path
            assert pages[0].headers.get("location", "/console").startswith("/console")


def _disarmed(given):
    match given:
        case dict():
            return {name: _disarmed(value) for name, value in given.items()}
        case list():
            return [_disarmed(one) for one in given]
    return given.translate(DISARMED)
