"""The decision table of docs/flows.md, row by row."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.conversation.compiled import Flows
from app.conversation.load import load_flows
from app.conversation.rules import RULES
from app.conversation.show import show_group
from app.conversation.turn import (
    HeardKind,
    KnownGroup,
    Medium,
    NeedsHuman,
    Situation,
    Standing,
    WantsIn,
    WantsOut,
)
from tests.conversation.conversing import Person

TO_MEMBERS = ("۹", "بله", "همیاران امید", "اصفهان", "کاشان", "۱و۳")
DOCS = Path(__file__).parents[2] / "docs" / "flows.md"
SHIPPED_FLOWS = Path(__file__).parents[2] / "app" / "flows"


def at_members(**situation: object) -> Person:
    person = Person()
    person.situation = replace(person.situation, **situation)
    person.says(*TO_MEMBERS)
    return person


def test_the_documentation_has_the_rows_of_the_engine_in_their_order() -> None:
    table = DOCS.read_text().split("## How a text is understood")[1]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert rows == [name for name, _ in RULES]


# --- stop and join ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["لغو", "STOP", "لغو ۱۱", "«لغو»", "Stop.", "لطفا لغو", "leiratkozás"]
)
def test_a_stop_word_alone_ends_it_with_one_line(text: str) -> None:
    person = at_members()
    turn = person.says(text)
    assert turn.rule == "stop"
    assert turn.effects == (WantsOut(),)
    assert turn.says == ("دیگر پیامی از ما نمی‌گیرید. برای بازگشت «۹» بفرستید.",)
    assert person.conversation.standing is Standing.STOPPED
    assert person.says("سلام؟").says == ()
    assert person.says(text).says == ()


@pytest.mark.parametrize("text", ["stop by at 5", "لغو نشد که", "می‌خواهم لغو را بدانم چیست"])
def test_a_stop_word_in_a_sentence_is_a_sentence(text: str) -> None:
    assert at_members().says(text).rule != "stop"


def test_eleven_stops_on_a_regulators_line_and_twelve_goes_on() -> None:
    person = at_members(regulator_words=True)
    stopped = person.says("۱۱")
    assert stopped.rule == "stop"
    assert "«۱۲»" in stopped.says[0]
    assert "یازده" in stopped.says[0]
    assert person.says("۱۱ نفر").says == ()
    joined = person.says("۱۲")
    assert joined.rule == "join"
    assert WantsIn() in joined.effects
    assert person.says("یازده").conversation.answers["members"] == 11


def test_eleven_is_eleven_on_any_other_line() -> None:
    assert at_members().says("11").conversation.answers["members"] == 11


def test_eleven_people_are_no_opt_out() -> None:
    person = at_members(regulator_words=True)
    assert person.says("۱۱ نفر هستیم").conversation.answers["members"] == 11


def test_twelve_from_somebody_who_is_in_is_an_answer_and_joins() -> None:
    turn = at_members(regulator_words=True).says("12")
    assert turn.conversation.answers["members"] == 12
    assert turn.effects == (WantsIn(),)


def test_twelve_from_nobody_we_know_joins_and_begins() -> None:
    person = Person()
    person.situation = replace(person.situation, regulator_words=True)
    turn = person.says("12")
    assert (turn.rule, turn.effects) == ("join", (WantsIn(),))
    assert turn.conversation.step == "agree"


def test_who_has_registered_is_only_told_of_joining() -> None:
    person = at_members(regulator_words=True)
    person.says("20", "رد", "بله", "۱۱")
    turn = person.says("۱۲")
    assert turn.says == ("دوباره پیام‌های ما را می‌گیرید.",)
    assert turn.conversation.standing is Standing.DONE


def test_a_new_sign_up_joins_again_where_it_stood() -> None:
    person = at_members()
    person.says("لغو")
    turn = person.says("۹")
    assert turn.rule == "keyword"
    assert turn.effects == (WantsIn(),)
    assert turn.conversation.step == "members"
    assert turn.conversation.standing is Standing.OPEN


def test_stop_works_without_any_conversation() -> None:
    person = Person()
    turn = person.says("stop")
    assert turn.effects == (WantsOut(),)
    assert len(turn.says) == 1
    assert turn.conversation is None


def test_dialling_is_coming_back() -> None:
    person = at_members()
    person.says("لغو")
    turn = person.dials()
    assert turn.effects == (WantsIn(),)
    assert turn.more


# --- answers before everything else -------------------------------------------------------------


def test_nine_answers_how_many_members() -> None:
    turn = at_members().says("9")
    assert turn.rule == "answer"
    assert turn.conversation.answers["members"] == 9


def test_the_persian_nine_is_also_no_and_is_asked_back() -> None:
    person = at_members()
    asked = person.says("نه")
    assert asked.says[0].startswith("منظورتان «۹» است؟")
    assert person.says("بله").conversation.answers["members"] == 9


@pytest.mark.parametrize(
    "word", ["راهنما", "9", "ثبت نام", "بله", "نه", "English", "99", "00", "برگشت"]
)
def test_free_text_is_never_a_word_that_means_something_by_itself(word: str) -> None:
    person = Person()
    person.says("۹", "بله")
    assert "name" not in person.says(word).conversation.answers


def test_an_option_is_asked_back_when_it_is_near() -> None:
    person = Person()
    person.says("۹", "بله", "امید")
    near = person.says("اصفحان")
    assert near.rule == "miss"
    assert near.says[0].startswith("منظورتان «اصفهان» است؟")
    assert person.says("خیر").conversation.step == "province"
    person.says("اصفحان")
    # Not a yes and not a no, but an answer: that is what counts.
    assert person.says("تهران").conversation.answers["province"] == "tehran"


def test_several_near_options_keep_their_numbers() -> None:
    person = Person()
    person.says("۹", "بله", "امید")
    assert person.says("خراسان").says == (
        "کدام یک؟ شماره آن را بفرستید.\n۳. خراسان رضوی\n۴. خراسان شمالی",
    )
    assert person.says("۴").conversation.answers["province"] == "khorasan-north"


# --- commands -----------------------------------------------------------------------------------


def test_help_says_the_question_again() -> None:
    turn = at_members().says("راهنما")
    assert turn.rule == "command"
    assert "برگشت" in turn.says[0]
    assert turn.says[-1].endswith("چند نفر عضو دارید؟")


def test_back_and_restart() -> None:
    person = at_members()
    assert person.says("برگشت").conversation.step == "specialisms"
    turn = person.says("back")
    assert turn.conversation.step == "county"
    assert set(turn.conversation.answers) == {"name", "province"}
    assert person.says("از نو").conversation.step == "agree"
    assert person.conversation.answers == {}
    assert person.says("برگشت").says[0].startswith("این نخستین پرسش است.")


def test_the_language_changes_in_the_middle_without_losing_answers() -> None:
    person = at_members()
    before = person.conversation.answers
    asked = person.says("زبان")
    assert asked.says == ("زبان:\n۱. فارسی\n۲. English",)
    turn = person.says("2")
    assert turn.rule == "over"
    assert turn.says == ("How many members?",)
    assert turn.conversation.answers == before
    assert person.says("فارسی").says == ("چند نفر عضو دارید؟",)


def test_the_language_question_does_not_hold_an_answer_up() -> None:
    person = at_members()
    person.says("زبان")
    assert person.says("۳۰ نفر").conversation.answers["members"] == 30


def test_status_tells_of_groups_and_of_what_is_open() -> None:
    person = at_members()
    assert person.says("وضعیت").says[0].startswith("«ثبت‌نام» هنوز ناتمام است.")
    person.says("20", "رد", "بله")
    code = person.situation.groups[0].code
    said = f"همیاران امید (کد {code}): ثبت‌شده، در انتظار بررسی"
    assert person.says("وضعیت").says == (said,)
    assert person.says(code).says == (said,)


def test_skip_passes_only_what_is_optional() -> None:
    person = at_members()
    assert person.says("رد").says[0].startswith("این پرسش را نمی‌شود رد کرد.")
    turn = person.says("20", "ندارم")
    assert turn.conversation.step == "summary"
    assert turn.conversation.answers["offer"] is None


# --- keywords, misses, the default ----------------------------------------------------------------


def test_a_keyword_again_goes_on_where_it_stood() -> None:
    person = Person()
    person.says("۹", "بله", "امید")
    turn = person.says("ثبت نام")
    assert turn.rule == "keyword"
    assert turn.says[0].startswith("پاسخ‌های شما مانده است")
    assert turn.conversation.step == "province"
    assert not turn.began


def test_a_keyword_of_another_language_speaks_it() -> None:
    assert Person().says("join").language == "en"


def test_wording_changes_and_the_third_miss_offers_a_human() -> None:
    person = at_members()
    first, second = person.says("زیاد"), person.says("خیلی زیاد")
    assert first.says == ("لطفاً فقط یک عدد بفرستید. مثال: ۲۵",)
    assert second.says == ("به یک عدد از ۱ تا ۱۰۰۰۰۰ نیاز داریم. مثال: ۲۵",)
    third = person.says("زیاد")
    assert third.effects == (NeedsHuman("three unusable answers to 'members'"),)
    assert third.conversation.flagged
    assert third.says[-1].endswith("چند نفر عضو دارید؟")
    fourth = person.says("زیاد")
    assert fourth.effects == ()
    assert person.says("20").conversation.step == "offer"


@pytest.mark.parametrize(
    ("language", "word"),
    [("fa", "اصلاح"), ("fa", "ویرایش"), ("en", "Edit"), ("ar", "تعديل"), ("hu", "Javítom")],
)
def test_the_summary_is_corrected_by_the_word_for_it(language: str, word: str) -> None:
    start = {"fa": "عضویت", "en": "join", "ar": "انضمام", "hu": "csatlakozom"}[language]
    answers = ("1", "Hope Helpers", "1", "8", "1", "1", "1", "25", "A car", "Mary Jones")
    person = Person(flows=load_flows(SHIPPED_FLOWS), situation=Situation(Medium.SMS))
    assert person.says(start, *answers).conversation.step == "summary"
    assert person.says(word).conversation.step == "correct"


def test_two_numbers_are_never_read_as_one() -> None:
    table = load_flows(SHIPPED_FLOWS)
    person = Person(flows=table, situation=Situation(Medium.SMS, language="fa"))
    person.says("۹", "بله", "همیاران", "۱")
    for text in ("۱ ۴", "1،4", "۱ و ۴"):
        assert person.says(text).conversation.step == "province", "neither 1 nor 4 nor 14"
    assert person.says("۱۴").conversation.step == "county"


def test_nobody_is_asked_back_for_ever() -> None:
    person = Person()
    person.says("۹", "بله", "امید", "خراسان", "خراسان")
    turn = person.says("خراسان")
    assert turn.effects == (NeedsHuman("three unusable answers to 'province'"),)
    assert "کدام یک؟" in turn.says[-1]
    other = Person()
    other.says("۹", "بله", "امید", "اصفحان", "نه", "اصفحان", "نه")
    assert NeedsHuman("three unusable answers to 'province'") in other.says("اصفحان").effects


def test_a_town_names_its_province_and_itself() -> None:
    person = Person()
    asked = person.says("۹", "بله", "امید", "کاشان")
    assert asked.says[0].startswith("منظورتان «اصفهان (کاشان)» است؟")
    turn = person.says("بله")
    assert turn.conversation.step == "specialisms"
    assert turn.conversation.answers["county"] == "isfahan.kashan"
    assert person.says("برگشت").conversation.step == "county"


def test_a_language_by_its_name_begins_in_it() -> None:
    turn = Person().says("English")
    assert (turn.language, turn.conversation.step) == ("en", "agree")


def test_what_was_wrong_is_said() -> None:
    person = at_members()
    assert person.says("۵۰۰۰۰۰۰").says == ("عدد باید از ۱ تا ۱۰۰۰۰۰ باشد. مثال: ۲۵",)
    person.says("برگشت")
    assert person.says("1 2 3 4").says[0].startswith("بیش از ۳ گزینه شد.")


def test_the_lines_default_begins_with_anything() -> None:
    turn = Person().says("سلام")
    assert (turn.rule, turn.conversation.step) == ("default", "agree")
    assert turn.began


def test_without_a_default_people_hear_how_to_begin() -> None:
    person = Person()
    person.situation = replace(person.situation, default_flow="", language="fa")
    turn = person.says("سلام")
    assert turn.rule == "unknown"
    assert turn.conversation is None
    assert len(turn.says) == 1


@pytest.mark.parametrize("conversed", [False, True])
def test_a_stranger_is_invited_to_what_posters_invite_to(conversed: bool) -> None:
    shipped = load_flows(SHIPPED_FLOWS)
    assert next(iter(shipped.newest)) == "about"
    person = Person(flows=shipped, situation=Situation(Medium.SMS, language="fa"))
    if conversed:
        person.says("درباره", "۱")
    assert person.says("سلام").says == ("پیام شما رسید. برای شروع «۹» بفرستید.",)


def test_a_code_stands_in_the_digits_of_its_language() -> None:
    group = KnownGroup("51228878", "new", {"name": "یاران"})
    assert show_group(group, "fa") == "یاران (۵۱۲۲۸۸۷۸)"
    assert show_group(group, "en") == "یاران (51228878)"
    person = Person()
    person.situation = replace(person.situation, default_flow="", groups=(group,), language="fa")
    said = ("یاران (کد ۵۱۲۲۸۸۷۸): ثبت‌شده، در انتظار بررسی",)
    assert person.says("وضعیت").says == said
    assert person.says("۵۱۲۲۸۸۷۸").says == person.says("51228878").says == said


def test_without_any_flow_nothing_is_said_and_nothing_breaks() -> None:
    person = Person(flows=Flows({}))
    for text in ("سلام", "9", "stop", "12", "help"):
        turn = person.says(text)
        assert turn.says == ()
        assert turn.conversation is None
    assert person.dials().says == ()


# --- silence --------------------------------------------------------------------------------------


def test_one_reminder_then_expiry_then_a_late_answer() -> None:
    person = at_members()
    reminder = person.waits(timedelta(hours=21))
    assert reminder.rule == "reminder"
    assert reminder.says == ("«ثبت‌نام» ناتمام مانده است. پرسش این بود؛\nچند نفر عضو دارید؟",)
    expired = person.waits(timedelta(days=5))
    assert (expired.rule, expired.says) == ("expired", ())
    assert person.conversation.standing is Standing.EXPIRED
    late = person.says("۲۵")
    assert late.says[0].startswith("«۲۵» را پاسخ این پرسش گرفتیم: «چند نفر عضو دارید؟»")
    assert late.conversation.answers["members"] == 25
    assert late.conversation.standing is Standing.OPEN


def test_other_late_words_go_on_where_it_stood() -> None:
    person = at_members()
    person.waits(timedelta(days=9))
    turn = person.says("سلام، شما؟")
    assert turn.rule == "late"
    assert turn.conversation.step == "members"
    assert turn.says[0].startswith("پاسخ‌های شما مانده است")


def test_an_answer_after_the_reminder_starts_the_waiting_anew() -> None:
    person = at_members()
    person.waits(timedelta(hours=21))
    person.says("۲۵")
    assert person.waits(timedelta(hours=21)).rule == "reminder"


def test_who_has_opted_out_is_not_reminded() -> None:
    person = at_members()
    person.situation = replace(person.situation, opted_out=True)
    assert person.waits(timedelta(days=1)).says == ()


def test_the_reminder_waits_for_the_end_of_quiet_hours() -> None:
    person = Person()
    person.situation = replace(person.situation, default_flow="everything")
    person.now = person.now.replace(
        hour=15
    )  # 18:30 in Tehran; six hours on it is half past midnight
    person.says("all")
    quiet = person.waits(timedelta(hours=7))
    assert (quiet.rule, quiet.says) == ("quiet", ())
    assert f"{person.conversation.wake_at:%H:%M}" == "04:30"  # eight o'clock there
    assert person.waits(timedelta(hours=8)).rule == "reminder"


def test_a_dead_dialog_goes_on_by_sms_soon() -> None:
    person = Person()
    person.dials("9")
    person.says("1", "امید")
    assert person.hears(HeardKind.HUNG_UP).says == ()
    reminder = person.on(Medium.SMS).waits(timedelta(minutes=4))
    assert reminder.rule == "reminder"
    assert reminder.says[0].endswith("در کدام استان هستید؟ نامش را بفرستید.")
    assert person.says("اصفهان").conversation.step == "county"
