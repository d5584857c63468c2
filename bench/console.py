"""How fast the console's pages answer with a million groups: `python -m bench.console [GROUPS]`."""

import re
import statistics
import sys
import time

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.admin import staffing
from app.admin.console.application import application
from app.admin.office import Office
from app.static import shared
from app.store.engine import open_store
from app.store.ids import Ids
from app.store.migrate import upgrade
from bench.search import FLOWS, fill
from tests.rig.postgres import Postgres

ROUNDS = 15
PASSWORD = "seven brown horses"
PAGES = (
    ("overview", "/"),
    ("overview, renewed", "/live"),
    ("sign-ups", "/signups"),
    ("sign-ups of a common word", "/signups?q=انجمن"),
    ("sign-ups of two words", "/signups?q=انجمن ياوران"),
    ("sign-ups of a province", "/signups?province=IR-01&status=verified"),
    ("sign-ups of a specialism", "/signups?specialism=family.children"),
    ("how many of a province", "/signups/count?province=IR-01"),
    ("one sign-up", "/signups/00010000"),
    ("messages", "/messages"),
    ("help desk", "/desk?show=all"),
    ("flow", "/flows/signup"),
    ("channels", "/channels"),
    ("audit", "/audit"),
)


def signed_in(office: Office) -> TestClient:
    staffing.add(office.store, office.new_id, "bench", "bench", "admin", PASSWORD)
    app = application(office, shared(), secure=False)
    client = TestClient(
        Starlette(routes=[Mount("/console", app)]), "http://bench.test", follow_redirects=False
    )
    found = re.search(r'name="before" value="([^"]+)"', client.get("/console/login").text)
    assert found
    given = {"name": "bench", "password": PASSWORD, "before": found[1]}
    assert client.post("/console/login", data=given).status_code == 303
    return client


def measure(client: TestClient) -> None:
    print(f"{'page':<32} {'first':>8} {'median':>8} {'worst':>8}   ms")
    for name, path in PAGES:
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(f"/console{path}")
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        figures = (took[0], statistics.median(took), max(took))
        print(f"{name:<32}", *(f"{ms:>8.1f}" for ms in figures), flush=True)


def main(count: int) -> None:
    server = Postgres.make()
    try:
        server.start()
        server.sql("create database big")
        url = server.url("big")
        upgrade(url)
        fill(url, count)
        store = open_store(url, 4)
        measure(signed_in(Office(store=store, new_id=Ids(7), flows=FLOWS, key=b"bench" * 8)))
        store.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
