"""What a person may pick from, and finding out what they picked.

Exact spellings and clear beginnings count; near misses only ever become a question back.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from app.conversation.words import lexicon
from app.text.fold import fold, key

NEVER_NUMBERS = frozenset({"11", "12"})
"""Opt out and opt in for the regulator (Iran); a menu must work the same on every line."""
SHORTEST_BEGINNING = 3
SHORTEST_GUESS = 4
CLOSE_ENOUGH = 74
MOST_GUESSES = 4
MOST_WORDS = 60
LONGEST_GUESS = 80

BETWEEN = re.compile(r"[\s,;:/+&.\-–—_()|*#]+")
EDGE_OF_DIGITS = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to pick, with its names by language. The label is the first of its names."""

    id: str
    label: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    next: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """A list of options in one language, numbered, with a table of every way to name them."""

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    by_key: Mapping[str, str]
    keys: tuple[str, ...]
    """The same keys in order, numbers left out."""
    around: tuple[str, ...] = ()
    """Keys of words that people put before or after a name, the longest first."""

    def label(self, id_: str) -> str:
        return self.labels[self.ids.index(id_)] if id_ in self.ids else id_

    def number(self, id_: str) -> str:
        return self.numbers[self.ids.index(id_)]


def numbered(count: int, avoid: Iterable[str] = ()) -> tuple[str, ...]:
    """Numbers for so many options, without the regulator's and the paging keys'."""
    skipped = NEVER_NUMBERS.union(avoid)
    numbers: list[str] = []
    at = 0
    while len(numbers) < count:
        at += 1
        if str(at) not in skipped:
            numbers.append(str(at))
    return tuple(numbers)


def options(
    entries: Iterable[Entry],
    language: str,
    avoid: Iterable[str] = (),
    ignore: Mapping[str, tuple[str, ...]] | None = None,
) -> Options:
    found = tuple(entries)
    numbers = numbered(len(found), avoid)
    by_key = names(found, language)
    return Options(
        ids=tuple(entry.id for entry in found),
        labels=tuple(entry.label[language] for entry in found),
        numbers=numbers,
        by_key={
            **by_key,
            **{number: entry.id for number, entry in zip(numbers, found, strict=True)},
        },
        keys=tuple(sorted(by_key)),
        around=around_of(ignore or {}),
    )


def around_of(ignore: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    words = {key(word) for some in ignore.values() for word in some} - {""}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def bare(around: tuple[str, ...], name: str) -> Iterator[str]:
    """A name without a word around it: «استان گیلان», "Gilan province", "the city of Rasht"."""
    for word in around:
        if len(name) > len(word):
            if name.startswith(word):
                yield name.removeprefix(word)
            if name.endswith(word):
                yield name.removesuffix(word)


def names(entries: tuple[Entry, ...], language: str) -> dict[str, str]:
    """Every key that names one entry. The person's own language has the last word, labels first."""
    table: dict[str, str] = {}
    languages = sorted(
        {code for entry in entries for code in entry.label}, key=lambda code: code == language
    )
    for code in languages:
        own: dict[str, str] = {}
        for entry in entries:
            for alias in entry.aliases.get(code, ()):
                own.setdefault(key(alias), entry.id)
        for entry in entries:
            if code in entry.label:
                own[key(entry.label[code])] = entry.id
        table.update(own)
    table.pop("", None)
    return table


# --- reading --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picked:
    """`ids` in the order they were named; `rest` is what named nothing."""

    ids: tuple[str, ...]
    rest: tuple[str, ...] = ()


def pick(table: Options, text: str, several: int = 1) -> Picked:
    """Which options a text names, by number, name or clear beginning."""
    whole = key(text)
    words = words_of(text)
    if not several_numbers(words):
        for name in (whole, *bare(table.around, whole)):
            if name in table.by_key:
                return Picked((table.by_key[name],))
    ids: list[str] = []
    rest: list[str] = []
    for piece, id_ in pieces(table, words):
        if id_:
            ids.append(id_)
        elif several > 1 and (run := run_of_digits(table, piece)):
            ids.extend(run)
        elif one := beginning(table, key(piece)):
            ids.append(one)
        else:
            rest.append(piece)
    return Picked(tuple(dict.fromkeys(ids)), tuple(rest))


def words_of(text: str) -> list[str]:
    apart = BETWEEN.split(EDGE_OF_DIGITS.sub(" ", fold(text)))
    return [word for word in apart[:MOST_WORDS] if word]


def pieces(table: Options, words: list[str]) -> Iterator[tuple[str, str]]:
    """The words in runs: each the longest that names an option, or what lies between such."""
    lost: list[str] = []
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + 8), at, -1):
            if id_ := named(table, words[at:end]):
                if lost:
                    yield " ".join(lost), ""
                    lost = []
                yield "", id_
                at = end
                break
        else:
            if words[at] not in joiners() and words[at] not in lexicon().around:
                lost.append(words[at])
            elif lost:
                yield " ".join(lost), ""
                lost = []
            at += 1
    if lost:
        yield " ".join(lost), ""


def several_numbers(words: list[str]) -> bool:
    """Whether digits stand apart: «۱ ۳» is one and three, never thirteen."""
    return sum(word.isdecimal() for word in words) > 1


def named(table: Options, words: list[str]) -> str:
    if several_numbers(words):
        return ""
    if id_ := table.by_key.get(key("".join(words))):
        return id_
    if len(words) > 1:
        return ""
    word = words[0]
    if word.isdecimal():
        return table.by_key.get(str(int(word)), "") if len(word) < 5 else ""
    # The Persian word for nine is also the word for no.
    if word in lexicon().no["fa"]:
        return ""
    return next(
        (
            table.by_key.get(str(one.words[word]), "")
            for one in lexicon().numbers
            if word in one.words
        ),
        "",
    )


def joiners() -> frozenset[str]:
    return frozenset().union(*(one.joiner for one in lexicon().numbers))


def run_of_digits(table: Options, piece: str) -> tuple[str, ...]:
    """«135» names three options where no number has two digits."""
    if not piece.isdecimal() or len(table.ids) > 9 or len(set(piece)) != len(piece):
        return ()
    found = tuple(table.by_key.get(digit, "") for digit in piece)
    return found if all(found) else ()


def beginning(table: Options, start: str) -> str:
    """The one option whose name begins so, if it is one."""
    found = beginnings(table, start)
    return found[0] if len(found) == 1 else ""


def beginnings(table: Options, start: str) -> tuple[str, ...]:
    if len(start) < SHORTEST_BEGINNING or start.isdecimal():
        return ()
    at = bisect_left(table.keys, start)
    found: dict[str, None] = {}
    while at < len(table.keys) and table.keys[at].startswith(start):
        found[table.by_key[table.keys[at]]] = None
        at += 1
    return tuple(found)


def guesses(table: Options, text: str) -> tuple[str, ...]:
    """Options that a text may have meant, the likeliest first; at most a few."""
    wanted = key(text)
    if not SHORTEST_BEGINNING <= len(wanted) <= LONGEST_GUESS or wanted.isdecimal():
        return ()
    if found := beginnings(table, wanted):
        return found[:MOST_GUESSES]
    inside = tuple(dict.fromkeys(table.by_key[name] for name in table.keys if wanted in name))
    if inside:
        return inside[:MOST_GUESSES]
    if len(wanted) < SHORTEST_GUESS:
        return ()
    close = process.extract(
        wanted, table.keys, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=MOST_GUESSES
    )
    if not close:
        return ()
    best = close[0][1]
    return tuple(dict.fromkeys(table.by_key[name] for name, score, _ in close if score > best - 6))
