"""Every way in, besides the API's and the console's own, and what it asks of whoever comes.

A route that does not stand here, or in the tables of the API and the console, fails the tests.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.hooks.door import Door
from app.main import create_app
from app.operations import INSIDE
from app.settings import ChannelSettings, Settings
from app.store.migrate import upgrade
from tests.admin.console.test_pages import ALLOWED
from tests.admin.test_rights import OPEN, TABLE

ANYBODY = "anybody"
OWN_FORM = "the proof that our page in this browser made the form"
OWN_PAGE = "a script of our own page"
WORKER = "the simulated carrier's secret"
SECRET = "the channel's secret in the path, and the carrier's proof"

WAYS_IN = {
    "GET /openapi.json": ANYBODY,
    "GET /hooks/{channel}/{secret}": SECRET,
    "POST /hooks/{channel}/{secret}": SECRET,
    "PUT /hooks/{channel}/{secret}": SECRET,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /static/{name:path}": ANYBODY,
    "GET /about": ANYBODY,
    "GET /status": ANYBODY,
    "POST /status": OWN_FORM,
    "GET /poster/{name}": ANYBODY,
    "GET /poster/{name}/qr.svg": ANYBODY,
    "GET /": ANYBODY,
    "GET /join": ANYBODY,
    "GET /join/{name}": ANYBODY,
    "GET /join/{name}/{step}": ANYBODY,
    "POST /join/{name}": OWN_FORM,
    "GET /join-static/{name:path}": ANYBODY,
    "GET /simulator": ANYBODY,
    "GET /simulator/events/{token}": ANYBODY,
    "POST /simulator/watch": OWN_PAGE,
    "POST /simulator/text": OWN_PAGE,
    "POST /simulator/measure": OWN_PAGE,
    "POST /simulator/dial": OWN_PAGE,
    "POST /simulator/key": OWN_PAGE,
    "POST /simulator/hang-up": OWN_PAGE,
    "POST /simulator/power": OWN_PAGE,
    "POST /simulator/wipe": OWN_PAGE,
    "POST /simulator/hasten": OWN_PAGE,
    "POST /simulator/faults": OWN_PAGE,
    "POST /simulator/carrier/send": WORKER,
    "POST /simulator/carrier/taps": WORKER,
    "GET /simulator/carrier/taps/{token}": WORKER,
    "GET /simulator/static/{name:path}": ANYBODY,
}
SIMULATOR = "/simulator"
WORD = "a word that is long enough for a secret key of production"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("ways")
    url = f"sqlite:///{folder}/here.db"
    upgrade(url)
    return Settings(database_url=url, data_folder=folder, worker=False)


@pytest.fixture(scope="module")
def developed(settings: Settings) -> Iterator[Door]:
    made = create_app(settings)
    with TestClient(made):
        yield made


@pytest.fixture(scope="module")
def produced(settings: Settings) -> Iterator[Door]:
    adapter = {"username": "u", "password": "p", "send_url": "https://carrier.example/"}
    channel = ChannelSettings(adapter="kannel", secrets=[WORD], options=adapter, lines=["3000"])
    changes = {
        "environment": "production",
        "secret_key": WORD,
        "channels": {"main": channel},
        "trusted_proxies": ["10.0.0.0/8"],
        "public_url": "https://muster.example",
    }
    made = create_app(Settings(**{**settings.model_dump(), **changes}))
    with TestClient(made):
        yield made


def routes(app: Any, at: str = "") -> Iterator[str]:
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes(inner, at)
        elif isinstance(route, Mount):
            yield from routes(route.app, at + route.path)
        else:
            yield from (f"{method} {at}{route.path}" for method in route.methods)


def ours(app: Any) -> set[str]:
    """Besides HEAD, which every page that may be read answers."""
    return {one for one in routes(app) if not one.startswith("HEAD ")}


def test_every_way_in_stands_in_a_table(developed: Door, produced: Door) -> None:
    known = {
        *WAYS_IN,
        *(one.replace(" ", " /api/v1", 1) for one in (*TABLE, *OPEN, "GET /openapi.json")),
        *(one.replace(" ", " /console", 1) for one in ALLOWED if not one.startswith("HEAD ")),
    }
    assert ours(developed.app) == known
    in_production = {one for one in known if SIMULATOR not in one}
    assert ours(produced.app) == in_production


@pytest.mark.parametrize("asked", WAYS_IN)
def test_who_brings_nothing_gets_what_the_table_says(developed: Door, asked: str) -> None:
    method, path = asked.split(" ")
    path = path.replace("/join/{name}", "/join/signup")
    path = re.sub(r"\{\w+(:path)?\}", "nothing", path)
    client = TestClient(developed)
    tries = [client.request(method, path, json={"x": 1}), client.request(method, path)]
    tries.append(client.request(method, path, headers={"sec-fetch-site": "cross-site"}))
    tries.append(client.request(method, path, data={"proof": "x"}))
    statuses = {answer.status_code for answer in tries}
    match WAYS_IN[asked]:
        case "anybody":
            assert statuses <= {200, 404}
        case one if one == OWN_PAGE:
            assert tries[0].status_code == 422, "a page of ours that makes no sense"
            assert {answer.status_code for answer in tries[1:]} == {403}
        case one if one == SECRET:
            assert statuses == {404}
        case _:
            assert statuses == {403}
    assert not any("Traceback" in one.text for one in tries)


@pytest.mark.parametrize("path", sorted(INSIDE))
@pytest.mark.parametrize(
    ("client", "forwarded", "status"),
    [
        ("127.0.0.1", "", 200),
        ("10.1.2.3", "", 200),
        ("203.0.113.0", "", 200),  # for documentation: nobody's on the internet
        ("8.8.8.8", "", 404),
        ("8.8.8.8", "10.1.2.3", 404),
        ("10.1.2.3", "8.8.8.8", 404),
        ("10.1.2.3", "192.168.1.1, 8.8.8.8", 404),
        ("10.1.2.3", "8.8.8.8, 192.168.1.1", 200),
        ("10.1.2.3", "not an address", 404),
        ("2001:4860:4860::8888", "", 404),
    ],
)
def test_in_production_what_tells_of_the_house_stays_inside(
    developed: Door, produced: Door, path: str, client: str, forwarded: str, status: int
) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    visitor = TestClient(produced, client=(client, 5))
    assert visitor.get(path, headers=headers).status_code == status
    assert visitor.get(f"{path}/", headers=headers).status_code in (404, status)
    of_a_developer = TestClient(developed, client=(client, 5))
    assert of_a_developer.get(path, headers=headers).status_code == 200
