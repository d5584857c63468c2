"""What names of groups have in common: keys for likely duplicates and words for search."""

import re

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
WORD = re.compile(r"\w+")
MOST_WORDS = 24


def words_of(*texts: str) -> frozenset[str]:
    """Folded words to find a group by."""
    found = [word for text in texts for word in WORD.findall(fold(text))]
    return frozenset(word[:64] for word in found[:MOST_WORDS])


def name_key(name: str) -> str:
    """The distinctive words of a name, folded and sorted; all words if none is distinctive."""
    words = WORD.findall(fold(name))
    distinctive = [word for word in words if word not in COMMON]
    return " ".join(sorted(set(distinctive or words)))[:200]
