"""What people write, and what it is taken for."""

from datetime import date

import pytest

from app.conversation.dates import read_date, show_date
from app.conversation.numbers import whole_number
from app.conversation.options import Entry, guesses, numbered, options, pick

HUNDRED = {
    "یک": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "ده": 10,
    "یازده": 11, "دوازده": 12, "سیزده": 13, "چهارده": 14, "پانزده": 15, "شانزده": 16, "هفده": 17,
    "هجده": 18, "نوزده": 19, "بیست": 20, "سی": 30, "چهل": 40, "پنجاه": 50, "شصت": 60, "هفتاد": 70,
    "هشتاد": 80, "نود": 90, "صد": 100,
}  # fmt: skip
TENS = {word: value for word, value in HUNDRED.items() if value % 10 == 0 and 20 <= value < 100}
UNITS = {word: value for word, value in HUNDRED.items() if value < 10}


@pytest.mark.parametrize("joiner", [" و ", "‌و‌", "و", " "])
def test_every_persian_number_up_to_a_hundred_in_words(joiner: str) -> None:
    written = dict(HUNDRED)
    for ten, tens in TENS.items():
        for unit, units in UNITS.items():
            written[f"{ten}{joiner}{unit}"] = tens + units
    assert sorted(written.values()) == list(range(1, 101))
    assert {text: whole_number(text) for text in written} == written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("۲۵", 25),
        ("٢٥", 25),
        (" 25 نفر ", 25),
        ("۱۱ نفر هستیم", 11),
        ("حدود ۵۰ نفر", 50),
        ("about 50", 50),
        ("۱٬۲۰۰", 1200),
        ("1,200", 1200),
        ("1.200", 1200),
        ("10 000", 10000),
        ("۱ ۲ ۰ ۰", 1200),
        ("۲هزار", 2000),
        ("دو هزار و سیصد و پنج", 2305),
        ("صد و بیست", 120),
        ("سی و دو نفر", 32),
        ("twenty-five", 25),
        ("two hundred and six", 206),
        ("خمسة", 5),
        ("tizenegy", 11),
        ("500ezer", 500000),
    ],
)
def test_one_number_is_read_however_it_is_written(text: str, value: int) -> None:
    assert whole_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "زیاد",
            "نمی‌دانم",
            "50-60",
            "۵۰ یا ۶۰",
            "-5",
            "دو سه",
            "ده بیست",
            "پنجاه تا شصت",
            "1.5",
            "9" * 20,
        ),
        "ما در سه روستا هستیم و در هر کدام چند خانواده عضو ما شده‌اند و حساب ندارد 40",
    ],
)
def test_what_is_no_single_number_is_none(text: str) -> None:
    assert whole_number(text) is None


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1403/05/12", "2024-08-02"),
        ("۱۴۰۳/۵/۱۲", "2024-08-02"),
        ("۱۲ مرداد ۱۴۰۳", "2024-08-02"),
        ("12/5/1403", "2024-08-02"),
        ("14030512", "2024-08-02"),
        ("03/05/12", "2024-08-02"),
        ("99-1-1", "2020-03-20"),
        ("2024-08-02", "2024-08-02"),
        ("2 August 2024", "2024-08-02"),
        ("2024. augusztus 2.", "2024-08-02"),
        ("٢ أغسطس ٢٠٢٤", "2024-08-02"),
        ("امروز", "2026-11-22"),
        ("yesterday", "2026-11-21"),
    ],
)
def test_dates_of_both_calendars(text: str, day: str) -> None:
    assert read_date(text, "fa", TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["", "1403/13/01", "31/2/2024", "1403", "پارسال بود", "1/2", "0/0/0", "9999999999"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, "fa", TODAY) is None


def test_short_years_are_of_the_calendar_of_the_language() -> None:
    assert read_date("02/08/24", "en", TODAY) == date(2024, 8, 2)
    assert show_date("2024-08-02", "fa") == "۱۲ مرداد ۱۴۰۳"
    assert show_date("2024-08-02", "en") == "2024-08-02"
    assert show_date("2024-08-02", "ar") == "٢٠٢٤-٠٨-٠٢"


# --- options ------------------------------------------------------------------------------------

SUBJECTS = options(
    [
        Entry("poverty", {"fa": "معیشت و فقر", "en": "Poverty and livelihood"}, {"fa": ("فقر",)}),
        Entry("addiction", {"fa": "اعتیاد", "en": "Addiction"}),
        Entry("children", {"fa": "کودکان", "en": "Children"}, {"fa": ("کودکان کار", "بچه‌ها")}),
        Entry("health", {"fa": "سلامت", "en": "Health"}),
        Entry("education", {"fa": "آموزش", "en": "Education"}),
    ],
    "fa",
)
PROVINCES = options(
    [
        Entry(name, {"fa": name})
        for name in (
            "تهران",
            "اصفهان",
            "خراسان رضوی",
            "خراسان شمالی",
            "خراسان جنوبی",
            "گیلان",
            "ایلام",
            "نهاوند",
        )
    ],
    "fa",
    ignore={"fa": ("استان",)},
)


def test_menus_have_no_eleven_no_twelve_and_no_key() -> None:
    numbers = numbered(99, ("0", "99", "7"))
    assert len(numbers) == len(set(numbers)) == 99
    assert not {"0", "7", "11", "12", "99"} & set(numbers)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1", "poverty"),
        ("۱", "poverty"),
        ("1 3 5", "poverty children education"),
        ("۱و۳و۵", "poverty children education"),
        ("۱ و ۳ و ۵", "poverty children education"),
        ("1-3-5", "poverty children education"),
        ("1،3", "poverty children"),
        ("1,3;5", "poverty children education"),
        ("۱/۳", "poverty children"),
        ("1.3", "poverty children"),
        ("(1)(3)", "poverty children"),
        ("1+3", "poverty children"),
        ("1and3", "poverty children"),
        ("135", "poverty children education"),
        ("۳۱", "children poverty"),
        ("گزینه ۲ و ۴", "addiction health"),
        ("شماره ۱، شماره ۲", "poverty addiction"),
        ("یک و سه", "poverty children"),
        ("اعتیاد", "addiction"),
        ("إعتياد", "addiction"),
        ("سلامت، کودکان", "health children"),
        ("سلامت و کودکان کار و فقر", "health children poverty"),
        ("معیشت و فقر و اعتیاد", "poverty addiction"),
        ("معیشت", "poverty"),
        ("آموز", "education"),
        ("Addiction, health", "addiction health"),
        ("1 1 1", "poverty"),
        ("01", "poverty"),
    ],
)
def test_several_choices_in_any_writing(text: str, ids: str) -> None:
    picked = pick(SUBJECTS, text, several=3)
    assert (" ".join(picked.ids), picked.rest) == (ids, ())


@pytest.mark.parametrize("text", ["6", "0", "1 9", "ورزش", "س", "116", "همه"])
def test_what_names_no_option_is_left_over(text: str) -> None:
    assert pick(SUBJECTS, text, several=3).rest


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("اصفهن", "اصفهان"),
        ("اسفهان", "اصفهان"),
        ("تهرون", "تهران"),
        ("خراسان", "خراسان رضوی,خراسان شمالی,خراسان جنوبی"),
        ("رضوی", "خراسان رضوی"),
        ("خراسون رضوی", "خراسان رضوی"),
        ("گیلانن", "گیلان"),
        ("نه", ""),
        ("xyz", ""),
        ("12345", ""),
    ],
)
def test_near_misses_are_guessed_never_taken(text: str, names: str) -> None:
    assert not pick(PROVINCES, text).ids
    assert set(guesses(PROVINCES, text)) == set(filter(None, names.split(",")))


@pytest.mark.parametrize("text", ["استان گیلان", "گیلان استان", "استان‌ گيلان", "استان ۵"])
def test_a_word_around_a_place_is_no_part_of_it(text: str) -> None:
    assert len(pick(PROVINCES, text).ids) == 1


@pytest.mark.parametrize("text", ["استان", "استان استان", "استان هیچ"])
def test_the_word_alone_names_nothing(text: str) -> None:
    assert pick(PROVINCES, text).ids == ()
    assert guesses(PROVINCES, text) == ()


@pytest.mark.parametrize(
    "text", ["اصفهان", "استان اصفهان", "اصفها", "2", "اصفـهان", "إصفهان ", "استان‌اصفهان"]
)
def test_places_in_any_spelling(text: str) -> None:
    assert pick(PROVINCES, text).ids == ("اصفهان",)
