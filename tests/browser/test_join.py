"""The public pages in a real browser: with scripts off, by keyboard, in every light, on a phone."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, faults_of
from tests.browser.joining import NO_BOT, answer, code_on, prove, stands_at, walk

WORDS = {
    "fa": {"name": "همیاران امید", "offer": "دو سالن", "contact": "مریم رضایی"},
    "en": {"name": "Hope Helpers", "offer": "Two halls", "contact": "Maryam Rezaei"},
}
SIDE_PAGES = ["about", "status", "poster/signup", "join/nowhere"]


@pytest.fixture
def code_of(muster) -> Callable[[Page, str], str]:
    return partial(code_on, muster)


@pytest.mark.parametrize(
    ("lang", "number", "viewport"),
    [("fa", "09121110001", PHONE), ("en", "09121110002", WIDE)],
)
def test_without_a_script_a_group_is_registered(open_page, muster, code_of, lang, number, viewport):
    page = open_page(
        f"{muster.url}/join/signup?lang={lang}", viewport=viewport, java_script_enabled=False
    )
    prove(page, number, code_of)
    steps = walk(page, WORDS[lang])
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
        answer(page, WORDS["en"])
    stands_at(page, "province")
    for step in ("type", "name"):
        page.wait_for_load_state()  # Chromium's history is deaf while a page takes another's place
        page.go_back()
        expect(page).to_have_url(re.compile(f"/{step}$"))
    expect(page.locator("#answer")).to_have_value("Hope Helpers")
    page.locator("#answer").fill("Faith Helpers")
    page.locator("form.ask button").first.click()
    stands_at(page, "type")
    expect(page.locator("[type=radio]").first).to_be_checked()
    page.locator("form.ask button").first.click()
    stands_at(page, "province")
    page.get_by_role("link", name="Question before").click()
    stands_at(page, "type")
    page.get_by_role("link", name="Go to the present question").click()
    stands_at(page, "province")


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
    walk(page, WORDS[lang], look)


def test_the_question_before_a_code_is_for_everybody(open_page, muster):
    small = {"width": 320, "height": 640}
    for _ in range(3):  # the third within the hour is asked
        page = open_page(f"{muster.url}/join/signup?lang=fa", viewport=small)
        page.wait_for_timeout(NO_BOT)
        page.locator("#number").fill("09121110007")
        page.locator("form.card button").click()
        expect(page.locator("#code, #reply")).to_be_focused()
    expect(page.locator("#reply")).to_have_accessible_name(re.compile("چند می‌شود؟$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= small["width"]
    assert faults_of(page) == []


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
