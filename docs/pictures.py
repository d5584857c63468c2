"""Takes the pictures of this folder from a server with invented people: `python -m docs.pictures`.

Everything in them comes from `muster demo` with a fixed seed; nothing is drawn by hand.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.rig.server import MUSTER, Muster

HERE = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
WIDE, TALL = {"width": 1280, "height": 860}, {"width": 1280, "height": 1360}
PHONE = {"width": 390, "height": 800}
PASSWORD = "a-long-passphrase-for-pictures"
QUALITY = 0.86
SIGN_UP = ["۹", "۱", "همیاران امید", "۱", "گیلان", "رشت"]
NUMBER = "09121230045"
GAP = 24


def main(groups: str = "500") -> None:
    HERE.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), groups) as muster,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        take(browser, muster)
        browser.close()
    for path in sorted(HERE.glob("*.webp")):
        print(f"{path.name}  {path.stat().st_size // 1024} KB")


@contextmanager
def served(folder: Path, groups: str) -> Iterator[Muster]:
    muster = Muster(folder, {}, {"simulator": True})
    muster.run("db", "upgrade")
    demo = [MUSTER, "demo", "--groups", groups, "--seed", "1"]
    subprocess.run(demo, cwd=folder, check=True, timeout=900, stdout=subprocess.DEVNULL)
    os.environ["MUSTER_OPERATOR_PASSWORD"] = PASSWORD
    muster.run("operators", "add", "maryam", "--role", "admin")
    server = muster.serve()
    try:
        yield muster
    finally:
        server.stop()


def take(browser: Browser, muster: Muster) -> None:
    save(browser, "simulator", [simulator(browser, muster)])
    save(browser, "join", join(browser, muster))
    save(browser, "join-dark", about(browser, muster))
    for scheme, lang in (("light", "fa"), ("dark", "fa"), ("light", "en")):
        console(browser, muster, scheme, lang)


def a_page(browser: Browser, size: dict[str, int], scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport=size, color_scheme=scheme, locale="fa-IR", reduced_motion="reduce"
    )
    return context.new_page()


def simulator(browser: Browser, muster: Muster) -> bytes:
    """Two phones: one in the middle of signing up by SMS, one in a USSD dialog."""
    page = a_page(browser, {"width": 1120, "height": 900})
    page.goto(f"{muster.url}/simulator?lang=fa")
    page.wait_for_selector("html[data-ready=yes]")
    page.get_by_role("button", name=re.compile("تلفن")).first.click()
    page.locator(".phone").nth(1).wait_for()
    first, second = page.locator(".phone").all()[:2]
    for words in SIGN_UP:
        theirs = first.locator(".bubble.theirs")
        before = theirs.count()
        first.locator("textarea").fill(words)
        first.locator("textarea").press("Enter")
        first.locator(".bubble.theirs").nth(before).wait_for()
    second.get_by_role("tab").nth(1).click()
    second.locator(".call").click()
    second.get_by_role("dialog").locator(".shows").wait_for()
    page.wait_for_timeout(1500)
    return page.screenshot()


def join(browser: Browser, muster: Muster) -> list[bytes]:
    """The number, a question and the tracking code, on a phone."""
    page = a_page(browser, PHONE)
    page.goto(f"{muster.url}/join/signup")
    shots = [page.screenshot()]
    page.wait_for_timeout(1700)
    page.locator("#number").fill(NUMBER)
    page.locator("form.card button").click()
    page.locator("#code").fill(code_of(page, muster))
    page.locator("form.card button").click()
    answers: dict[str, Any] = {
        "name": "کانون یاری سالمندان",
        "members": "۴۰",
        "offer": "سالن و دو خودرو",
        "contact": "نرگس یزدانی",
    }
    while page.url.rpartition("/")[2] != "signup":
        step, form = page.url.rpartition("/")[2], page.locator("form.ask")
        if form.locator("fieldset").count():
            form.locator(".option").nth(1).click()
        if form.locator("select").count():
            form.locator("select").select_option(index=3)
        if step in answers:
            form.locator("#answer").fill(answers[step])
        if step == "fields":
            form.locator(".option").nth(3).click()
            shots.append(page.screenshot())
        form.locator(".row button").first.click()
    shots.append(page.screenshot())
    return shots


def code_of(page: Page, muster: Muster) -> str:
    for _ in range(50):
        body = json.dumps({"numbers": ["+98" + NUMBER[1:]]}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{muster.url}/simulator/watch", body, headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            bubbles = json.load(answer)["phones"][0]["bubbles"]
        if found := re.search(r"\b\d{6}\b", " ".join(bubble["text"] for bubble in bubbles)):
            return found[0]
        page.wait_for_timeout(200)
    raise TimeoutError("no code came")


def about(browser: Browser, muster: Muster) -> list[bytes]:
    """The plan, its poster and a code's status, in the dark."""
    page = a_page(browser, PHONE, "dark")
    shots = []
    for path in ("about", "poster/signup", "join/signup?lang=en"):
        page.goto(f"{muster.url}/{path}")
        shots.append(page.screenshot())
    return shots


def console(browser: Browser, muster: Muster, scheme: str, lang: str) -> None:
    page = a_page(browser, WIDE, scheme)
    page.goto(f"{muster.url}/console/login?lang={lang}")
    page.locator("[name=name]").fill("maryam")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/console/login'] button").first.click()
    page.wait_for_url(re.compile("/console/?$"))
    page.goto(f"{muster.url}/console/?lang={lang}")
    name = f"{scheme}-{lang}" if scheme == "dark" else lang
    page.set_viewport_size(TALL)
    shoot(browser, page, f"console-overview-{name}")
    page.set_viewport_size(WIDE)
    if scheme == "dark" or lang != "fa":
        return
    shoot(browser, page, "console-sign-ups", f"{muster.url}/console/signups")
    links = page.locator("main a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    groups = [link for link in links if re.fullmatch(r"/console/signups/\d+", link or "")]
    shoot(browser, page, "console-sign-up", f"{muster.url}{dict.fromkeys(groups).popitem()[0]}")
    shoot(browser, page, "console-duplicates", f"{muster.url}/console/signups/alike")
    shoot(browser, page, "console-flow", f"{muster.url}/console/flows/signup")


def shoot(browser: Browser, page: Page, name: str, url: str = "") -> None:
    if url:
        page.goto(url)
    page.wait_for_timeout(600)
    save(browser, name, [page.screenshot()])


def save(browser: Browser, name: str, shots: list[bytes]) -> None:
    """Put screenshots side by side and write them as WebP, which the browser can do."""
    page = browser.new_page()
    urls = ["data:image/png;base64," + base64.b64encode(shot).decode() for shot in shots]
    made = page.evaluate(
        """async ([urls, gap, quality]) => {
          const images = await Promise.all(urls.map(async (url) => {
            const image = new Image(); image.src = url; await image.decode(); return image;
          }));
          const canvas = document.createElement('canvas');
          canvas.width = images.reduce((sum, image) => sum + image.width + gap, -gap);
          canvas.height = Math.max(...images.map((image) => image.height));
          let at = 0;
          for (const image of images) {
            canvas.getContext('2d').drawImage(image, at, 0); at += image.width + gap;
          }
          return canvas.toDataURL('image/webp', quality);
        }""",
        [urls, GAP, QUALITY],
    )
    (HERE / f"{name}.webp").write_bytes(base64.b64decode(made.partition(",")[2]))
    page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
