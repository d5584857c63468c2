"""The table of places: complete, unambiguous where it must be, and in Persian letters."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from app.text.fold import key

TABLE = Path(__file__).parents[2] / "app" / "flows" / "vocabularies" / "iran.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
PROVINCES = [row for row in ROWS if not row["under"]]
COUNTIES = [row for row in ROWS if row["under"]]
LANGUAGES = ("fa", "en", "ar")

# Counties a province, as the Statistical Centre of Iran counts them in 1404.
COUNTED = {
    "IR-00": 12, "IR-01": 17, "IR-02": 22, "IR-03": 23, "IR-04": 20, "IR-05": 14, "IR-06": 30,
    "IR-07": 37, "IR-08": 25, "IR-09": 34, "IR-10": 28, "IR-11": 26, "IR-12": 10, "IR-13": 10,
    "IR-14": 12, "IR-15": 12, "IR-16": 12, "IR-17": 9, "IR-18": 10, "IR-19": 8, "IR-20": 8,
    "IR-21": 12, "IR-22": 13, "IR-23": 16, "IR-24": 12, "IR-25": 3, "IR-26": 6, "IR-27": 14,
    "IR-28": 10, "IR-29": 12, "IR-30": 7,
}  # fmt: skip
ALPHABET = "ءآأاؤئبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
PERSIAN = set(ALPHABET + " \u200c")
ARABIC = set("ءآأإؤئابتثجحخدذرزسشصضطظعغفقكلمنهوىيةـ ")


def aliases(row: dict[str, str], language: str) -> list[str]:
    return [alias for alias in row[f"aliases_{language}"].split("|") if alias]


def test_every_province_has_its_counties() -> None:
    assert {row["id"] for row in PROVINCES} == set(COUNTED)
    assert Counter(row["under"] for row in COUNTIES) == COUNTED
    assert len(COUNTIES) == 484


def test_a_county_carries_the_code_of_its_province() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in COUNTIES:
        assert row["id"].startswith(row["under"])
        assert len(row["id"]) == len("IR-0000")


def test_lists_are_in_the_order_of_the_persian_alphabet() -> None:
    """The table's order is the order in which people see the options."""
    for under in ["", *COUNTED]:
        names = [row["fa"] for row in ROWS if row["under"] == under]
        assert names == sorted(names, key=alphabetical)


def alphabetical(name: str) -> list[int]:
    return [ALPHABET.index(letter) for letter in name if letter in ALPHABET]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_one_province_differ(language: str) -> None:
    scopes = Counter((row["under"], key(row[language])) for row in ROWS)
    assert [scope for scope, times in scopes.items() if times > 1] == []


def test_no_alias_is_the_name_of_a_neighbour() -> None:
    names = {(row["under"], key(row[language])): row for row in ROWS for language in LANGUAGES}
    stolen = [
        (row["fa"], alias)
        for row in ROWS
        for language in LANGUAGES
        for alias in aliases(row, language)
        if names.get((row["under"], key(alias)), row) is not row
    ]
    assert stolen == []


def test_letters_are_of_the_language() -> None:
    for row in ROWS:
        assert set(row["fa"]) | set("".join(aliases(row, "fa"))) <= PERSIAN, row["fa"]
        assert set(row["ar"]) | set("".join(aliases(row, "ar"))) <= ARABIC, row["ar"]
        assert (row["en"] + "".join(aliases(row, "en"))).isascii(), row["en"]


def test_no_cell_has_loose_spaces() -> None:
    for row in ROWS:
        for cell in row.values():
            assert cell == " ".join(cell.split(" ")).strip()
            assert "| " not in cell
            assert " |" not in cell


def test_every_province_is_named_in_hungarian_too() -> None:
    assert all(row["hu"] for row in PROVINCES)


@pytest.mark.parametrize(
    ("under", "typed", "expected"),
    [
        ("IR-06", "سوسنگرد", "دشت آزادگان"),
        ("IR-17", "یاسوج", "بویراحمد"),
        ("IR-18", "برازجان", "دشتستان"),
        ("IR-23", "رودهن", "دماوند"),
        ("IR-24", "تازه کند انگوت", "انگوت"),
        ("IR-09", "قدمگاه", "زبرخان"),
        ("IR-02", "شهسوار", "تنکابن"),
        ("IR-06", "المحمرة", "خرمشهر"),
    ],
)
def test_a_town_leads_to_its_county(under: str, typed: str, expected: str) -> None:
    found = [
        row["fa"]
        for row in COUNTIES
        if row["under"] == under
        and key(typed) in {key(alias) for language in LANGUAGES for alias in aliases(row, language)}
    ]
    assert found == [expected]


def test_no_alias_leads_to_two_places() -> None:
    """Names that places share («خراسان») are left to the engine, which asks which one is meant."""
    led = {
        (row["under"], key(alias), row["id"])
        for row in ROWS
        for language in LANGUAGES
        for alias in aliases(row, language)
    }
    times = Counter((under, alias) for under, alias, _ in led)
    assert [where for where, count in times.items() if count > 1] == []
