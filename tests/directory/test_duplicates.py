"""Two hundred invented pairs, labelled. The rule was shaped on every second one alone."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from app.conversation.load import load_flows
from app.directory.duplicates import Entry, is_likely, likeness, tokens
from app.intake.comparing import words_of_places

PLACES = words_of_places(load_flows(Path("app/flows")))
LINES = Path(__file__).with_name("pairs.csv").read_text(encoding="utf-8").splitlines()
PAIRS = list(csv.DictReader(LINES))
PROVINCES = {
    "damavand": "tehran",
    "anzali": "rasht",
    "babol": "sari",
    "nur": "sari",
    "nowshahr": "sari",
    "kashan": "isfahan",
    "abadan": "ahvaz",
    "dezful": "ahvaz",
    "khorramshahr": "ahvaz",
    "nishapur": "mashhad",
}


def entry(pair: dict[str, str], side: str = "") -> Entry:
    county = pair[f"{side}county"]
    return Entry(pair[f"{side}name"], PROVINCES.get(county, county), county, pair[f"{side}phone"])


def judged(
    pairs: list[dict[str, str]], places: frozenset[str] = frozenset()
) -> Iterator[tuple[bool, bool]]:
    """For each pair: is it proposed, and is it one group."""
    for pair in pairs:
        alike = likeness(entry(pair), entry(pair, "other_"), places)
        yield is_likely(alike), pair["same"] == "1"


def test_there_are_two_hundred_pairs_half_of_them_one_group() -> None:
    assert (len(PAIRS), sum(pair["same"] == "1" for pair in PAIRS)) == (200, 100)


@pytest.mark.parametrize("places", [frozenset(), PLACES], ids=["no places", "every place"])
@pytest.mark.parametrize("half", [0, 1], ids=["shaped on", "held out"])
def test_precision_and_recall(
    half: int, places: frozenset[str], record_property: Callable[[str, object], None]
) -> None:
    """With the names of all counties too: many are words that groups are called by."""
    found = list(judged(PAIRS[half::2], places))
    right = sum(proposed and same for proposed, same in found)
    precision = right / sum(proposed for proposed, _ in found)
    recall = right / sum(same for _, same in found)
    record_property("precision", precision)
    record_property("recall", recall)
    assert precision >= 0.95
    assert recall >= 0.95


def test_letters_alone_would_propose_far_more() -> None:
    others = [pair for pair in PAIRS if pair["same"] == "0"]
    by_letters = sum(fuzz.ratio(pair["name"], pair["other_name"]) >= 70 for pair in others)
    by_rule = sum(proposed for proposed, _ in judged(others))
    assert by_letters > 20 * by_rule > 0


def test_it_does_not_matter_who_is_compared_with_whom() -> None:
    for pair in PAIRS:
        one, other = entry(pair), entry(pair, "other_")
        there, back = likeness(one, other), likeness(other, one)
        assert (there is None) == (back is None)
        assert there is None or back is None or there.score == pytest.approx(back.score, abs=0.06)


def test_the_evidence_is_given() -> None:
    one = Entry("انجمن یاوران سپیدار", "IR-01", "IR-0101", "+989120000000")
    other = Entry("یاوران سپیدار", "IR-01", "IR-0101", "+989120000000")
    alike = likeness(one, other)
    assert alike is not None
    assert alike.shared == ("سپیدار", "یاوران")
    assert alike.reasons == ("shared-words", "same-county", "same-phone")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("انجمن خیریه", "خیریه مردمی"),
        ("گروه ۱", "گروه ۲"),
        ("گروه رود ۱", "گروه رود ۲"),
        ("", "گروه"),
    ],
)
def test_what_tells_nothing_is_no_evidence(one: str, other: str) -> None:
    assert not is_likely(likeness(Entry(one, "x", "y"), Entry(other, "x", "y")))


def test_the_name_of_the_place_is_none_either() -> None:
    places = frozenset(tokens("رشت گیلان"))
    one, other = Entry("کانون رشت", "g", "r"), Entry("انجمن رشت", "g", "r")
    assert likeness(one, other, places) is None
    assert is_likely(likeness(Entry("پرتو رشت", "g", "r"), Entry("پرتو", "g", "r"), places))
