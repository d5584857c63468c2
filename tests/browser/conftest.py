"""A real browser and the real server, for tests of pages. Skipped where there is no Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.rig.server import Muster

CHROMIUM = Path("/usr/bin/chromium")
AXE = (Path(__file__).parent / "vendored" / "axe.min.js").read_text(encoding="utf-8")
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=30_000)  # milliseconds; a busy machine is slow

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open pages in a context each; what a page complained of, or asked of others, fails.

    Browsers complain of every answer that is an error; `expected` names the ones that are meant.
    """
    complaints: list[str] = []
    contexts = []

    def open_it(url: str, expected: str = "nothing", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": WIDE, "locale": "fa-IR", **options})
        contexts.append(context)
        page = context.new_page()
        origin = "/".join(url.split("/")[:3])
        page.on("console", lambda said: note(said.type, said.text, expected))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: foreign(asked.url, origin))
        page.goto(url)
        return page

    def note(kind: str, text: str, expected: str) -> None:
        if kind in ("error", "warning") and expected not in text:
            complaints.append(text)

    def foreign(url: str, origin: str) -> None:
        if not url.startswith((origin, "data:", "blob:")):
            complaints.append(f"asked {url}")

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def faults_of(page: Page) -> list[str]:
    """What axe finds serious or critical, each with where it is."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="module")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muster]:
    """The real server as `make run` starts it, on a port of its own."""
    muster = Muster(tmp_path_factory.mktemp("browser"), {}, {"simulator": True})
    muster.run("db", "upgrade")
    server = muster.serve()
    yield muster
    server.stop()
