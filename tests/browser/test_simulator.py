"""The simulator's page in a real browser, against the real server."""

import re
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, WIDE, faults_of

SIGN_UP = ["۱", "همیاران امید", "۱", "گیلان", "رشت", "۱ ۴", "۱ ۲ ۳", "۲۵ نفر", "رد", "مریم رضایی"]
SOON = 30_000


@pytest.fixture
def simulator(open_page, muster):
    def open_it(lang: str = "fa", **options) -> Page:
        page = open_page(f"{muster.url}/simulator?lang={lang}", **options)
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield open_it
    calm(muster)


def calm(muster):
    request = urllib.request.Request(
        f"{muster.url}/simulator/faults", b"{}", {"content-type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=30).close()


def text(phone: Locator, words: str) -> Locator:
    """Type and press Enter; give the answer when it is there."""
    theirs = phone.locator(".bubble.theirs")
    before = theirs.count()
    phone.locator("textarea").fill(words)
    phone.locator("textarea").press("Enter")
    expect(theirs).to_have_count(before + 1, timeout=SOON)
    return theirs.last


def test_nine_leads_to_a_registered_group(simulator, muster):
    page = simulator()
    phone = page.locator(".phone").first
    answer = text(phone, "۹")
    expect(answer).to_contain_text("موافقید؟")
    expect(answer.locator(".cost")).to_have_text(re.compile("۲.* بخش.*UCS-2.*بایت"))
    expect(answer).to_have_class(re.compile("reported"), timeout=SOON)
    expect(phone.locator(".bubble.mine").first).to_have_class(re.compile("taken"))

    for words in SIGN_UP:
        answer = text(phone, words)
    expect(answer).to_contain_text("درست است؟")
    answer = text(phone, "بله")
    expect(answer).to_contain_text("کد رهگیری")

    code = re.search(r"کد رهگیری: ([۰-۹A-Z-]+)", answer.inner_text())
    assert code
    shown = code[1].translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
    group = next(one for one in muster.api_items("groups") if one["code"] == shown)
    assert group["name"] == "همیاران امید"
    assert len(group["specialisms"]) == 3


def test_quick_buttons_text(simulator):
    page = simulator("en")
    phone = page.locator(".phone").first
    phone.get_by_role("button", name="9", exact=True).first.click()
    expect(phone.locator(".bubble.theirs")).to_have_count(1, timeout=SOON)


def test_a_code_is_dialled_and_hung_up(simulator):
    page = simulator()
    phone = page.locator(".phone").first
    phone.get_by_role("tab", name="شماره‌گیر").click()
    expect(phone.locator(".dialled input")).to_have_value("*7#")
    phone.locator(".call").click()
    dialog = phone.get_by_role("dialog")
    expect(dialog.locator(".shows")).to_contain_text("موافقید؟", timeout=SOON)
    expect(dialog.locator(".fits")).to_have_text(re.compile("از ۸۰"))
    dialog.locator("input").fill("1")
    dialog.locator("input").press("Enter")
    expect(dialog.locator(".shows")).to_contain_text("نام گروه", timeout=SOON)
    dialog.get_by_role("button", name="لغو").click()
    expect(phone.locator(".keypad")).to_be_visible()


def test_a_code_of_nobodys_is_refused_by_the_network(simulator):
    page = simulator("en")
    phone = page.locator(".phone").first
    phone.get_by_role("tab", name="Dialler").click()
    for _ in range(3):
        phone.get_by_role("button", name="Delete").click()
    for key in "*8#":
        phone.locator(".keypad").get_by_role("button", name=key, exact=True).click()
    phone.locator(".call").click()
    expect(phone.get_by_role("dialog")).to_contain_text("does not know this code", timeout=SOON)


def test_several_phones_stand_side_by_side_and_stay(simulator):
    page = simulator("en", expected="status of 422")
    first = page.locator(".phone").first.get_attribute("data-number")
    page.get_by_placeholder("Number of your choice").fill("+36 30 123 4567")
    page.get_by_role("button", name="Add phone").click()
    expect(page.locator(".phone")).to_have_count(2)
    page.get_by_placeholder("Number of your choice").fill("nobody")
    page.get_by_role("button", name="Add phone").click()
    expect(page.get_by_role("status")).to_have_text("This is not a phone number.")
    page.reload()
    expect(page.locator(".phone")).to_have_count(2)
    shown = [one.get_attribute("data-number") for one in page.locator(".phone").all()]
    assert shown == [first, "+36301234567"]
    page.locator(".phone .remove").first.click()
    expect(page.locator(".phone")).to_have_count(1)


def test_faults_are_set_and_seen(simulator):
    page = simulator("en")
    page.get_by_role("button", name="Faults").click()
    panel = page.get_by_role("complementary", name="Faults")
    panel.get_by_label("Arrive twice").fill("1")
    expect(page.locator("#faults-on")).to_have_text("1 on")
    phone = page.locator(".phone").first
    text(phone, "9")
    expect(phone.locator(".times")).to_have_text("came 2 times")
    expect(phone.locator(".bubble.theirs")).to_have_count(1)
    panel.get_by_role("button", name="All is well").click()
    expect(page.locator("#faults-on")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_what_arrives_is_text_whatever_it_holds(simulator):
    page = simulator("en")
    phone = page.locator(".phone").first
    phone.locator("textarea").fill("<img src=x onerror=alert(1)><b>9</b>")
    phone.locator("textarea").press("Enter")
    mine = phone.locator(".bubble.mine p")
    expect(mine).to_have_text("<img src=x onerror=alert(1)><b>9</b>")
    expect(mine.locator("img, b")).to_have_count(0)


def test_a_phone_without_the_service_says_so_and_goes_on(simulator):
    page = simulator("en", expected="ERR_INTERNET_DISCONNECTED")
    phone = page.locator(".phone").first
    page.context.set_offline(True)
    phone.get_by_role("button", name="9", exact=True).first.click()
    expect(page.get_by_role("status")).to_have_text(re.compile("did not work|lost the service"))
    page.context.set_offline(False)
    phone.get_by_role("button", name="9", exact=True).first.click()
    expect(phone.locator(".bubble.theirs")).to_have_count(1, timeout=SOON)
    expect(page.get_by_role("status")).to_be_hidden()


def test_a_phone_that_is_off_is_quiet(simulator):
    page = simulator("en")
    phone = page.locator(".phone").first
    phone.get_by_role("button", name="Switch the phone off").click()
    expect(phone.locator(".asleep")).to_be_visible()
    expect(phone.locator("textarea")).to_be_disabled()
    phone.get_by_role("button", name="Switch the phone on").click()
    expect(phone.locator("textarea")).to_be_enabled()


def test_time_is_moved_on(simulator):
    page = simulator("en")
    phone = page.locator(".phone").first
    phone.get_by_role("button", name="Move time on").click()
    expect(phone.locator(".aside")).to_have_text("No open conversation is waiting.")
    text(phone, "9")
    phone.get_by_role("button", name="Move time on").click()
    expect(phone.locator(".aside").last).to_contain_text("Its time has come")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("lang", "viewport"), [("fa", PHONE), ("en", WIDE), ("ar", WIDE), ("hu", PHONE)]
)
def test_axe_finds_nothing_serious(simulator, lang, viewport, scheme):
    page = simulator(lang, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    phone = page.locator(".phone").first
    text(phone, "9")
    assert faults_of(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"], "the page is wider than its window"
    phone.locator(".to-dial").click()
    phone.locator(".call").click()
    expect(phone.locator(".shows")).not_to_be_empty()
    assert faults_of(page) == []
    page.locator("#open-faults").click()
    assert faults_of(page) == []
