"""What names of groups have in common: keys for likely duplicates and words for search."""

import re
from collections.abc import Iterator

from app.text.fold import fold

COMMON = frozenset(
    fold(word)
    for word in (  # noqa: SIM905  a list of words reads better as prose
        "انجمن موسسه مؤسسه گروه خیریه سازمان بنیاد کانون جمعیت مجمع بنیان مرکز شبکه هیئت هیات "
        "مردمی مردم‌نهاد نهاد سمن خیریه‌ی فرهنگی اجتماعی جهادی داوطلبان و در از به "
        "association institute group charity organisation organization foundation society "
        "ngo center centre network the of and for"
    ).split()
)
"""Words that many groups share, so that they tell nothing apart."""
SUFFIXES = frozenset({"ها", "های", "هایی", "تر", "ترین", "ای"})
PREFIXES = frozenset({"می", "نمی", "بی", "هم", "نا"})
"""Parts of words that people write joined, apart, or with a zero-width non-joiner."""
WORD = re.compile(r"\w+")
MOST_WORDS = 32
LONGEST = 64


def words_of(*texts: str) -> frozenset[str]:
    """Folded words to find a group by."""
    found = dict.fromkeys(word[:LONGEST] for text in texts for word in _spellings(text))
    return frozenset(list(found)[:MOST_WORDS])


def _spellings(text: str) -> Iterator[str]:
    """Each word; and what was written in several pieces, also as one."""
    before = ""
    for token in text.split():
        pieces = WORD.findall(fold(token))
        yield from pieces
        if len(pieces) > 1:
            yield "".join(pieces)
        elif pieces and are_one(before, pieces[0]):
            yield before + pieces[0]
        before = pieces[-1] if pieces else ""


def are_one(word: str, next_word: str) -> bool:
    """Whether two words are one that is sometimes written apart."""
    return bool(word) and (next_word in SUFFIXES or word in PREFIXES)


def name_key(name: str) -> str:
    """The distinctive words of a name, folded and sorted; all words if none is distinctive."""
    words = WORD.findall(fold(name))
    distinctive = [word for word in words if word not in COMMON]
    return " ".join(sorted(set(distinctive or words)))[:200]
