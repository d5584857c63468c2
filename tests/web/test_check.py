"""The small question before a code: when it is asked, and what an answer is good for."""

import re
import time
from collections.abc import Iterator

import pytest

from app.conversation.numbers import whole_number
from app.store.schema import asked, outbox
from app.text.digits import shown
from app.web.browser import Browser
from app.web.check import LASTS, LEAST, fits, new_check
from app.web.pages import LANGUAGES, read_words
from app.web.proof import CODES
from tests.web.conftest import Guest, Site, a_site
from tests.web.solving import asked_on, solved
from tests.web.test_proof import let_a_minute_pass

NUMBER, E164 = "09121110001", "+989121110001"
OTHER = "09122220002"
MOST = {kind: most for kind, most, _ in CODES}


@pytest.fixture
def strict(sqlite_url: str) -> Iterator[Site]:
    """Every number is asked the question."""
    with a_site(sqlite_url, check="always") as site:
        yield site


def ask(site: Site, number: str = NUMBER, address: str = "", lang: str = "fa") -> Guest:
    guest = site.guest(address).open(f"/join/signup?lang={lang}")
    return guest.send("number", number=number)


def sent(site: Site) -> int:
    return len(site.rows(outbox))


# --- when it is asked -------------------------------------------------------------------------


def test_nothing_is_asked_while_few_want_codes(any_site):
    guest = ask(any_site)
    assert not guest.question
    assert guest.page.form("code")


def test_from_half_of_what_one_address_may_ask(any_site):
    site, half = any_site, MOST["address"] // 2
    for n in range(half):
        assert not ask(site, f"0912{n:03d}0001", "10.0.0.1").question
    guest = ask(site, "09129990001", "10.0.0.1")
    assert guest.status == 200
    assert guest.question
    assert sent(site) == half
    assert not ask(site, "09128880001", "10.0.0.2").question, "others are left in peace"
    assert guest.reply().page.form("code")
    assert sent(site) == half + 2


def test_from_half_of_what_one_number_gets(site):
    for n in range(2):
        assert not ask(site, address=f"10.0.0.{n}").question
    assert ask(site, address="10.0.0.9").question


def test_always_and_never(strict, sqlite_url):
    assert ask(strict).question
    assert sent(strict) == 0
    with a_site(sqlite_url, check="off") as site:
        answers = [ask(site, address=f"10.0.0.{n}") for n in range(MOST["number"] + 1)]
        assert [a.status for a in answers] == [200] * MOST["number"] + [429]
        assert not any(a.question for a in answers)


def test_another_code_is_asked_for_through_the_same_question(strict):
    guest = ask(strict).reply()
    let_a_minute_pass(strict)
    guest.send("again")
    assert guest.question
    assert shown(NUMBER, "fa") in guest.html
    assert sent(strict) == 1
    assert guest.reply().page.form("code")
    assert sent(strict) == 2


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_right_answer_in_its_own_digits_sends_one_code(strict, lang):
    guest = ask(strict, lang=lang)
    guest.reply(reply=shown(str(solved(guest.words)), lang))
    assert guest.page.form("code")
    assert len(strict.texts(E164)) == 1


def test_a_right_answer_in_words_is_one_too(strict):
    spoken = read_words("fa")["check_numbers"].split()
    guest = ask(strict)
    while (answer := solved(guest.words)) > LEAST + len(spoken) - 1 or answer < LEAST:
        guest = ask(strict)
    assert guest.reply(reply=spoken[answer - LEAST]).page.form("code")


@pytest.mark.parametrize("reply", ["99", "", "هیچ", "12 یا 13", "-5", "9" * 5000])
def test_a_wrong_answer_sends_none_and_gets_another_question(strict, reply):
    guest = ask(strict)
    token = guest.page.form("number")["check"]
    guest.reply(reply=reply)
    assert guest.status == 422
    assert sent(strict) == 0
    assert guest.page.form("number")["check"] != token
    assert shown(NUMBER, "fa") in guest.html, "what was typed stays"
    assert "پرسش تازه" in guest.words
    (field,) = [a for tag, a in guest.page.tags if tag == "input" and a.get("id") == "reply"]
    assert field["aria-invalid"] == "true"
    assert set(field["aria-describedby"].split()) <= {a.get("id") for _, a in guest.page.tags}
    assert guest.reply().page.form("code"), "the right answer to the new one serves"


def test_a_question_can_be_guessed_at_once_only(strict):
    guest = ask(strict)
    form, right = guest.page.form("number"), str(solved(guest.words))
    guest.send("number", number=NUMBER, reply="99")
    form["stamp"] = guest.stamp(5)
    data = {**form, "number": NUMBER, "reply": right}
    guest._seen(guest.client.post("/join/signup", data=data))
    assert guest.question
    assert sent(strict) == 0


def test_an_answer_serves_once(strict):
    guest = ask(strict)
    data = {**guest.page.form("number"), "number": NUMBER, "reply": str(solved(guest.words))}
    data["stamp"] = guest.stamp(5)
    for _ in range(2):
        guest._seen(guest.client.post("/join/signup", data=data))
        assert guest.page.form("code"), "a second press is none"
    let_a_minute_pass(strict)
    guest._seen(guest.client.post("/join/signup", data=data))
    assert guest.question
    assert len(strict.texts(E164)) == 1


def test_an_answer_is_for_one_number(strict):
    guest = ask(strict)
    guest.reply(number=OTHER)
    assert guest.question
    assert sent(strict) == 0
    assert guest.reply().page.form("code")
    assert len(strict.texts("+989122220002")) == 1


def test_an_answer_is_of_one_browser(strict):
    one, other = ask(strict), ask(strict)
    token = one.page.form("number")["check"]
    other.reply(check=token, reply=str(solved(one.words)))
    assert other.question
    assert sent(strict) == 0


def test_no_forged_token_serves(strict):
    guest = ask(strict)
    until, salt, seal = guest.page.form("number")["check"].split(".")
    later = f"{int(until) + 600}.{salt}.{seal}"
    forged = [later, f"{until}.{salt}.{'0' * 64}", f"0{until}.{salt}.{seal}", seal, "۱.ب.پ", ".."]
    for token in forged:
        answer = str(solved(guest.words))
        guest.reply(check=token, reply=answer)
        assert guest.question, token
    assert sent(strict) == 0


def test_after_ten_minutes_it_is_another_question(strict, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - LASTS.total_seconds() - 1)
    guest = ask(strict)
    monkeypatch.setattr(time, "time", lambda: now)
    guest.reply()
    assert guest.question
    assert sent(strict) == 0


# --- what it tells ----------------------------------------------------------------------------


def test_the_answer_stands_nowhere_in_the_form(site):
    browser, words = Browser("b" * 43, False, "", ""), read_words("en")
    for _ in range(20):
        made = new_check(site.given, browser, E164, words, 1000.0)
        question, answer = asked_on(made.words)
        assert question == made.words
        assert answer > 0
        assert re.fullmatch(r"1600\.[0-9a-f]{16}\.[0-9a-f]{64}", made.token)
        right = [
            n for n in range(30) if fits(site.given, browser, E164, made.token, str(n), 1599.0)
        ]
        assert right == [answer]
        assert not fits(site.given, browser, E164, made.token, str(answer), 1600.0)


def test_a_number_that_opted_out_is_asked_the_same(strict):
    strict.by_sms(E164, "9", "لغو")
    texts = sent(strict)
    seen = []
    for number in (NUMBER, OTHER):
        guest = ask(strict, number)
        first = guest.words.replace(guest.question, "Q")
        guest.reply(reply="99")
        again = guest.words.replace(guest.question, "Q")
        seen.append((first, again, guest.status))
    assert seen[0] == seen[1]
    assert sent(strict) == texts


def test_what_is_kept_of_it_names_nobody(strict):
    ask(strict).reply(reply="99")
    assert [(len(row.subject), row.count) for row in strict.rows(asked)] == [(64, 1)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_number_words(language):
    words = read_words(language)
    names = words["check_numbers"].split()
    assert [whole_number(name) for name in names] == list(range(LEAST, LEAST + len(names)))
    assert len(names) == 7
    for kind in ("check_plus", "check_minus"):
        assert words[kind].endswith(("?", "؟"))
