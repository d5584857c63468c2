"""The words that work everywhere and the phrases the engine says by itself (`words.yaml`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.conversation.source import read_yaml
from app.text.fold import fold, key

FILE = Path(__file__).with_name("words.yaml")


class Command(StrEnum):
    """What a word alone may ask for in every flow. Stop words come before and are not here."""

    HELP = "help"
    BACK = "back"
    RESTART = "restart"
    STATUS = "status"
    LANGUAGE = "language"
    SKIP = "skip"
    MORE = "more"
    LIST = "list"
    JOIN = "join"


@dataclass(frozen=True)
class Numbers:
    """Number words of one language, folded."""

    words: Mapping[str, int]
    thousand: frozenset[str]
    joiner: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything in `words.yaml`, folded where it is compared."""

    stop: frozenset[str]
    join: frozenset[str]
    commands: Mapping[str, Mapping[str, Command]]
    """By language, then by key."""
    yes: Mapping[str, frozenset[str]]
    no: Mapping[str, frozenset[str]]
    this_number: frozenset[str]
    names: Mapping[str, str]
    """Languages by the name their speakers use."""
    named: Mapping[str, str]
    """The key of any name of a language -> the language."""
    separators: Mapping[str, str]
    phrases: Mapping[str, Mapping[str, str | Mapping[str, str]]]
    """By name and language; a text, or one for `sms` and one for `ussd`."""
    statuses: Mapping[str, Mapping[str, str]]
    numbers: tuple[Numbers, ...]
    around: frozenset[str]
    jalali: Mapping[str, int]
    gregorian: Mapping[str, int]
    jalali_names: tuple[str, ...]
    days: Mapping[str, int]
    """The keys of today and yesterday -> days to add."""


@cache
def lexicon() -> Lexicon:
    data = read_yaml(FILE.read_text(encoding="utf-8"), FILE.name).data
    words, months = data["words"], data["months"]
    return Lexicon(
        stop=frozenset(everyone(with_politeness(words["stop"], data["polite"]))),
        join=frozenset(everyone(words["join"])),
        commands=commands(words),
        yes=by_language(words["yes"]),
        no=by_language(words["no"]),
        this_number=frozenset(everyone(words["this_number"])),
        names={code: language["name"] for code, language in data["languages"].items()},
        named=dict(language_names(data["languages"])),
        separators=data["separators"],
        phrases=data["phrases"],
        statuses=data["statuses"],
        numbers=tuple(number_words(one) for one in data["numbers"].values()),
        around=frozenset(everyone(data["around"])),
        jalali={key(name): at for at, name in enumerate(months["jalali"], 1)},
        gregorian={
            key(name): at
            for names in months["gregorian"].values()
            for at, name in enumerate(names, 1)
        },
        jalali_names=tuple(months["jalali"]),
        days={key(word): -past for past, day in enumerate(data["days"].values()) for word in day},
    )


def everyone(words: Mapping[str, Iterable[str]]) -> Iterator[str]:
    return (key(word) for language in words.values() for word in language)


def by_language(words: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {language: frozenset(map(key, some)) for language, some in words.items()}


def with_politeness(
    words: Mapping[str, Iterable[str]], polite: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """«لطفا لغو» and "stop please" are as plain as the words alone."""
    return {
        language: [
            said
            for word in some
            for said in (
                word,
                *(f"{p} {word}" for p in polite[language]),
                *(f"{word} {p}" for p in polite[language]),
            )
        ]
        for language, some in words.items()
    }


def commands(words: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, dict[str, Command]]:
    languages = words["help"].keys()
    return {
        language: {
            key(word): command for command in Command for word in words[command].get(language, ())
        }
        for language in languages
    }


def language_names(languages: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for code, language in languages.items():
        for name in (language["name"], *language["also"]):
            yield key(name), code


def number_words(data: Mapping[str, Any]) -> Numbers:
    return Numbers(
        words={fold(word): int(value) for word, value in data["words"].items()},
        thousand=frozenset(map(fold, data["thousand"])),
        joiner=frozenset(map(fold, data["and"])),
    )


def command_words(language: str) -> dict[str, Command | str]:
    """What every language calls the commands; in doubt the person's own language decides."""
    words: dict[str, Command | str] = {}
    for code in sorted(lexicon().commands, key=lambda code: code == language):
        words.update(lexicon().commands[code])
    return {**words, **lexicon().named}


def yes_no(
    wanted: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]], language: str
) -> frozenset[str]:
    everywhere = frozenset[str]().union(*wanted.values())
    return everywhere - other.get(language, frozenset()) | wanted.get(language, frozenset())
