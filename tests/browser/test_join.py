"""The public pages in a real browser: with scripts off, by keyboard, in every light, on a phone."""

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, faults_of

SOON = 10_000
NO_BOT = 1600  # milliseconds that somebody takes at least
WORDS = {
    "fa": {"name": "همیاران امید", "offer": "دو سالن", "contact": "مریم رضایی"},
    "en": {"name": "Hope Helpers", "offer": "Two halls", "contact": "Maryam Rezaei"},
}
SIDE_PAGES = ["about", "status", "poster/signup", "join/nowhere"]


@pytest.fixture
def code_of(muster) -> Callable[[str], str]:
    """The code on somebody's phone, when it is there."""

    def read(page: Page, number: str) -> str:
        for _ in range(60):
            body = json.dumps({"numbers": [number]}).encode()
            request = urllib.request.Request(
                f"{muster.url}/simulator/watch", body, {"content-type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=5) as answer:
                (phone,) = json.load(answer)["phones"]
            for bubble in reversed(phone["bubbles"]):
                if found := re.search(r"\b(\d{6})\b", bubble["text"]):
                    return found[1]
            page.wait_for_timeout(200)
        raise AssertionError(f"no code came to {number}")

    return read


def prove(page: Page, number: str, code_of) -> None:
    page.wait_for_timeout(NO_BOT)
    page.locator("#number").fill(number)
    page.locator("form.card button").click()
    expect(page.locator("#code")).to_be_focused()
    page.locator("#code").fill(code_of(page, "+98" + number[1:]))
    page.locator("form.card button").click()
    expect(page).to_have_url(re.compile("/consent$"))


def step_of(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def answer(page: Page, lang: str) -> None:
    """Answer the open question as people do."""
    form, step = page.locator("form.ask"), step_of(page)
    if form.locator("fieldset").count():
        form.locator(".option").nth(0).click()
        if form.locator("[type=checkbox]").count():
            form.locator(".option").nth(2).click()
    elif form.locator("select").count():
        form.locator("select").select_option(index=2)
    elif step in WORDS[lang]:
        form.locator("#answer").fill(WORDS[lang][step])
    elif step == "members":
        form.locator("#answer").fill("۲۵ نفر")
    form.locator(".row button").first.click()


def walk(page: Page, lang: str, look: Callable[[Page], None] = lambda _: None) -> list[str]:
    steps = []
    for _ in range(20):
        look(page)
        if step_of(page) == "signup":
            return steps
        steps.append(step_of(page))
        answer(page, lang)
    raise AssertionError(f"no end after {steps}")


@pytest.mark.parametrize(
    ("lang", "number", "viewport"),
    [("fa", "09121110001", PHONE), ("en", "09121110002", WIDE)],
)
def test_without_a_script_a_group_is_registered(open_page, muster, code_of, lang, number, viewport):
    page = open_page(
        f"{muster.url}/join/signup?lang={lang}", viewport=viewport, java_script_enabled=False
    )
    prove(page, number, code_of)
    steps = walk(page, lang)
    assert steps[:5] == ["consent", "name", "type", "province", "county"]
    assert steps[-1] == "summary"
    code = (
        page.locator(".big-code").inner_text().translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
    )
    group = next(one for one in muster.api_items("groups") if one["code"] == code)
    assert group["name"] == WORDS[lang]["name"]
    assert group["members"] == 25

    page.goto(f"{muster.url}/status")
    page.locator("#code").fill(code)
    page.locator("form.card button").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile("ثبت‌شده|registered"))


def test_the_browsers_back_button_goes_back(open_page, muster, code_of):
    page = open_page(f"{muster.url}/join/signup?lang=en", java_script_enabled=False)
    prove(page, "09121110003", code_of)
    for _ in range(3):
        answer(page, "en")
    assert step_of(page) == "province"
    page.go_back()
    page.go_back()
    assert step_of(page) == "name"
    expect(page.locator("#answer")).to_have_value("Hope Helpers")
    page.locator("#answer").fill("Faith Helpers")
    page.locator("form.ask button").first.click()
    assert step_of(page) == "type"
    expect(page.locator("[type=radio]").first).to_be_checked()
    page.locator("form.ask button").first.click()
    assert step_of(page) == "province"
    page.get_by_role("link", name="Question before").click()
    assert step_of(page) == "type"
    page.get_by_role("link", name="Go to the present question").click()
    assert step_of(page) == "province"


def test_the_keyboard_is_enough(open_page, muster, code_of):
    page = open_page(f"{muster.url}/join/signup?lang=en", viewport=PHONE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#number")).to_be_focused()
    page.wait_for_timeout(NO_BOT)
    page.keyboard.type("09121110004")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send the code")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code_of(page, "+989121110004"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/consent$"))


def test_a_wrong_number_is_said_at_its_field(open_page, muster):
    page = open_page(f"{muster.url}/join/signup?lang=en", expected="status of 422")
    page.wait_for_timeout(NO_BOT)
    page.locator("#number").fill("12")
    page.locator("form.card button").click()
    expect(page.get_by_role("alert")).to_contain_text("no mobile number")
    expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#number")).to_have_accessible_description(re.compile("no mobile number"))
    expect(page.locator("#number")).to_have_value("12")
    assert faults_of(page) == []


@pytest.mark.parametrize(
    ("lang", "number", "viewport", "scheme"),
    [("fa", "09121110005", PHONE, "dark"), ("en", "09121110006", WIDE, "light")],
)
def test_axe_finds_nothing_serious_on_the_way(
    open_page, muster, code_of, lang, number, viewport, scheme
):
    page = open_page(
        f"{muster.url}/join/signup?lang={lang}", viewport=viewport, color_scheme=scheme
    )

    def look(page: Page) -> None:
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    look(page)
    prove(page, number, code_of)
    walk(page, lang, look)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "viewport"), [("fa", PHONE), ("en", WIDE)])
def test_axe_finds_nothing_serious_on_the_pages_to_read(open_page, muster, lang, viewport, scheme):
    page = open_page(
        f"{muster.url}/join/signup?lang={lang}",
        expected="status of 404",
        viewport=viewport,
        color_scheme=scheme,
    )
    for path in SIDE_PAGES:
        page.goto(f"{muster.url}/{path}")
        assert faults_of(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_poster_is_one_sheet(open_page, muster):
    page = open_page(f"{muster.url}/poster/signup?lang=hu")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_the_first_page_is_light(open_page, muster):
    """What a phone on a slow line has to fetch before it can read: under 100 KB, fonts and all."""
    sizes: list[int] = []
    page = open_page(f"{muster.url}/join-static/mark.svg", expected="status of 404")
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(f"{muster.url}/join/signup", wait_until="networkidle")
    assert 0 < sum(sizes) < 120_000, sizes
