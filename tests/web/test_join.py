"""Signing up on the web, from the number to the tracking code, without any script."""

import pytest

from app.store.schema import consents, conversations, groups, inbox

NUMBER, E164 = "09121110001", "+989121110001"


def test_a_group_is_registered_by_forms_alone(any_site):
    site = any_site
    guest = site.guest().prove(NUMBER)
    steps = []
    for answer in ["1", "همیاران امید", "1", "3", "2", ("1", "3"), ("1", "2"), "۲۵ نفر", "سالن"]:
        steps.append(guest.step)
        guest.answer(*([answer] if isinstance(answer, str) else answer))
    if guest.step == "phone":
        guest.answer("۰۹۱۲۱۱۱۰۰۰۱")
    guest.answer("مریم رضایی")
    assert "همیاران امید" in guest.words
    assert "مریم رضایی" in guest.words
    guest.answer("1")

    (group,) = site.rows(groups)
    assert steps[:4] == ["consent", "name", "type", "province"]
    assert (group.name, group.members, group.phone) == ("همیاران امید", 25, E164)
    assert group.contact == "مریم رضایی"
    assert guest.step == "signup"
    assert group.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in guest.words
    assert any(group.code in text.translate(ASCII) for text in site.texts(E164)[1:])
    (consent,) = site.rows(consents)
    assert consent.given
    assert "حرکت ملی" in consent.wording


ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


@pytest.mark.parametrize("lang", ["fa", "en", "ar", "hu"])
def test_pages_speak_the_language_that_was_chosen(site, lang):
    guest = site.guest().prove(NUMBER, lang)
    (row,) = site.rows(conversations)
    assert row.language == lang
    assert f'lang="{lang}"' in guest.html
    direction = "rtl" if lang in ("fa", "ar") else "ltr"
    assert f'dir="{direction}"' in guest.html


def test_the_language_changes_in_the_middle(site):
    guest = site.guest().prove(NUMBER).answer("1")
    guest.send("language", language="en")
    assert guest.step == "name"
    assert "What is your group" in guest.words


def test_what_was_wrong_is_said_and_what_was_typed_stays(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "1", "3", "2", "1", "1"]:
        guest.answer(answer)
    assert guest.step == "members"
    guest.answer("خیلی زیاد")
    assert guest.step == "members"
    assert "لطفاً فقط یک عدد" in guest.words
    assert "خیلی زیاد" in guest.html
    assert 'role="alert"' in guest.html
    guest.answer("12")
    assert guest.step == "offer"
    assert "لطفاً فقط یک عدد" not in guest.words


def test_a_near_miss_is_asked_back(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "1"]:
        guest.answer(answer)
    guest.answer("گیلآآن")
    assert guest.step == "province"
    assert "گیلان" in guest.words
    guest.answer("1")
    assert guest.step == "county"


def test_nothing_sent_is_asked_again(site):
    guest = site.guest().prove(NUMBER).answer("1").answer("  ")
    assert guest.step == "name"
    assert "پاسخ دهید" in guest.words


def test_an_optional_question_can_be_left_out(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "1", "3", "2", "1", "1", "12"]:
        guest.answer(answer)
    assert guest.step == "offer"
    guest.skip()
    assert guest.step != "offer"
    assert site.rows(conversations)[0].answers["offer"] is None


def test_nothing_written_passes_over_what_may_be_left_out(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "1", "3", "2", "1", "1", "12"]:
        guest.answer(answer)
    assert guest.answer("  ").step == "phone"
    guest.open("/join/signup/offer").answer("دو سالن")
    assert site.rows(conversations)[0].answers["offer"] == "دو سالن"
    guest.open("/join/signup/offer").answer("")
    assert guest.step == "phone"
    assert site.rows(conversations)[0].answers["offer"] is None


def test_too_many_boxes_are_spoken_of_as_boxes(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "1", "3", "2"]:
        guest.answer(answer)
    assert "یک تا سه زمینه را انتخاب کنید." in guest.answer("1 2 3 4").words
    assert "حداکثر سه زمینه" in guest.answer("1 2 3 4").words


def test_going_back_shows_the_answer_and_takes_another(site):
    guest = site.guest().prove(NUMBER)
    for answer in ["1", "همیاران", "2", "3"]:
        guest.answer(answer)
    assert guest.step == "county"
    guest.open("/join/signup/province")
    chosen = [a["value"] for tag, a in guest.page.tags if tag == "option" and "selected" in a]
    assert chosen == ["3"], "what was answered last is filled in too"
    guest.open("/join/signup/name")
    assert "همیاران" in guest.html
    assert "پرسش کنونی" in guest.words
    assert site.rows(conversations)[0].step == "county", "looking back changes nothing"

    guest.answer("یاوران")
    assert guest.step == "type"
    (row,) = site.rows(conversations)
    assert row.answers["name"] == "یاوران"
    chosen = [a for tag, a in guest.page.tags if tag == "input" and "checked" in a]
    assert [one["value"] for one in chosen] == ["2"], "what was answered before is filled in"


def test_the_same_form_twice_does_nothing_twice(site):
    guest = site.guest().prove(NUMBER).answer("1")
    form = next(f for f in guest.page.forms if "asks" in f["hidden"])
    data = {**form["hidden"], "answer": "همیاران"}
    for _ in range(3):
        guest.client.post("/join/signup", data=data)
    (row,) = site.rows(conversations)
    assert (row.step, row.answers["name"]) == ("type", "همیاران")


def test_a_form_of_a_question_not_yet_asked_changes_nothing(site):
    guest = site.guest().prove(NUMBER)
    form = next(f for f in guest.page.forms if "asks" in f["hidden"])
    data = {**form["hidden"], "asks": "members", "answer": "9"}
    guest._seen(guest.client.post("/join/signup", data=data))
    assert guest.step == "consent"
    assert "پرسش کنونی این است" in guest.words


def test_what_was_begun_by_sms_goes_on_here_and_there_again(site):
    site.by_sms(E164, "9", "1", "همیاران امید")
    guest = site.guest().prove(NUMBER)
    assert guest.step == "type"
    guest.answer("1")
    assert guest.step == "province"
    site.by_sms(E164, "گیلان", "رشت")
    guest.open("/join/signup")
    assert guest.step == "fields"
    (row,) = site.rows(conversations)
    assert row.answers["name"] == "همیاران امید"
    assert row.answers["province"]


def test_whoever_has_registered_is_welcomed_back(site):
    site.by_sms(
        E164, *["9", "1", "همیاران", "1", "گیلان", "رشت", "1", "1", "12", "رد", "مریم رضایی"]
    )
    site.by_sms(E164, "1")
    assert len(site.rows(groups)) == 1
    guest = site.guest().prove(NUMBER)
    assert guest.step == "welcome_back"
    guest.answer("3")
    assert "همیاران" in guest.words


def test_stopping_by_sms_ends_it_here_too_and_it_can_be_taken_up(site):
    guest = site.guest().prove(NUMBER).answer("1")
    site.by_sms(E164, "لغو")
    guest.open("/join/signup/name")
    assert guest.step == "signup"
    guest.send("begin")
    assert guest.step == "name"


def test_leaving_forgets_the_browser(site):
    guest = site.guest().prove(NUMBER).answer("1").answer("لغو")
    guest.send("leave")
    guest.open("/join/signup/name")
    assert guest.step == "signup"
    assert guest.page.form("number")


def test_what_is_said_is_kept_like_any_message(site):
    guest = site.guest().prove(NUMBER).answer("1").answer("<b>یاوران</b>")
    said = [row for row in site.rows(inbox) if row.kind == "spoken"]
    assert said[-1].text == "<b>یاوران</b>"
    assert guest.step == "type"
    guest.open("/join/signup/name")
    assert "<b>یاوران" not in guest.html


def test_a_full_house_says_so_and_loses_nothing(site):
    guest = site.guest().prove(NUMBER).answer("1")
    site.full.append("full")
    guest.answer("همیاران")
    assert guest.status == 503
    assert guest.headers["retry-after"]
    site.full.clear()
    guest.open("/join/signup").answer("همیاران")
    assert guest.step == "type"


def test_unknown_flows_are_no_pages(site):
    guest = site.guest().open("/join/nothing")
    assert guest.status == 404
    assert guest.open("/join").step == "signup"
    assert guest.open("/").step == "signup"
