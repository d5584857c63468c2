"""That a number is somebody's own; and what strangers can do with the numbers of others."""

from datetime import UTC, datetime, timedelta

import pytest

from app.store.forgetting import mark_of
from app.store.outbox import STARS, whole_text
from app.store.schema import asked, opt_out_marks, outbox, participants, visits
from app.text.segments import segments
from app.web.numbers import textable
from app.web.proof import CODES, MOST_TRIES
from tests.web.conftest import CODE, Guest, Site, a_site, change_visits

NUMBER, E164 = "09121110001", "+989121110001"
MOST = {kind: most for kind, most, _ in CODES}


def ask(site: Site, number: str = NUMBER, address: str = "") -> Guest:
    """Ask for a code, and answer the question that comes first where many were asked for."""
    guest = site.guest(address).open("/join/signup").send("number", number=number)
    return guest.reply() if guest.question else guest


def test_the_code_is_texted_and_runs_out_when_it_says(site):
    guest = ask(site)
    (row,) = site.rows(outbox)
    assert row.address == E164
    assert row.segments == 1
    assert row.priority == 0
    assert row.expires_at - row.created_at == timedelta(minutes=10)
    assert CODE.findall(whole_text(row))
    assert "۰۹۱۲۱۱۱۰۰۰۱" in guest.words


def test_the_code_is_in_no_text_that_staff_can_read(site):
    ask(site)
    (row,) = site.rows(outbox)
    (code,) = CODE.findall(whole_text(row))
    (visit,) = site.rows(visits)
    assert STARS in row.text
    assert code not in row.text
    assert code not in visit.code_hash
    assert len(visit.code_hash) == 64


def test_who_wanted_nothing_before_being_forgotten_is_not_texted(site):
    mark = mark_of(site.given.key, site.given.channel.name, E164)
    with site.store.write() as db:
        db.execute(opt_out_marks.insert().values(mark=mark, at=datetime.now(UTC)))
    guest = ask(site)
    assert site.rows(outbox) == []
    assert guest.page.form("code"), "the page says the same as to everybody"
    ask(site, "09121110002")
    assert len(site.rows(outbox)) == 1


def test_persian_digits_and_spaces_are_read(site):
    guest = ask(site)
    code = guest.code(NUMBER)
    given = f"{code[:3]} {code[3:]}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    guest.send("code", code=given)
    assert guest.step == "consent"


def test_five_tries_and_no_more(site):
    guest = ask(site)
    code = guest.code(NUMBER)
    wrong = "000000" if code != "000000" else "111111"
    for left in range(MOST_TRIES - 1, 0, -1):
        guest.send("code", code=wrong)
        assert str(left).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in guest.words
    form = guest.page.form("code")
    guest.send("code", code=wrong)
    guest._seen(guest.client.post("/join/signup", data={**form, "code": code}))
    assert guest.step == "signup"
    assert site.rows(visits)[0].verified_at is None
    assert guest.page.form("number")


def test_after_ten_minutes_it_is_no_code(site):
    guest = ask(site)
    code = guest.code(NUMBER)
    form = guest.page.form("code")
    change_visits(site, code_until=datetime.now(UTC) - timedelta(seconds=1))
    guest._seen(guest.client.post("/join/signup", data={**form, "code": code}))
    assert guest.step == "signup"
    assert site.rows(visits)[0].verified_at is None


def test_a_code_is_of_one_browser(site):
    one, other = ask(site), ask(site, "09121110002")
    other.send("code", code=one.code(NUMBER))
    assert other.step == "signup"
    assert [row.verified_at for row in site.rows(visits)] == [None, None]


def test_another_code_makes_the_first_worthless(site):
    guest = ask(site)
    first = guest.code(NUMBER)
    let_a_minute_pass(site)
    guest.send("again")
    second = guest.code(NUMBER)
    assert len(site.texts(E164)) == 2
    if first != second:
        guest.send("code", code=first)
        assert guest.step == "signup"
    guest.send("code", code=second)
    assert guest.step == "consent"


def let_a_minute_pass(site):
    change_visits(site, code_until=datetime.now(UTC) + timedelta(minutes=9))


def test_pressing_twice_texts_once(site):
    guest = site.guest().open("/join/signup")
    form = guest.page.form("number") | {"number": NUMBER, "stamp": guest.stamp(5)}
    for _ in range(2):
        guest._seen(guest.client.post("/join/signup", data=form))
        assert guest.page.form("code")
    assert len(site.texts(E164)) == 1
    guest.send("again")
    assert len(site.texts(E164)) == 1


def test_pressing_twice_proves_as_well_as_once(site):
    guest = ask(site)
    before = guest.client.cookies["visit"]
    data = guest.page.form("code") | {"code": guest.code(NUMBER)}
    guest.client.post("/join/signup", data=data)
    guest.client.cookies.clear()
    guest.client.cookies.set("visit", before)  # the answer to the first press was lost
    guest._seen(guest.client.post("/join/signup", data=data))
    assert guest.step == "consent"
    guest.answer("1")
    assert guest.step == "name"


def test_the_token_changes_when_the_number_is_proven(site):
    guest = ask(site)
    before = guest.client.cookies["visit"]
    guest.send("code", code=guest.code(NUMBER))
    assert guest.client.cookies["visit"] != before
    stolen = site.guest()
    stolen.client.cookies.set("visit", before)
    stolen.open("/join/signup")
    assert stolen.page.form("code"), "it knows nothing without the code"
    change_visits(site, ends_at=datetime.now(UTC) - timedelta(seconds=1))
    assert stolen.open("/join/signup").page.form("number")


# --- limits -----------------------------------------------------------------------------------


def test_one_number_gets_three_texts_an_hour_from_everybody_together(any_site):
    site = any_site
    answers = [ask(site, address=f"10.0.0.{n}").status for n in range(MOST["number"] + 2)]
    assert answers == [200] * MOST["number"] + [429] * 2
    assert len(site.texts(E164)) == MOST["number"]


def test_a_refusal_says_when_to_come_again(site):
    for _ in range(MOST["number"]):
        ask(site)
    guest = ask(site)
    assert 0 < int(guest.headers["retry-after"]) <= 3600
    assert "۹ را به ۳۰۰۰۱۱۵۲" in guest.words


def test_one_address_asks_for_ten_an_hour(site):
    statuses = [
        ask(site, f"0912{n:03d}0001", "10.0.0.1").status for n in range(MOST["address"] + 3)
    ]
    assert statuses == [200] * MOST["address"] + [429] * 3
    assert ask(site, "09129990001", "10.0.0.2").status == 200


def test_one_subscribers_network_counts_as_one_address(site):
    for n in range(MOST["address"]):
        ask(site, f"0912{n:03d}0001", f"2001:db8:1:2:{n:x}::1")
    assert ask(site, "09129990001", "2001:db8:1:2::ffff").status == 429
    assert ask(site, "09129990001", "2001:db8:1:3::1").status == 200


def test_one_range_of_ten_thousand_gets_thirty_an_hour(site):
    statuses = [
        ask(site, f"0912111{n:04d}", f"10.0.0.{n}").status for n in range(MOST["prefix"] + 2)
    ]
    assert statuses == [200] * MOST["prefix"] + [429] * 2


def test_limits_hold_nobodys_number_or_address(site):
    ask(site, address="10.1.2.3")
    for row in site.rows(asked):
        assert len(row.subject) == 64
        assert "912" not in f"{row.count} {row.ends_at}"


# --- who is who -------------------------------------------------------------------------------


def test_no_answer_tells_whether_a_number_is_known(site):
    site.by_sms("+989121110009", "9", "1", "یاوران")
    seen = []
    for number in ("09121110009", "09121110008"):
        guest = ask(site, number)
        local = number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        words = guest.words.replace(local, "N")
        guest.send("code", code="000000")
        seen.append((guest.status, words, guest.words.replace(local, "N")))
    assert seen[0] == seen[1]


def test_somebody_who_opted_out_gets_no_code_and_nobody_learns_of_it(site):
    site.by_sms(E164, "9", "لغو")
    before = len(site.texts(E164))
    guest = ask(site)
    assert guest.status == 200
    assert guest.page.form("code")
    assert len(site.texts(E164)) == before
    site.by_sms(E164, "12")
    before = len(site.texts(E164))
    let_a_minute_pass(site)
    guest.send("again")
    assert len(site.texts(E164)) == before + 1


# --- programs ---------------------------------------------------------------------------------


def test_a_filled_trap_sends_nothing_and_does_not_say_so(site):
    guest = site.guest().open("/join/signup")
    guest.send("number", number=NUMBER, website="http://spam.example")
    assert guest.page.form("code")
    assert site.rows(outbox) == []
    assert site.rows(participants) == []


@pytest.mark.parametrize("stamp", ["", "1.abc", "99999999999999.0", "۱۲.x", None])
def test_a_form_without_our_stamp_sends_nothing(site, stamp):
    guest = site.guest().open("/join/signup")
    form = guest.page.form("number") | {"number": NUMBER, "stamp": stamp}
    data = {name: value for name, value in form.items() if value is not None}
    guest._seen(guest.client.post("/join/signup", data=data))
    assert guest.status == 422
    assert site.rows(outbox) == []


def test_faster_than_a_person_is_asked_to_press_again(site):
    guest = site.guest().open("/join/signup")
    form = guest.page.form("number") | {"number": NUMBER, "stamp": guest.stamp(0.2)}
    guest._seen(guest.client.post("/join/signup", data=form))
    assert guest.status == 422
    assert NUMBER in guest.html
    assert guest.send("number", number=NUMBER).page.form("code")


def test_a_stamp_is_of_one_browser(site):
    one, other = site.guest().open("/join/signup"), site.guest().open("/join/signup")
    form = other.page.form("number") | {"number": NUMBER, "stamp": one.stamp(5)}
    other._seen(other.client.post("/join/signup", data=form))
    assert other.status == 422


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("۰۹۱۲۱۱۱۰۰۰۱", E164),
        ("+98 912 111 0001", E164),
        ("9121110001", E164),
        ("02188888888", ""),
        ("+36301234567", ""),
        ("+12025550123", ""),
        ("30001152", ""),
        ("11", ""),
        ("", ""),
        ("0912111000a", ""),
        ("0912111000", ""),
    ],
)
def test_only_mobiles_of_the_lines_country_are_texted(written, number):
    assert textable(written, "IR") == number


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("06 30 123 4567", "HU", "+36301234567"),
        ("+36 1 234 5678", "HU", ""),
        ("09121110001", "HU", ""),
        ("+989121110001", "HU", ""),
        ("+7 701 234 5678", "KZ", "+77012345678"),
    ],
)
def test_the_lines_country_is_what_it_is(written, region, number):
    assert textable(written, region) == number


def test_a_number_that_is_none_is_said_to_be_none(site):
    guest = ask(site, "02188888888")
    assert guest.status == 422
    assert "درست نیست" in guest.words
    assert "02188888888" in guest.html
    assert site.rows(outbox) == []


def test_on_https_browsers_can_bind_the_code_to_our_name(sqlite_url):
    with a_site(sqlite_url, "https://join.example.ir") as site:
        ask(site)
        (row,) = site.rows(outbox)
        text = whole_text(row)
        code = CODE.findall(text)[0]
        assert text.endswith(f"\n\n@join.example.ir #{code}")
        assert STARS not in text
        assert row.segments == segments(text).count == 1
