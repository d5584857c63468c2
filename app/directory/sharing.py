"""What two sign-ups of one group are likely to share, as keys to look each other up by.

A key is coarse on purpose: whether two that share one are alike is decided by `duplicates`.
"""

import re
from collections.abc import Iterator

from app.directory.duplicates import Entry, telling_words

SOUNDS = str.maketrans(
    {"ذ": "ز", "ض": "ز", "ظ": "ز", "ث": "س", "ص": "س", "ط": "ت", "ح": "ه", "غ": "ق", "ع": None}
)
"""Letters that sound alike and are mistaken for each other."""
VOWELS = re.compile(r"(?<!^)[اویaeiou]")
DOUBLED = re.compile(r"(.)\1+")
MOST_WORDS = 4
LONGEST = 120


def keys_of(entry: Entry, places: frozenset[str] = frozenset()) -> frozenset[str]:
    """The whole name in its province, each telling word in its county, the phone."""
    return frozenset(key[:LONGEST] for key in _keys(entry, telling_words(entry.name, places)))


def _keys(entry: Entry, words: tuple[str, ...]) -> Iterator[str]:
    if words:
        yield f"{entry.province}|{sound_of(''.join(words))}"
    for word in words[:MOST_WORDS]:
        yield f"{entry.county or entry.province}/{sound_of(word)}"
    if entry.phone:
        yield entry.phone


def sound_of(word: str) -> str:
    """A folded word without what people spell in several ways."""
    sound = DOUBLED.sub(r"\1", VOWELS.sub("", word.translate(SOUNDS)))
    return sound if len(sound) > 1 else word
