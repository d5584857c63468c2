"""Long texts and lists in pieces that fit."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversation.pages import SCREEN, fits, pages
from app.conversation.speak import joined
from app.conversation.template import cut, template
from app.conversation.turn import KnownGroup, Medium
from app.text.screens import ussd_size
from app.text.segments import segments, utf16_units
from tests.conversation.conversing import Person

WORDS = st.text("abc سلام۹{é\u200c😀", min_size=1, max_size=12)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=40)
TEXTS = st.lists(WORDS, max_size=60).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, LINES, st.integers(0, 3))
def test_every_page_fits_and_nothing_is_lost(text: str, lines: list[str], room: int) -> None:
    numbered = tuple(f"{at} {line}" for at, line in enumerate(lines, 1))
    found = pages(text, numbered, room, "99 more", "0 back")
    assert all(fits(page, room) for page in found)
    shown = (
        "\n".join(found).replace("0 back 99 more", "").replace("99 more", "").replace("0 back", "")
    )
    assert shown.split() == "\n".join([text, *numbered]).split()
    whole = [line for page in found for line in page.split("\n")]
    for line in numbered:
        if fits(f"{line}\n0 back 99 more", room):
            assert line in whole


@settings(max_examples=200, deadline=None)
@given(st.text("ن", min_size=1, max_size=700))
def test_a_word_longer_than_a_screen_is_cut(text: str) -> None:
    found = pages(text, (), SCREEN, "99", "0")
    assert all(ussd_size(page).fits for page in found)
    assert sum(page.count("ن") for page in found) == len(text)


@given(st.lists(TEXTS, max_size=6), st.integers(1, 3))
def test_joined_messages_say_the_same_in_the_same_order(texts: list[str], most: int) -> None:
    found = joined(texts, most)
    assert "\n".join(found).split() == " ".join(texts).split()
    for message in found:
        assert segments(message).count <= most or message in texts


@given(st.text("ab😀ن", max_size=50), st.integers(1, 30))
def test_a_cut_text_is_no_longer_than_it_may_be(text: str, most: int) -> None:
    kept = cut(text, most)
    assert utf16_units(kept) <= most
    assert kept == text or kept.endswith("..") or most <= 4


def test_a_template_fills_fields_and_cuts_them() -> None:
    made = template("a {name:6} b {name} c")
    assert made.fill({"name": "longish"}.__getitem__) == "a long.. b longish c"


# --- on the screens of a flow ------------------------------------------------------------------


def at_subjects_of(count: int) -> Person:
    """Somebody with so many groups that choosing one takes pages."""
    person = Person()
    groups = tuple(
        KnownGroup(f"{1000 + n}", "new", {"name": f"گروه {n} " * 2}) for n in range(count)
    )
    person.situation = replace(person.situation, groups=groups, language="fa")
    person.dials("همه")
    person.says("1")
    return person


def test_long_lists_are_paged_with_whole_options_and_keys() -> None:
    person = at_subjects_of(13)
    seen = [person.last.says[0]]
    while person.says("98").rule == "page":
        seen.append(person.last.says[0])
    options = [line for page in seen for line in page.split("\n") if "(" in line]
    assert len(options) == 13
    assert options[10].startswith("۱۳ ")  # past 11 and 12
    assert seen[0].endswith("۹۸ ادامه")
    assert seen[1].endswith("۰ قبلی ۹۸ ادامه")
    assert seen[-1].endswith("۰ قبلی")
    assert all(ussd_size(page).fits for page in seen)


def test_back_turns_the_page_and_then_goes_to_the_question_before() -> None:
    person = at_subjects_of(9)
    first = person.last.says
    person.says("98")
    assert person.says("0").says == first
    assert person.says("0").conversation.step == "again"


def test_an_option_may_be_named_from_any_page() -> None:
    person = at_subjects_of(13)
    assert person.says("15").conversation.answers["group"] == "1012"


def test_a_note_above_a_list_stays_there_when_the_page_turns() -> None:
    person = at_subjects_of(9)
    missed = person.says("77")
    assert missed.says[0].startswith("این گزینه نبود.")
    pages_ = [missed.says[0]]
    while person.says("98").rule == "page":
        pages_.append(person.last.says[0])
    options = [line for page in pages_ for line in page.split("\n") if "(" in line]
    assert len(options) == 9


def test_last_words_of_several_screens_are_read_with_the_same_key() -> None:
    person = Person()
    person.situation = replace(person.situation, language="en")
    person.dials("join")
    turn = person.says("1", "A" * 40, "1", "1", "1", "5", "00")
    assert turn.conversation.step == "summary"
    done = person.says("1")
    assert not done.more
    assert done.by_sms == (f"Done. Your tracking code is {done.effects[0].code}.",)


def test_the_web_gets_messages_and_the_code_by_sms_too() -> None:
    person = Person().on(Medium.WEB)
    person.says("9", "بله", "نور", "تهران", "ری", "1", "5", "رد")
    done = person.says("بله")
    assert done.says == ("ثبت شد. کد پیگیری شما C9 است.",)
    assert done.by_sms == done.says
    assert not done.more
