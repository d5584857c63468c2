import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.admin.console.application import application
from app.admin.many import Many
from app.admin.office import Office
from app.static import shared
from app.store import audit, conversations, staff
from tests.admin.builders import a_group, a_message_in, a_message_out, a_person
from tests.admin.console.browsing import Browser, an_operator

NUMBER = "+989121234567"
SHOWN = "+98912***4567"

EVERYBODY = frozenset({"viewer", "helper", "manager", "admin"})
HELPERS = EVERYBODY - {"viewer"}
MANAGERS = HELPERS - {"helper"}
ADMINS = frozenset({"admin"})
OUTSIDE = frozenset({"anybody"})

ALLOWED = {
    "GET /static/{name:path}": OUTSIDE,
    "HEAD /static/{name:path}": OUTSIDE,
    "GET /login": OUTSIDE,
    "POST /login": OUTSIDE,
    "POST /logout": EVERYBODY,
    "GET /": EVERYBODY,
    "GET /live": EVERYBODY,
    "GET /signups": EVERYBODY,
    "GET /signups/count": EVERYBODY,
    "GET /signups/alike": EVERYBODY,
    "POST /signups/export": EVERYBODY,
    "POST /signups/views": EVERYBODY,
    "POST /signups/views/{view}/drop": EVERYBODY,
    "POST /signups/changes": MANAGERS,
    "GET /signups/changes/{change}": EVERYBODY,
    "GET /signups/changes/{change}/live": EVERYBODY,
    "POST /signups/changes/{change}/begin": MANAGERS,
    "POST /signups/changes/{change}/cancel": MANAGERS,
    "GET /signups/{key}": EVERYBODY,
    "GET /signups/{key}/alike": EVERYBODY,
    "POST /signups/{key}/edit": MANAGERS,
    "POST /signups/{key}/status": MANAGERS,
    "POST /signups/{key}/tags": MANAGERS,
    "POST /signups/{key}/merge": MANAGERS,
    "POST /signups/{key}/unmerge": MANAGERS,
    "POST /signups/{key}/apart": MANAGERS,
    "POST /signups/{key}/forget": ADMINS,
    "POST /conversations/{conversation}/forget": ADMINS,
    "GET /messages": EVERYBODY,
    "GET /messages/unhandled": EVERYBODY,
    "GET /messages/unhandled/{row}": EVERYBODY,
    "POST /messages/unhandled/{row}/replay": MANAGERS,
    "POST /messages/unhandled/{row}/set-aside": MANAGERS,
    "GET /messages/{message}": EVERYBODY,
    "POST /messages/{message}/resend": MANAGERS,
    "POST /messages/{message}/cancel": MANAGERS,
    "GET /flows": EVERYBODY,
    "GET /flows/{name}": EVERYBODY,
    "GET /channels": EVERYBODY,
    "GET /channels/{name}": EVERYBODY,
    "POST /channels/{name}/webhook": ADMINS,
    "POST /channels/{name}/pause": MANAGERS,
    "POST /channels/{name}/resume": MANAGERS,
    "POST /channels/{name}/test": MANAGERS,
    "GET /desk": EVERYBODY,
    "GET /desk/call": HELPERS,
    "POST /desk/call": HELPERS,
    "GET /conversations/{conversation}": EVERYBODY,
    "GET /conversations/{conversation}/said/live": EVERYBODY,
    "POST /conversations/{conversation}/take-over": HELPERS,
    "POST /conversations/{conversation}/hand-back": HELPERS,
    "POST /conversations/{conversation}/say": HELPERS,
    "GET /operators": ADMINS,
    "POST /operators": ADMINS,
    "POST /operators/{operator}": ADMINS,
    "POST /operators/{operator}/reset": ADMINS,
    "POST /operators/{operator}/sign-out": ADMINS,
    "GET /keys": ADMINS,
    "POST /keys": ADMINS,
    "POST /keys/{key}/revoke": ADMINS,
    "GET /audit": ADMINS,
    "POST /audit/verify": ADMINS,
    "GET /account": EVERYBODY,
    "POST /account/password": EVERYBODY,
    "POST /account/totp": EVERYBODY,
    "POST /account/totp/confirm": EVERYBODY,
    "POST /account/totp/remove": EVERYBODY,
    "POST /account/language": EVERYBODY,
    "POST /account/logins/{token_hash}/end": EVERYBODY,
}
"""Who may ask what; a page that is not here fails the tests."""


def routes(office: Office) -> set[str]:
    paths = []
    for route in application(office, shared()).router.routes:
        inner = getattr(route, "original_router", None)
        paths += inner.routes if inner is not None else [route]
    return {f"{method} {route.path}" for route in paths for method in route.methods}


def test_every_page_is_in_the_table(house):
    assert routes(house) == set(ALLOWED)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_may_what_the_table_says(house, role):
    browser = Browser(house).as_(role)
    word = browser.word()
    for asked, allowed in ALLOWED.items():
        method, path = asked.split()
        if allowed is OUTSIDE or path == "/logout":
            continue
        address = "/console" + re.sub(r"\{token_hash\}", "0" * 64, path)
        address = re.sub(r"\{\w+\}", "1", address)
        given = {"csrf": word} if method == "POST" else None
        answer = browser.client.request(method, address, data=given)
        assert (answer.status_code == 403) is (role not in allowed), (asked, answer.status_code)
        assert answer.status_code < 500, (asked, answer.text[-500:])


def test_no_form_changes_anything_without_its_word(house):
    browser = Browser(house).as_("admin")
    word = browser.word()
    for asked in ALLOWED:
        method, path = asked.split()
        if method != "POST" or path == "/login":
            continue
        address = re.sub(r"\{token_hash\}", "0" * 64, path)
        address = re.sub(r"\{\w+\}", "1", address)
        for wrong in ({}, {"csrf": ""}, {"csrf": word[:-1] + "!"}):
            assert browser.send(address, **wrong).status_code == 403, asked
    other_site = browser.client.post(
        "/console/logout", data={"csrf": word}, headers={"sec-fetch-site": "cross-site"}
    )
    assert other_site.status_code == 403


def test_every_answer_has_its_headers(house):
    browser = Browser(house).as_("admin")
    for path in ("/", "/login", "/nowhere", "/signups/1", "/live"):
        headers = browser.client.get(f"/console{path}").headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_what_fails_inside_is_a_page_with_a_number(house, monkeypatch):
    browser = Browser(house).as_("viewer")
    monkeypatch.setattr("app.admin.console.overview._look", lambda _: 1 / 0)
    page = browser.get("/", 500)
    assert "Something failed on our side" in page
    assert "ZeroDivision" not in page
    assert "Traceback" not in page


# --- numbers --------------------------------------------------------------------------------


def prepared(house: Office) -> dict[str, str]:
    """One of everything that holds a number."""
    person = a_person(house, NUMBER)
    with house.store.write() as db:
        row = {
            "id": house.new_id(),
            "participant_id": person,
            "flow": "signup",
            "version": 1,
            "language": "fa",
            "step": "name",
            "standing": "open",
            "answers": {"phone": NUMBER},
            "state": {},
            "flagged": "three unusable answers to 'name'",
            "wake_at": None,
            "channel": "main",
            "line": "30001152",
            "turns": 3,
            "started_at": datetime.now(UTC),
            "updated_at": datetime.now(UTC),
        }
        conversations.add(db, [row])
    talk = row["id"]
    a_message_in(house, person, f"call me: {NUMBER}", conversation_id=talk, sender=NUMBER)
    out = a_message_out(house, person, f"you are {NUMBER}", conversation_id=talk, state="failed")
    bad = a_message_in(
        house, person, f"odd {NUMBER}", state="poisoned", sender=NUMBER, raw=NUMBER.encode()
    )
    a_group(house, NUMBER, code="12345670", conversation_id=talk, contact=f"Sara {NUMBER}")
    a_group(house, NUMBER, code="12345688", conversation_id=talk)
    return {
        "signup": "/signups/12345670",
        "alike": "/signups/12345670/alike",
        "list": "/signups?column=phone&column=contact",
        "messages": "/messages",
        "message": f"/messages/{out}",
        "unhandled": "/messages/unhandled",
        "one": f"/messages/unhandled/{bad}",
        "desk": "/desk?show=all",
        "talk": f"/conversations/{talk}",
        "said": f"/conversations/{talk}/said/live",
        "overview": "/",
    }


@pytest.mark.parametrize("role", ["viewer", "helper"])
def test_those_who_may_not_see_numbers_never_do(house, role):
    pages = prepared(house)
    browser = Browser(house).as_(role)
    for name, path in pages.items():
        joined = "&" if "?" in path else "?"
        for asked in (path, f"{path}{joined}numbers=1"):
            page = browser.get(asked)
            assert "1234567<" not in page, name
            assert "9121234567" not in page, name
    exported = browser.send("/signups/export", csrf=browser.word(), numbers="1", **{"as": "csv"})
    assert "9121234567" not in exported.text
    assert SHOWN in exported.text


def test_each_look_at_a_number_is_in_the_audit(house):
    pages = prepared(house)
    browser = Browser(house).as_("manager")
    assert "9121234567" not in browser.get(pages["signup"])
    assert "9121234567" in browser.get(pages["signup"] + "?numbers=1")
    assert "9121234567" in browser.get(pages["message"] + "?numbers=1")
    with house.store.read() as db:
        looks = [row for row in audit.page(db, 20) if row.what.startswith("saw numbers")]
    assert {row.who for row in looks} == {"operator:manager-one"}
    assert {"saw numbers: group", "saw numbers: message"} <= {row.what for row in looks}
    assert NUMBER not in str([row.details for row in looks])


# --- jobs -----------------------------------------------------------------------------------


def test_a_group_is_verified_tagged_edited_and_its_history_told(house):
    a_group(house, code="12345670")
    browser = Browser(house).as_("manager")
    browser.post("/signups/12345670/status", status="verified")
    browser.post("/signups/12345670/tags", add="یلدا")
    browser.post("/signups/12345670/edit", name="انجمن ياوران نو", members="۴۲", revision="3")
    page = browser.get("/signups/12345670")
    for words in ("Verified", "یلدا", "انجمن ياوران نو", "42", "manager-one"):
        assert words in page
    stale = browser.post("/signups/12345670/edit", 412, name="other", revision="1")
    assert "Somebody changed it meanwhile" in stale.text


def test_a_covered_number_is_never_written_back(house):
    a_group(house, code="12345670", contact=f"Sara {NUMBER}")
    browser = Browser(house).as_("manager")
    covered = re.search(r'name="contact" value="([^"]+)"', browser.get("/signups/12345670"))[1]
    assert "***" in covered
    browser.post("/signups/12345670/edit", contact=covered, note="called", revision="1")
    assert NUMBER in browser.get("/signups/12345670?numbers=1")


def test_many_are_changed_at_once_and_the_filter_stays(house):
    ids = [a_group(house, f"+98912000000{n}") for n in range(3)]
    browser = Browser(house).as_("manager")
    answer = browser.post(
        "/signups/changes", id=[str(one) for one in ids], action="verified", back="province=gilan"
    )
    assert answer.headers["location"] == "/console/signups?province=gilan&done=changed_all"
    assert browser.get("/signups").count("tag verified") == 3


def test_all_of_a_filter_are_counted_confirmed_and_changed(house):
    earlier = datetime.now(UTC) - timedelta(days=1)
    for n in range(60):
        a_group(house, f"+9891200000{n:02d}", province="IR-01", updated_at=earlier)
    a_group(house, "+989130000000", province="IR-02", updated_at=earlier)
    browser = Browser(house).as_("manager")
    answer = browser.post("/signups/changes?province=IR-01", whole="1", action="verified")
    page = answer.headers["location"].removeprefix("/console")
    assert page.endswith("?back=province%3DIR-01")
    asked = browser.get(page)
    assert "60 groups will be “Verified”." in asked
    assert "Yes, change 60 groups" in asked
    other = Browser(house).as_("admin")
    assert "Yes, change" not in other.get(page), "only who asked confirms"
    change, _, query = page.partition("?")
    browser.post(f"{change}/begin?{query}")
    assert 'hx-trigger="every 1s"' in browser.get(page)
    assert "0 of 60" in browser.get("/signups"), "whoever comes meanwhile is told"
    worker = Many(house.store)
    while worker.step():
        pass
    done = browser.get(page)
    assert "Done." in done
    assert "hx-trigger" not in done
    assert browser.get("/signups?province=IR-02").count("tag verified") == 0
    assert "60 groups" in browser.get("/signups/count?status=verified")


def test_search_finds_any_spelling_and_filters_narrow(house):
    a_group(house, name="انجمن یاوران")
    a_group(house, "+989121111111", name="کانون مهر", province="IR-07", status="verified")
    browser = Browser(house).as_("viewer")
    for typed in ("ياوران", "انجمن‌یاوران", "یاور"):
        page = browser.get(f"/signups?q={typed}")
        assert "انجمن یاوران" in page
        assert "کانون مهر" not in page
    page = browser.get("/signups?province=IR-07&status=verified&status=nonsense")
    assert "کانون مهر" in page
    assert "انجمن یاوران" not in page
    assert "1 group" in browser.get("/signups/count?province=IR-07")


def test_who_finds_nothing_is_led_on(house):
    browser = Browser(house).as_("viewer")
    assert "No group has signed up yet." in browser.get("/signups")
    assert "No likely duplicates" in browser.get("/signups/alike")
    a_group(house, name="کانون مهر", province="IR-07")
    searched = browser.get("/signups?q=nobody")
    assert "Nothing was found." in searched
    assert '<a class="button quiet" href="/console/signups">Show all</a>' in searched
    assert '<details class="filters">' in searched
    filtered = browser.get("/signups?q=مهر&province=IR-07&status=registered")
    assert '<details class="filters" open>' in filtered
    assert 'Filters <span class="tag unclear">2</span>' in filtered


def test_keywords_are_shown_as_they_were_written(house):
    page = Browser(house).as_("viewer").get("/flows/signup")
    assert re.findall(r'translate="no">([^<]+)<', page)[:3] == ["9", "ثبت نام", "ثبت نام گروه"]


def test_what_is_taken_away_speaks_the_operators_language(house):
    a_group(house, name="انجمن یاوران", way="web", status="verified")
    browser = Browser(house).as_("manager")
    given = {"csrf": browser.word(), "as": "csv"}
    answer = browser.client.post("/console/signups/export?lang=fa", data=given)
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert not re.search("[a-z]", "".join(row))
    told = {"وضعیت": "تأییدشده", "راه ثبت‌نام": "وب", "گفت‌وگو": "ثبت گروه"}
    assert row | told == row


def test_the_way_of_signing_up_is_shown_filtered_and_counted(house):
    a_group(house, name="انجمن یاوران", way="web")
    a_group(house, "+989121111111", name="کانون مهر", way="sms")
    browser = Browser(house).as_("viewer")
    page = browser.get("/signups?way=web&way=nonsense")
    assert "انجمن یاوران" in page
    assert "کانون مهر" not in page
    assert '<td data-label="Signed up by">Web</td>' in re.sub(r">\s+|\s+<", trimmed, page)
    overview = browser.get("/")
    assert re.search(r'way=web">Web</a> <b>1</b> <small class="quiet">50%', overview)


def trimmed(found: re.Match[str]) -> str:
    return found[0].strip()


def test_what_a_phone_or_a_page_showed_stands_among_the_bubbles(house):
    person = a_person(house)
    a_group(house, code="12345670", way="web")
    shown = f"شمارهٔ شما {NUMBER} است؟"
    a_message_in(house, person, "بله", kind="spoken", heard="text", screen="نام گروه؟")
    a_message_in(house, person, "یاوران", kind="dialog", heard="text", screen=shown)
    page = Browser(house).as_("viewer").get("/signups/12345670")
    said = re.findall(r'<li class="(in|out)">\s*<div class="bubble" dir="auto">(.*?)</div>', page)
    masked = shown.replace(NUMBER, "989***4567")
    assert said == [("in", "بله"), ("out", "نام گروه؟"), ("in", "یاوران"), ("out", masked)]
    assert "Web page" in page
    assert NUMBER not in page


def test_an_admin_forgets_a_number_for_good(house):
    a_group(house, code="12345670")
    a_group(house, "+989350000000", name="دیگری")
    assert "Forget this number" not in Browser(house).as_("manager").get("/signups/12345670")
    browser = Browser(house).as_("admin")
    assert "Forget this number" in browser.get("/signups/12345670")
    browser.post("/signups/12345670/forget", 422)
    answer = browser.post("/signups/12345670/forget", for_good="1")
    page = browser.get(answer.headers["location"].removeprefix("/console"))
    assert "are gone" in page
    assert "دیگری" in page
    browser.get("/signups/12345670", 404)
    assert "Number forgotten" in browser.get("/audit")


def test_views_are_kept_for_their_operator_alone(house):
    browser = Browser(house).as_("viewer")
    browser.post("/signups/views", name="My view", query="province=IR-07")
    page = browser.get("/signups")
    assert "/console/signups?province=IR-07" in page
    other = Browser(house).as_("manager")
    assert ">My view<" not in other.get("/signups")
    view = re.search(r"/views/(\d+)/drop", page)[1]
    other.post(f"/signups/views/{view}/drop")
    assert ">My view<" in browser.get("/signups")
    browser.post(f"/signups/views/{view}/drop")
    assert ">My view<" not in browser.get("/signups")


def test_two_groups_are_merged_and_parted_again(house):
    a_group(house, code="12345670", name="انجمن یاوران سبز")
    a_group(house, "+989121111111", code="12345688", name="انجمن ياوران سبز", members=90)
    browser = Browser(house).as_("manager")
    for part in ({}, {"hx-request": "true"}):
        page = browser.get("/signups/12345670/alike", **part)
        assert "انجمن ياوران سبز" in page
        assert "same name" in page
    browser.post("/signups/12345688/merge", into="12345670", take="members")
    assert "90" in browser.get("/signups/12345670")
    assert "Part of" in browser.get("/signups/12345688")
    browser.post("/signups/12345688/unmerge")
    assert "Part of" not in browser.get("/signups/12345688")


def test_a_message_that_failed_is_told_in_plain_words(house):
    out = a_message_out(house, a_person(house), "سلام", state="unclear", reason="timed out")
    page = Browser(house).as_("manager").get(f"/messages/{out}")
    assert "It may have arrived" in page
    assert "timed out" in page
    assert "Send again nevertheless" in page


def test_operators_and_keys_are_made_and_shut_out(house):
    browser = Browser(house).as_("admin")
    browser.post("/operators", name="sara", role="helper", password="three green doors")
    assert "sara" in browser.get("/operators")
    taken = browser.post(
        "/operators", 200, name="sara", role="helper", password="three green doors"
    )
    assert "This user name is taken" in taken.text
    with house.store.read() as db:
        me = staff.by_name(db, "admin-one").id
    alone = browser.post(f"/operators/{me}", 200, role="viewer", active="1")
    assert "At least one admin must remain" in alone.text
    made = browser.post("/keys", 200, name="crm", scope=["read"], days="30").text
    assert re.search(r"mk_[\w-]{43}", made)
    page = browser.get("/keys")
    assert not re.search(r"mk_[\w-]{43}", page)
    key = re.search(r"/keys/(\d+)/revoke", page)[1]
    browser.post(f"/keys/{key}/revoke")
    assert "revoked" in browser.get("/keys")
    assert "The chain holds" in browser.post("/audit/verify", 200).text
    an_operator(house, "viewer", "late")


def test_what_was_refused_leads_back_to_where_it_was_asked(house):
    browser = Browser(house).as_("admin")
    asked = {"csrf": browser.word(), "phone": "12", "channel": "main", "text": "9"}

    def refused(referer: str) -> str:
        headers = {"referer": referer}
        answer = browser.client.post("/console/desk/call", data=asked, headers=headers)
        assert answer.status_code == 422
        return answer.text

    back = '<a class="button" href="/console/desk/call?a=1&amp;b=2" data-back>Go back</a>'
    assert back in refused(f"{browser.base}/console/desk/call?a=1&b=2")
    for other in ("", "http://[", "https://elsewhere.test/console/desk", f"{browser.base}/join"):
        assert "data-back" not in refused(other)
    same = {"referer": f"{browser.base}/console/signups/1"}
    assert "data-back" not in browser.get("/signups/1", 404, **same)


def test_an_empty_tag_changes_nothing_and_says_so(house):
    group = a_group(house)
    browser = Browser(house).as_("manager")
    for given in ({"id": group}, {"whole": "1"}):
        answer = browser.post("/signups/changes", action="tag", tag="  ", **given)
        assert answer.headers["location"].endswith("done=no_tag")
    assert "Write the tag first." in browser.get("/signups?done=no_tag")


def test_what_nobody_could_ask_is_refused_not_broken(house):
    browser = Browser(house).as_("admin")
    for path in (
        "/signups?after=%%%", "/signups?q=" + "x" * 5000, "/signups?from=99999/99/99",
        "/signups?from=-1-1-1", "/messages?q=%D9%A1&after=e30", "/messages/99999999999999999999",
        "/signups/abc", "/signups?status=%27%20OR%201=1--", "/audit?who=%00", "/flows/..%2f",
        "/signups?province=" + "%27;drop%20table%20groups--", "/desk?show=zzz&after=zz",
    ):  # fmt: skip
        assert browser.client.get(f"/console{path}").status_code < 500, path
