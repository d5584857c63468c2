import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.digits import digits, shown
from app.text.fold import cleaned, fold, key

MIXED = st.text() | st.text(
    alphabet=st.sampled_from(
        "يىیكکةهأإآاؤئء\u0640\u064b\u0651\u0654\u200c\u200f۰٩5 .،؟؛٬aİßÁ\u0301ﻻﷺ"
    )
)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("يك", "یک"),
        ("مدرسة", "مدرسه"),
        ("أحمد إحسان ٱلله", "احمد احسان الله"),
        ("آب", "اب"),
        ("خانۀ ما", "خانه ما"),
        ("مؤسسه مسئول", "موسسه مسیول"),
        ("کـــتاب", "کتاب"),
        ("مُحَمَّد", "محمد"),
        ("می‌خواهم", "می خواهم"),
        ("«۹».", "9"),
        ("٩#", "9"),
        ("\u200f۱۲٬۳۴۵\u202c", "12,345"),
        ("  دو\t\n فاصله ", "دو فاصله"),
        ("ﻻﺯﻡ", "لازم"),
        ("TOVÁBB", "tovabb"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_spellings_of_one_word_become_one(written: str, compared: str) -> None:
    assert fold(written) == compared


@pytest.mark.parametrize("written", ["ثبت نام", "ثبت‌نام", "ثبتنام", "ثبت - نام", "«ثبت  نام»!"])
def test_spaces_and_joiners_do_not_matter_to_a_key(written: str) -> None:
    assert key(written) == "ثبتنام"


@given(MIXED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert key(key(text)) == key(text)


@given(MIXED)
def test_cleaned_text_is_one_line_that_any_database_stores(text: str) -> None:
    kept = cleaned(text + "\x00\ud800")
    kept.encode()
    assert not set(kept) & set("\x00\n\r\u202e")
    assert cleaned(kept) == kept


def test_people_keep_their_own_spelling() -> None:
    assert cleaned(" مؤسسهٔ  می‌خواهم\nكتاب ") == "مؤسسهٔ می‌خواهم كتاب"


@pytest.mark.parametrize(("language", "seen"), [("fa", "۱۲ a"), ("ar", "١٢ a"), ("en", "12 a")])
def test_digits_are_shown_as_the_language_writes_them(language: str, seen: str) -> None:
    assert shown("12 a", language) == seen
    assert digits(seen) == "12 a"
