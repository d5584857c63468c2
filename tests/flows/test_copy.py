"""The shipped texts, letter by letter: each language in its own letters, digits and signs."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.conversation.source import read_yaml
from app.text.segments import Encoding, encoding_of

FLOWS = Path(__file__).parents[2] / "app" / "flows"
FILES = sorted([*FLOWS.glob("*.yaml"), *FLOWS.glob("vocabularies/*.yaml")])
LANGUAGES = ("fa", "en", "ar", "hu")

PLACEHOLDER = re.compile(r"\{[a-z_]+(:\d+)?\}")
PERSIAN = re.compile(r"[ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی\u064b\u200c۰-۹ \n.،؛:؟!«»()-]*")
ARABIC = re.compile(r"[ءآأإؤئابتثجحخدذرزسشصضطظعغفقكلمنهوىيةـ٠-٩ \n.،؛:؟!«»()-]*")
HUNGARIAN = re.compile(r"[A-Za-zÁÉÍÓÖŐÚÜŰáéíóöőúüű0-9 \n.,;:?!()-]*")


def sayings(data: Any, language: str = "", at: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text that a person may read, with its language and its place. Aliases are not read."""
    match data:
        case Mapping():
            for name, value in data.items():
                if name in {"aliases", "keywords", "silence", "vocabularies"}:
                    continue
                spoken = name if name in LANGUAGES else language
                yield from sayings(value, spoken, f"{at}.{name}")
        case list():
            for place, value in enumerate(data):
                yield from sayings(value, language, f"{at}.{place}")
        case str() if language:
            yield language, at, PLACEHOLDER.sub("", data)


TEXTS = [
    (language, f"{path.stem}{at}", text)
    for path in FILES
    for language, at, text in sayings(read_yaml(path.read_text(encoding="utf-8"), path.name).data)
]


def of(language: str) -> dict[str, str]:
    return {at: text for spoken, at, text in TEXTS if spoken == language}


def test_there_is_much_to_read() -> None:
    assert {language: len(of(language)) > 150 for language in LANGUAGES} == dict.fromkeys(
        LANGUAGES, True
    )


@pytest.mark.parametrize(
    ("language", "letters"), [("fa", PERSIAN), ("ar", ARABIC), ("hu", HUNGARIAN)]
)
def test_each_language_has_its_own_letters_digits_and_signs(
    language: str, letters: re.Pattern[str]
) -> None:
    odd = {at: text for at, text in of(language).items() if not letters.fullmatch(text)}
    assert odd == {}


def test_english_stays_in_the_alphabet_of_cheap_messages() -> None:
    odd = {at: text for at, text in of("en").items() if encoding_of(text) is Encoding.UCS2}
    assert odd == {}


def test_a_joiner_stands_between_letters_only() -> None:
    loose = re.compile(r"(^|[\s.،؛:؟!«»(])\u200c|\u200c([\s.،؛:؟!»)]|$)|\u200c\u200c")
    assert {at: text for at, text in of("fa").items() if loose.search(text)} == {}


def test_verbs_and_plurals_are_joined_to_their_words() -> None:
    """«می شود» and «گروه ها» are for hands that have no joiner; print has one."""
    apart = re.compile(r"(?<![\w\u200c])(ن?می) |\w (ها|های|هایی|تر|ترین)(?![\w\u200c])")
    assert {at: text for at, text in of("fa").items() if apart.search(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_are_single_and_signs_hug_their_words(language: str) -> None:
    loose = re.compile(r"  | [.,،؛:؟!)»]|[(«] ")
    odd = {at: text for at, text in of(language).items() if loose.search(text)}
    # A placeholder taken out may leave two spaces or a space before a sign; look at those whole.
    whole = {f"{path.stem}": path.read_text(encoding="utf-8") for path in FILES}
    assert {at: text for at, text in odd.items() if text in whole[at.split(".")[0]]} == {}
