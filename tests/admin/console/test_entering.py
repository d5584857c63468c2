import re
import threading
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from types import SimpleNamespace

import pytest
import time_machine

from app.admin import passwords, staffing, totp
from app.admin.caller import of_operator
from app.store import audit, logins, staff
from tests.admin.console.browsing import PASSWORD, Browser, an_operator, hidden

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_without_a_login_every_page_leads_to_the_door(browser):
    answer = browser.client.get("/console/signups?q=abc")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login?next=%2Fconsole%2Fsignups%3Fq%3Dabc"
    polled = browser.client.get("/console/live", headers={"hx-request": "true"})
    assert polled.headers["hx-redirect"] == "/console/login"


def test_signing_in_and_out_on_either_database(either_house):
    browser = Browser(either_house)
    answer = browser.log_in(an_operator(either_house, "viewer"), next="/console/signups")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/signups")
    assert "viewer-one" in browser.get("/")
    browser.post("/logout")
    browser.get("/", 303)
    with either_house.store.read() as db:
        done = [row.what for row in audit.page(db, 10)]
    assert done[:2] == ["signed out", "signed in"]


@pytest.mark.parametrize(
    "where",
    ["//evil.example/", "https://evil.example", "/console/\\evil", "/elsewhere", "/console//x"],
)
def test_signing_in_leads_to_no_other_place(browser, where):
    an_operator(browser.office, "viewer")
    assert browser.log_in("viewer-one", next=where).headers["location"] == "/console/"


def test_a_login_of_another_page_is_refused(browser):
    an_operator(browser.office, "viewer")
    browser.get("/login")
    given = {"name": "viewer-one", "password": PASSWORD, "before": "x", "next": "/console/"}
    assert browser.send("/login", **given).status_code == 401
    browser.get("/", 303)


def test_the_cookie_keeps_to_https_and_this_host(house):
    browser = Browser(house, {"secure": True}, "https://console.test")
    cookie = browser.log_in(an_operator(house, "viewer")).headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-muster=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
        assert part in cookie
    assert "Domain" not in cookie
    answer = browser.client.get("/console/")
    assert answer.headers["strict-transport-security"]


def test_wrong_words_and_unknown_names_are_told_the_same(browser):
    an_operator(browser.office, "viewer")
    known = browser.log_in("viewer-one", "wrong words here")
    unknown = browser.log_in("nobody-here", "wrong words here")
    assert known.status_code == unknown.status_code == 401
    plain = [a.text.replace("viewer-one", "").replace("nobody-here", "") for a in (known, unknown)]
    assert plain[0] == plain[1]


def test_every_try_costs_one_hash_of_the_same_kind(house, monkeypatch):
    """Known or not, with a second factor or not, switched off or not: so the time is the same."""
    hasher = passwords._hasher()
    compared = []

    def verify(password, kept):
        compared.append(kept)
        return hasher.verify(password, kept)

    monkeypatch.setattr(
        passwords, "_hasher", lambda: SimpleNamespace(verify=verify, hash=hasher.hash)
    )
    an_operator(house, "viewer")
    an_operator(house, "helper", "gone")
    chief = of_operator(1, "chief", "admin")
    with house.store.read() as db:
        gone = staff.by_name(db, "gone").id
    staffing.change(house, chief, gone, "helper", active=False)
    for name in ("viewer-one", "nobody-here", "gone", "", "x" * 64, "'; --"):
        for password in ("wrong words here", PASSWORD[:-1], "", "x" * 5000):
            Browser(house, {"address_of": lambda _, n=name: n}).log_in(name, password)
            assert len(compared) == 1, (name, password)
            assert compared.pop().split("$")[:-2] == hasher.hash("any").split("$")[:-2]


def test_unknown_names_take_as_long():
    """In time of the processor, which other work does not stretch; in turn, and at the median."""
    password_hash = passwords.kept(PASSWORD)
    assert passwords._nobodys().split("$")[:-2] == password_hash.split("$")[:-2]

    def took(kept):
        began = time.process_time()
        assert not passwords.is_right("some other words", kept)
        return time.process_time() - began

    pairs = [(took(password_hash), took(None)) for _ in range(9)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.6 < unknown / known < 1.6, "without the hash it would be nearly nothing"


def test_five_tries_are_free_then_each_waits_longer(browser):
    an_operator(browser.office, "viewer")
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            assert browser.log_in("viewer-one", "not the words").status_code == 401
        waits = []
        for _ in range(3):
            answer = browser.log_in("viewer-one")
            assert answer.status_code == 429
            waits.append(int(answer.headers["retry-after"]))
            clock.shift(waits[-1])
            assert browser.log_in("viewer-one", "not the words").status_code == 401
        assert waits == [3, 5, 9]
        clock.shift(20)
        assert browser.log_in("viewer-one").status_code == 303


def test_a_stranger_locks_nobody_out(house):
    an_operator(house, "viewer")
    with time_machine.travel(NOW, tick=False):
        stranger = Browser(house, {"address_of": lambda _: "203.0.113.9"})
        for _ in range(9):
            stranger.log_in("viewer-one", "not the words")
        assert stranger.log_in("viewer-one").status_code == 429
        owner = Browser(house, {"address_of": lambda _: "198.51.100.4"})
        assert owner.log_in("viewer-one").status_code == 303


def test_one_address_that_tries_many_names_waits(browser):
    with time_machine.travel(NOW, tick=False):
        codes = [browser.log_in(f"name{n}", "not the words").status_code for n in range(22)]
    assert codes[:20] == [401] * 20
    assert codes[20:] == [429] * 2


def test_idle_logins_end_after_half_an_hour_and_all_after_twelve(browser):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.as_("viewer")
        for _ in range(24):
            clock.shift(timedelta(minutes=29))
            browser.get("/")
        clock.shift(timedelta(minutes=29))
        browser.get("/", 303)
        browser.log_in("viewer-one")
        clock.shift(timedelta(minutes=31))
        browser.get("/", 303)


def test_what_browsers_ask_by_themselves_keeps_nobody_signed_in(browser):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.as_("viewer")
        for _ in range(3):
            clock.shift(timedelta(minutes=9))
            browser.get("/live")
        clock.shift(timedelta(minutes=4))
        browser.get("/live", 303)


def test_each_login_has_a_token_of_its_own(browser):
    browser.as_("viewer")
    first = browser.client.cookies["muster"]
    browser.log_in("viewer-one")
    assert browser.client.cookies["muster"] != first
    with browser.office.store.read() as db:
        rows = logins.of(db, staff.by_name(db, "viewer-one").id, datetime.now(UTC), timedelta(1))
    assert len(rows) == 2
    assert all(first not in str(row) for row in rows)


def test_a_new_password_ends_every_other_login(house):
    one, other = Browser(house).as_("viewer"), Browser(house)
    other.log_in("viewer-one")
    new = "nine blue whales"
    one.post("/account/password", old=PASSWORD, new=new, again=new)
    one.get("/")
    other.get("/", 303)
    assert Browser(house).log_in("viewer-one").status_code == 401
    assert Browser(house).log_in("viewer-one", new).status_code == 303


def test_ones_logins_are_listed_and_ended_one_by_one(house):
    here, there, stranger = Browser(house).as_("viewer"), Browser(house), Browser(house)
    there.client.headers["user-agent"] = "Mozilla/5.0 (Android 14) Firefox/144.0"
    there.log_in("viewer-one")
    stranger.as_("helper")
    listed = here.get("/account")
    assert "Firefox · Android" in listed
    ends = re.findall(r"/account/logins/([0-9a-f]{64})/end", listed)
    assert len(ends) == 1, "not the one that looks"
    stranger.post(f"/account/logins/{ends[0]}/end")
    there.get("/")  # nobody ends another's
    here.post(f"/account/logins/{ends[0]}/end")
    there.get("/", 303)
    here.get("/")


def test_an_admin_ends_all_logins_of_somebody(house):
    one, chief = Browser(house).as_("viewer"), Browser(house).as_("admin")
    with house.store.read() as db:
        operator = staff.by_name(db, "viewer-one").id
    chief.post(f"/operators/{operator}/sign-out")
    one.get("/", 303)
    with house.store.read() as db:
        assert audit.page(db, 1)[0].what == "logins ended"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short", "at least 8"),
        ("password123", "first that others try"),
        ("viewer-one-2026", "holds the user name"),
        ("x" * 129, "at most 128"),
    ],
)
def test_weak_passwords_are_refused(browser, new, why):
    browser.as_("viewer")
    answer = browser.post("/account/password", 200, old=PASSWORD, new=new, again=new)
    assert why in answer.text
    assert "old" not in answer.request.url.query.decode()


def test_few_passwords_are_compared_at_once_and_others_come_again(house, monkeypatch):
    """Each takes much memory: a crowd at the door must not take all of it."""
    an_operator(house, "viewer")
    most, now, gate = [0], [0], threading.Event()

    def verify(password, kept):
        now[0] += 1
        most[0] = max(most[0], now[0])
        gate.wait(60)
        now[0] -= 1
        return False

    monkeypatch.setattr(passwords, "WAIT", 0.2)
    monkeypatch.setattr(passwords, "_hasher", lambda: SimpleNamespace(verify=verify))
    monkeypatch.setattr(passwords, "_nobodys", lambda: "x")
    answers = []

    def come(number):
        browser = Browser(house, {"address_of": lambda _: f"203.0.113.{number}"})
        answers.append(browser.log_in("viewer-one"))

    crowd = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for one in crowd:
        one.start()
    while len(answers) < 6 and any(one.is_alive() for one in crowd):
        time.sleep(0.02)
    gate.set()
    for one in crowd:
        one.join()
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [401] * 2 + [429] * 6
    assert all(a.headers["retry-after"] for a in answers if a.status_code == 429)
    assert most == [2]


@pytest.mark.parametrize("password", ["گذرواژه‌ای بلند و خوب", "a" * 32 + "bcd", "  spaces  kept  "])
def test_passwords_may_hold_anything(house, password):
    staffing.add(house.store, house.new_id, "tests", "sara", "viewer", password)
    assert Browser(house).log_in("sara", password).status_code == 303
    assert Browser(house).log_in("sara", password.strip() + "x").status_code == 401


def test_a_role_that_changes_ends_the_logins(house):
    browser = Browser(house).as_("manager")
    with house.store.read() as db:
        operator = staff.by_name(db, "manager-one").id
    an_operator(house, "admin", "chief")
    chief = of_operator(1, "chief", "admin")
    staffing.change(house, chief, operator, "viewer", active=True)
    browser.get("/", 303)
    staffing.change(house, chief, operator, "viewer", active=False)
    assert browser.log_in("manager-one").status_code == 401


def test_a_second_factor_is_set_up_asked_for_and_never_taken_twice(browser):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.as_("admin")
        offered = browser.post("/account/totp", 200).text
        secret = offered.split('<code dir="ltr">')[1].split("<")[0]
        sealed = hidden(offered)["sealed"]
        assert secret not in sealed
        code = totp.code_at(secret, int(clock_now()) // 30)
        assert (
            "not right"
            in browser.post("/account/totp/confirm", 200, sealed=sealed, code="000000").text
        )
        browser.post("/account/totp/confirm", sealed=sealed, code=code)
        assert browser.log_in("admin-one").status_code == 401
        assert browser.log_in("admin-one", code=code).status_code == 401  # used already
        clock.shift(30)
        code = totp.code_at(secret, int(clock_now()) // 30)
        persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        assert browser.log_in("admin-one", code=persian).status_code == 303
        assert browser.log_in("admin-one", code=code).status_code == 401


def clock_now() -> float:
    return datetime.now(UTC).timestamp()


def test_codes_are_those_of_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for moment, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert totp.code_at(secret, moment // 30) == code


def test_in_production_an_admin_needs_a_second_factor_first(house):
    browser = Browser(house, {"totp_required": True}).as_("admin")
    answer = browser.client.get("/console/signups")
    assert answer.headers["location"].startswith("/console/account")
    assert "second factor first" in browser.get("/account?done=totp_needed")


def test_the_first_operator_is_made_once(house):
    password = staffing.ensure_first_operator(house.store, house.new_id)
    assert staffing.ensure_first_operator(house.store, house.new_id) is None
    assert Browser(house).log_in("admin", password).status_code == 303
