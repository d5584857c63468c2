"""Somebody at the sign-up pages, whose number is proven by the code on a simulated phone."""

import json
import re
import urllib.request
from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect

from tests.rig.server import Muster
from tests.web.solving import solved

NO_BOT = 1600  # milliseconds that somebody takes at least


def code_on(muster: Muster, page: Page, number: str) -> str:
    """The code on somebody's phone, when it is there."""
    for _ in range(60):
        body = json.dumps({"numbers": [number]}).encode()
        request = urllib.request.Request(
            f"{muster.url}/simulator/watch", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            (phone,) = json.load(answer)["phones"]
        for bubble in reversed(phone["bubbles"]):
            if found := re.search(r"\b(\d{6})\b", bubble["text"]):
                return found[1]
        page.wait_for_timeout(200)
    raise AssertionError(f"no code came to {number}")


def prove(page: Page, number: str, code_of: Callable[[Page, str], str]) -> None:
    page.wait_for_timeout(NO_BOT)
    page.locator("#number").fill(number)
    page.locator("form.card button").click()
    expect(page.locator("#code, #reply")).to_be_focused()
    if page.locator("#reply").count():  # many codes have been asked for from here
        page.wait_for_timeout(NO_BOT)
        page.locator("#reply").fill(str(solved(page.locator("label[for=reply]").inner_text())))
        page.locator("form.card button").click()
    expect(page.locator("#code")).to_be_focused()
    page.locator("#code").fill(code_of(page, "+98" + number[1:]))
    page.locator("form.card button").click()
    expect(page).to_have_url(re.compile("/consent$"))


def stands_at(page: Page, step: str) -> None:
    expect(page).to_have_url(re.compile(rf"/{step}(\?|$)"))


def step_of(page: Page) -> str:
    return step_at(page.url)


def step_at(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def answer(page: Page, words: Mapping[str, str]) -> None:
    """Answer the open question as people do, and wait for the next."""
    form, step = page.locator("form.ask"), step_of(page)
    if form.locator("fieldset").count():
        form.locator(".option").nth(0).click()
        if form.locator("[type=checkbox]").count():
            form.locator(".option").nth(2).click()
    elif form.locator("select").count():
        form.locator("select").select_option(index=2)
    elif step in words:
        form.locator("#answer").fill(words[step])
    elif step == "members":
        form.locator("#answer").fill("۲۵ نفر")
    form.locator(".row button").first.click()
    page.wait_for_url(lambda url: step_at(url) != step)


def walk(
    page: Page, words: Mapping[str, str], look: Callable[[Page], None] = lambda _: None
) -> list[str]:
    steps = []
    for _ in range(20):
        look(page)
        if step_of(page) == "signup":
            return steps
        steps.append(step_of(page))
        answer(page, words)
    raise AssertionError(f"no end after {steps}")
