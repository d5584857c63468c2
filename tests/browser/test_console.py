"""The operators' console in a real browser, against the real server with a campaign in it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, WIDE, faults_of
from tests.browser.console import PASSWORD, lived_in
from tests.browser.words import Words
from tests.rig.server import Muster

PAGES = {
    "overview": "/",
    "signups": "/signups",
    "filtered": "/signups?status=registered&q=انجمن",
    "duplicates": "/signups/alike",
    "messages": "/messages",
    "unhandled": "/messages/unhandled",
    "flows": "/flows",
    "flow": "/flows/signup",
    "channels": "/channels",
    "channel": "/channels/simulator",
    "desk": "/desk?show=all",
    "call": "/desk/call",
    "operators": "/operators",
    "keys": "/keys",
    "audit": "/audit",
    "account": "/account",
}
FIRST_OF = {"signup": "/signups", "message": "/messages?direction=out", "talk": "/desk?show=all"}
SOON = 30_000

Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muster]:
    muster, server = lived_in(tmp_path_factory.mktemp("console"))
    yield muster
    server.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, console: Muster) -> dict[str, dict]:
    """The cookies of each role, signed in once by the form."""
    states = {}
    for role in ("viewer", "helper", "manager", "admin"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{console.url}/console/")
        page.get_by_label("نام کاربری").fill(role)
        page.get_by_label("گذرواژه").fill(PASSWORD)
        page.get_by_role("button", name="ورود").click()
        page.wait_for_url("**/console/")
        states[role] = context.storage_state()
        context.close()
    return states


@pytest.fixture
def enter(open_page, console, signed_in) -> Enter:
    def at(path: str, role: str = "admin", lang: str = "en", **options) -> Page:
        joined = "&" if "?" in path else "?"
        url = f"{console.url}/console{path}{joined}lang={lang}"
        return open_page(url, storage_state=signed_in[role], **options)

    return at


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize(
    ("theme", "viewport"), [("light", WIDE), ("dark", PHONE)], ids=["light-wide", "dark-phone"]
)
def test_every_page_is_usable_by_everybody(enter, console, lang, theme, viewport):
    page = enter("/", lang=lang, color_scheme=theme, viewport=viewport)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "fa" else "ltr")
    paths = dict(PAGES)
    for name, listed in FIRST_OF.items():
        page.goto(f"{console.url}/console{listed}")
        href = page.locator("tbody th a").first.get_attribute("href")
        paths[name] = href.removeprefix("/console")
    faults = {}
    for name, path in paths.items():
        page.goto(f"{console.url}/console{path}")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_load_state("networkidle")
        if found := faults_of(page):
            faults[name] = found
        wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        assert not wider, f"{name} is wider than its window"
    assert faults == {}


ALLOWED = {
    *("Muster", "API", "CSV", "XLSX", "UCS2", "GSM7", "USSD", "SMS", "JSON", "Aegis", "FreeOTP"),
    # Names that channels and people have.
    *("simulator", "simulator_ussd", "admin", "manager", "helper", "viewer"),
}
IN_VIEW = """[...document.querySelectorAll("nav.side [aria-current]")].every((one) => {
    const at = one.getBoundingClientRect();
    return at.left >= -1 && at.right <= innerWidth + 1;
})"""
OF_A_KIND = 3
"""Pages of one kind that are looked at."""


def test_persian_pages_speak_persian(enter, console):
    page = enter("/", lang="fa")
    seen: dict[str, int] = {}
    todo, said = ["/console/", *(f"/console{path}" for path in PAGES.values())], {}
    while todo:
        path = todo.pop(0)
        kind = re.sub(r"\d+|=[^&]*", "", path)
        if seen.setdefault(kind, 0) >= OF_A_KIND or seen.get(path):
            continue
        seen[kind] += 1
        seen[path] = 1
        answer = page.request.get(f"{console.url}{path}")
        assert answer.ok, path
        words = Words("fa")
        words.feed(answer.text())
        if latin := sorted(set(words.latin(ALLOWED))):
            said[kind] = latin
        todo += [one for one in words.links if one.startswith("/console/") and "lang=" not in one]
    assert len(seen) > 40
    assert said == {}


def test_the_door_works_in_every_language_and_without_scripts(open_page, console):
    for lang, words in {
        "fa": "ورود",
        "en": "Sign in",
        "ar": "تسجيل الدخول",
        "hu": "Bejelentkezés",
    }.items():
        page = open_page(
            f"{console.url}/console/login?lang={lang}", java_script_enabled=lang != "hu"
        )
        expect(page.locator("h1")).to_have_text(words)
    page.locator("[name=name]").fill("viewer")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text("Áttekintés")


def test_the_overview_goes_on_by_itself(enter, console):
    page = enter("/")
    total = page.locator(".tile .big").nth(2)
    expect(total).to_have_text(re.compile(r"^[1-9]"))
    with page.expect_response(re.compile("/console/live"), timeout=SOON) as renewed:
        pass
    assert renewed.value.status == 200
    expect(page.locator("svg.map a")).to_have_count(31)
    page.locator("svg.map a").nth(3).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"signups\?province=IR-"))


def test_sign_ups_are_found_filtered_verified_and_taken_away(enter, console):
    page = enter("/signups", role="manager")
    page.keyboard.press("/")
    page.keyboard.type("ياوران")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("signups\\?q="))
    page.goto(f"{console.url}/console/signups?status=registered")
    before = page.locator("tbody tr").count()
    assert before > 2
    page.locator("tbody input[name=id]").nth(0).check()
    page.locator("tbody input[name=id]").nth(1).check()
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("All chosen groups were changed")
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    written = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
    counted = page.locator(".heading .quiet").first
    for _ in range(10):  # figures may be a few seconds old
        page.reload()
        expect(counted).to_have_text(re.compile("groups"), timeout=SOON)
        if counted.inner_text().strip() == f"{len(written) - 1} groups":
            break
        page.wait_for_timeout(1000)
    assert counted.inner_text().strip() == f"{len(written) - 1} groups"


def test_all_that_were_found_are_tagged_after_a_look_at_their_number(enter):
    page = enter("/signups?status=verified", role="manager")
    found = page.locator("tbody tr").count()
    bar = page.get_by_role("toolbar", name="Change several groups")
    bar.get_by_label("all that were found").check()
    bar.get_by_label("Tag").fill("spring")
    bar.get_by_role("button", name="Add tag").click()
    expect(page.locator("main .big")).to_contain_text(f"{found} groups get the tag “spring”")
    page.get_by_role("button", name=f"Yes, change {found} groups").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Done.", timeout=30_000)
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(r"signups\?status=verified$"))
    page.goto(page.url.replace("status=verified", "tag=spring"))
    expect(page.locator("tbody tr")).to_have_count(found)


@pytest.mark.parametrize("lang", ["fa", "hu"])
def test_the_narrowest_phone_holds_the_longest_name(enter, console, lang):
    narrow = {"width": 320, "height": 640}
    page = enter("/signups", role="manager", lang=lang, viewport=narrow)
    page.locator("tbody th a").last.click()
    page.locator("details.edit summary").click()
    page.locator("[name=name]").fill("انجمن‌" * 12 + " " + "خ" * 90)
    page.locator("details.edit button").last.click()
    expect(page.get_by_role("status")).to_be_visible()
    paths = ["/signups", "/", "/desk?show=all", "/messages", "/flows/signup", "/account"]
    for where in [page.url, *(f"{console.url}/console{path}" for path in paths)]:
        page.goto(where)
        page.wait_for_load_state("networkidle")
        wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        assert not wider, f"{where} is wider than its window"
        assert page.evaluate(IN_VIEW), "the open page's own sign is in view"


def test_one_sign_up_is_edited_and_its_history_told(enter):
    page = enter("/signups?status=verified&status=registered", role="manager")
    page.locator("tbody th a").first.click()
    expect(page.locator(".bubbles li").first).to_be_visible()
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Note").fill("rang them")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.locator(".history")).to_contain_text("rang them")


def test_a_viewer_sees_no_number_and_no_button_that_changes(enter):
    page = enter("/signups", role="viewer")
    assert not re.search(r"\+989\d{9}", page.content())
    expect(page.get_by_role("button", name="Verify")).to_have_count(0)
    page.locator("tbody th a").first.click()
    expect(page).to_have_url(re.compile(r"/signups/\w+\?|/signups/\w+$"))
    expect(page.get_by_text("Show numbers")).to_have_count(0)
    assert not re.search(r"\+989\d{9}", page.content())


def test_a_manager_looks_at_a_number_and_it_is_noted(enter):
    page = enter("/signups", role="manager")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Show numbers").click()
    expect(page.locator("dd bdi").first).to_have_text(re.compile(r"^\+\d{11,}"))
    audit = enter("/audit")
    expect(audit.locator("tbody")).to_contain_text("Saw a group's number")


def test_the_help_desk_signs_a_caller_up(enter):
    page = enter("/desk/call", role="helper")
    page.get_by_label("Phone number").fill("09121110099")
    say = page.get_by_placeholder("The caller says")
    expect(say).to_have_value("9")
    page.get_by_role("button", name="Say").click()
    expect(page.locator(".bubbles li.out").last).to_contain_text("موافقید")
    for words in ("1", "انجمن تلفنی"):
        page.get_by_placeholder("The caller says").fill(words)
        page.get_by_role("button", name="Say").click()
    expect(page.locator(".bubbles li")).to_have_count(6)
    page.get_by_role("link", name="Open the conversation").click()
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_role("status")).to_contain_text("The conversation is yours")
    box = page.locator("textarea")
    box.fill("سلام، همکار ما هستم")
    expect(page.locator("[data-counter]")).to_have_text("19 characters, 1 × SMS")
    page.get_by_role("button", name="Send SMS").click()
    expect(page.locator(".bubbles li.out").last).to_contain_text("همکار ما")
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_role("status")).to_contain_text("handed back")


def test_a_wrong_number_is_put_right_without_typing_anew(enter):
    page = enter("/desk/call", role="helper", expected="status of 422")
    page.get_by_label("Phone number").fill("0912")
    page.get_by_role("button", name="Say").click()
    page.get_by_role("link", name="Go back").click()
    expect(page.get_by_label("Phone number")).to_have_value("0912")


def test_a_channel_is_paused_resumed_tried_and_its_webhook_shown(enter):
    page = enter("/channels/simulator")
    page.get_by_placeholder("Why").fill("maintenance")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".heading .tag")).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".heading .tag")).to_have_text("Well")
    page.get_by_role("button", name="Show the address").click()
    expect(page.locator("code").first).to_contain_text("/hooks/simulator/")
    page.get_by_label("Phone number").fill("09121110098")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status")).to_contain_text("The test is queued")
    page.reload()
    expect(page.locator(".heading .tag")).to_have_text(re.compile("Delivered|Sent|Queued|Sending"))


def test_what_a_filter_found_is_seen_on_a_phone(enter):
    page = enter("/signups?status=registered", viewport=PHONE)
    expect(page.locator("details.filters")).not_to_have_attribute("open", "")
    expect(page.locator("tbody tr").first).to_be_in_viewport()
    page.locator("details.filters > summary").click()
    expect(page.locator("select[name=status]")).to_have_value("registered")


def test_a_flows_picture_is_seen_from_its_start_on_a_phone(enter):
    page = enter("/flows/signup", lang="fa", viewport=PHONE)
    start = page.locator(".diagram .step.start")
    frame, seen = page.locator(".scroll:has(.diagram)").bounding_box(), start.bounding_box()
    assert seen["width"] > 100, "as large as it was drawn"
    assert frame["x"] <= seen["x"] <= frame["x"] + frame["width"] - seen["width"]
    assert seen["y"] - frame["y"] < 100


def test_light_and_dark_are_chosen_and_kept(enter):
    page = enter("/", color_scheme="light")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_keyboard_reaches_the_content_first(enter):
    page = enter("/signups")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_signing_out_ends_it(open_page, console):
    page = open_page(f"{console.url}/console/login?lang=en")
    page.get_by_label("User name").fill("helper")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_text("helper", exact=True).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto(f"{console.url}/console/signups")
    expect(page.locator("h1")).to_have_text("Sign in")
