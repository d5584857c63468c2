"""How fast staff's pages answer with a million groups: every one of the console and of the API.

Every page is asked of the application itself, on PostgreSQL, as a signed-in operator or a caller
with a key would; no network is between. Figures that are counted and then kept are asked for
first with nothing kept (`cold`), then again.
"""

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.admin import staffing
from app.admin.api.application import application as api_application
from app.admin.api.exports import Wording, csv_pieces
from app.admin.caller import of_operator
from app.admin.console.application import application as console_application
from app.admin.limits import Limit
from app.admin.office import Office
from app.intake.comparing import Comparing
from app.static import shared
from app.store import keys
from app.store.engine import Store, open_store
from app.store.groups_search import Filter
from app.store.ids import Ids
from app.store.migrate import upgrade
from bench.campaign import FLOWS, STARTED, TEXTS, fill
from bench.house import Databases
from bench.run import Run
from tests.admin.builders import a_channel

ROUNDS = 15
COMPARED = 30_000
"""Groups that are compared before the pages of likely duplicates are timed."""
DEEP = 40
"""Long pages into a list before a short one is timed."""
PASSWORD = "seven brown horses"
LONG_AGO = STARTED + timedelta(days=4)


def day(moment: datetime) -> str:
    return quote(moment.isoformat())


ONE_DAY = f"from={day(LONG_AGO)}&to={day(LONG_AGO + timedelta(days=1))}"
FILTERS = (
    ("newest", ""),
    ("common word", "q=انجمن"),
    ("frequent word", "q=یاوران"),
    ("rare word", "q=سپیدار"),
    ("two words", "q=انجمن ياوران"),
    ("three words", "q=خیریه نیکوکاران سپیدار"),
    ("two frequent words, either spelling", "q=ياوران نيكوكاران"),
    ("beginning of a word", "q=یا"),
    ("one letter", "q=ی"),
    ("no such word", "q=zzz"),
    ("contact of everybody", "q=مریم"),
    ("phone", "q=09000010000"),
    ("beginning of a phone", "q=0900001"),
    ("code", "q=00010000"),
    ("province", "province=IR-01"),
    ("small province", "province=IR-30"),
    ("three provinces", "province=IR-01&province=IR-30&province=IR-12"),
    ("county and type", "county=IR-0321&type=ngo"),
    ("type", "type=ngo"),
    ("type and small province", "type=ngo&province=IR-30"),
    ("verified", "status=verified"),
    ("rejected in a small province", "status=rejected&province=IR-30"),
    ("verified of a channel", "status=verified&channel=other"),
    ("channel", "channel=other"),
    ("withdrawn, of which none are", "status=withdrawn"),
    ("specialism", "specialism=family.children"),
    ("three specialisms", "specialism=family.children&specialism=family.women&specialism=culture"),
    ("a specialism, verified", "specialism=family.children&status=verified"),
    ("a specialism in a small province", "specialism=family.children&province=IR-30"),
    ("a specialism, rejected, of a type", "specialism=family.children&status=rejected&type=ngo"),
    ("word in a small province", "q=یاوران&province=IR-30"),
    ("rare word, rejected", "q=سپیدار&status=rejected"),
    ("frequent word, rejected", "q=یاوران&status=rejected"),
    ("common word, rejected, small province", "q=انجمن&status=rejected&province=IR-30"),
    ("word and specialism", "q=یاوران&specialism=family.children"),
    ("tag of many", "tag=visited"),
    ("tag of few", "tag=spring"),
    ("tag of many, small province", "tag=visited&province=IR-30"),
    ("tag of many and a word", "tag=visited&q=یاوران"),
    ("tag that nobody has", "tag=nobody"),
    ("one day long ago", ONE_DAY),
    ("word, one day", f"q=یاوران&{ONE_DAY}"),
    ("rejected in a small province, one day", f"status=rejected&province=IR-30&{ONE_DAY}"),
    ("everything but the last month", f"to={day(STARTED + timedelta(days=50))}"),
    ("verified since last month", f"status=verified&from={day(STARTED + timedelta(days=50))}"),
    ("with the merged ones", "merged=true"),
    ("by the web", "way=web"),
    ("by USSD in a small province", "way=ussd&province=IR-30"),
)
API = (
    ("one group", "/groups/00010000"),
    ("what was said with one group", "/groups/00010000/conversation"),
    ("its history", "/groups/00010000/history"),
    ("its likely duplicates", "/groups/00010000/duplicates"),
    ("likely duplicates of a common name", "/groups/00000023/duplicates"),
    ("pairs everywhere", "/duplicates"),
    ("counts", "/counts"),
    ("counts of a province", "/counts?province=IR-01"),
    ("counts of a word", "/counts?q=یاوران"),
    ("timeline by day", "/counts/timeline"),
    ("timeline by hour", "/counts/timeline?every=hour"),
    ("funnel", "/counts/funnel/signup"),
    ("messages", "/messages"),
    ("messages in", "/messages?direction=in"),
    ("messages that failed", "/messages?state=failed"),
    ("messages that wait", "/messages?state=queued"),
    ("messages sent or delivered", "/messages?state=sent&state=delivered"),
    ("cancelled messages, of which none are", "/messages?state=cancelled"),
    ("messages of a channel", "/messages?channel=other"),
    ("unclear messages of a channel", "/messages?channel=other&state=unclear"),
    ("messages of no channel of ours", "/messages?channel=nowhere"),
    ("messages of a day", f"/messages?{ONE_DAY}"),
    ("failed messages of a day", f"/messages?state=failed&{ONE_DAY}"),
    ("inbox", "/inbox"),
    ("conversations", "/conversations"),
    ("open conversations", "/conversations?standing=open"),
    ("open conversations at a question", "/conversations?standing=open&step=name"),
    ("conversations at a question", "/conversations?step=members"),
    ("flagged conversations", "/conversations?flagged=true"),
    ("taken conversations", "/conversations?taken=true"),
    ("channels", "/channels"),
    ("flow and who is inside", "/flows/signup"),
    ("bulk messages", "/messages/bulk"),
    ("webhooks", "/webhooks"),
    ("operators", "/operators"),
    ("keys", "/keys"),
    ("audit", "/audit"),
    ("audit of one group", "/audit?to=group:17"),
    ("audit of one operator", "/audit?who=operator:sara"),
    ("audit of one who did nothing", "/audit?who=operator:nobody"),
    ("audit of one doing", "/audit?what=groups exported"),
    ("audit of a doing that was not", "/audit?what=nothing"),
)
CONSOLE = (
    ("overview", "/"),
    ("overview, renewed", "/live"),
    ("sign-ups", "/signups"),
    ("how many", "/signups/count"),
    ("how many of a province", "/signups/count?province=IR-01"),
    ("how many of a word", "/signups/count?q=یاوران"),
    ("one sign-up", "/signups/00010000"),
    ("its likely duplicates", "/signups/00010000/alike"),
    ("duplicates", "/signups/alike"),
    ("messages", "/messages"),
    ("messages of a number", "/messages?q=09000010000"),
    ("messages of a code", "/messages?q=00010000"),
    ("what could not be handled", "/messages/unhandled"),
    ("help desk", "/desk"),
    ("help desk, everybody", "/desk?show=all"),
    ("help desk, open", "/desk?show=open"),
    ("flows", "/flows"),
    ("flow", "/flows/signup"),
    ("channels", "/channels"),
    ("audit", "/audit"),
    ("account", "/account"),
)
PAGED = (
    ("groups, deep", "/groups?limit=50"),
    ("groups of a word, deep", "/groups?q=یاوران&limit=50"),
    ("groups of a province, deep", "/groups?province=IR-01&limit=50"),
    ("groups until last month, deep", f"/groups?to={day(STARTED + timedelta(days=50))}&limit=50"),
    ("messages, deep", "/messages?limit=50"),
    ("failed messages, deep", "/messages?state=failed&limit=50"),
    ("conversations, deep", "/conversations?limit=50"),
    ("pairs everywhere, deep", "/duplicates?limit=20"),
    ("audit, deep", "/audit?limit=50"),
)


@dataclass(frozen=True)
class Asked:
    """One page, and how to ask for it."""

    what: str
    where: str
    get: Callable[[], None]


def measure(run: Run, databases: Databases) -> None:
    count = run.size(1_000_000, 50_000)
    server = databases.postgres
    server.sql("create database pages")
    url = server.url("pages")
    upgrade(url)
    fill(run, server, "pages", count)
    _compare(run, url)
    run.record(
        "pages database",
        groups=count,
        messages=2 * TEXTS * count,
        gigabytes=databases.bytes_of(url) / 1e9,
        load=os.getloadavg()[0],
    )
    time_pages(run, url)
    server.drop_database("pages")


def _compare(run: Run, url: str) -> None:
    """Find the pairs that may be one group among the first, as a worker does behind the intake."""
    store = open_store(url, 2)
    comparing, groups, began = Comparing(store, FLOWS), 0, time.process_time()
    while groups < COMPARED and (some := comparing.step(timedelta(0))):
        groups += some
    run.record("compared", groups=groups, cpu_us=(time.process_time() - began) / groups * 1e6)
    store.close()


def time_pages(run: Run, url: str) -> None:
    store = open_store(url, 4)
    try:
        for one in run.track("pages", pages(store)):
            took = [_seconds(one.get) for _ in range(ROUNDS)]
            ms = [1000 * seconds for seconds in took]
            run.record(
                "page", of=one.where, what=one.what, cold_ms=ms[0], median_ms=statistics.median(ms),
                worst_ms=max(ms[1:]),
            )  # fmt: skip
    finally:
        store.close()


def pages(store: Store) -> Iterator[Asked]:
    console, api = _console(store), _api(store)
    yield from (_asked("console", *page, console) for page in CONSOLE)
    talk = api.get("/groups/00010000/conversation").json()["items"][0]["conversation_id"]
    yield _asked("console", "one conversation", f"/conversations/{talk}", console)
    yield _asked("API", "what was said in one", f"/conversations/{talk}/messages", api)
    found_by = [(f"groups: {what}", f"/groups?{query}") for what, query in FILTERS]
    yield from (_asked("API", *page, api) for page in (*found_by, *API))
    yield from (_asked("API", what, _deep(api, path), api) for what, path in PAGED)
    yield Asked("export of everything, its first piece", "API", _first_piece(store))


def _asked(where: str, what: str, path: str, client: TestClient) -> Asked:
    def get() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:200])

    return Asked(what, where, get)


def _first_piece(store: Store) -> Callable[[], None]:
    office, caller = _office(store), of_operator(1, "bench", "admin")

    def get() -> None:
        pieces = csv_pieces(office, caller, Filter(), Wording("fa"), numbers=False)
        assert next(pieces)
        pieces.close()

    return get


def _deep(client: TestClient, path: str) -> str:
    """The same question, hundreds of pages further on."""
    far = re.sub(r"limit=\d+", "limit=100" if "duplicates" in path else "limit=500", path)
    cursor = ""
    for _ in range(DEEP):
        answer = client.get(f"{far}&cursor={cursor}").json()
        cursor = answer["next"] or cursor
    return f"{path}&cursor={cursor}"


def _office(store: Store) -> Office:
    channels = {"main": a_channel(), "other": a_channel("other", lines=("2000",))}
    at_once = Limit(1e6, 10**6)
    return Office(
        store, Ids(7), FLOWS, channels, key=b"bench" * 8, requests=at_once, strangers=at_once
    )


def _api(store: Store) -> TestClient:
    with store.write() as db:
        key = keys.add(db, "bench", ["read", "numbers", "admin"], datetime.now(UTC), Ids(1))
    made = api_application(_office(store))
    return TestClient(made, headers={"Authorization": f"Bearer {key}"})


def _console(store: Store) -> TestClient:
    office = _office(store)
    staffing.add(store, office.new_id, "bench", "bench", "admin", PASSWORD)
    app = console_application(office, shared(), secure=False)
    client = TestClient(
        Starlette(routes=[Mount("/console", app)]),
        "http://bench.test/console",
        follow_redirects=False,
    )
    found = re.search(r'name="before" value="([^"]+)"', client.get("/login").text)
    assert found
    given = {"name": "bench", "password": PASSWORD, "before": found[1]}
    assert client.post("/login", data=given).status_code == 303
    return client


def _seconds(get: Callable[[], None]) -> float:
    began = time.perf_counter()
    get()
    return time.perf_counter() - began
