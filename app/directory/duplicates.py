"""Whether two sign-ups may be one group: proposed with the evidence, never decided.

Letters alone say little: «خیریه امید» exists in every town. So two groups must share a word that
tells something apart; words that many share weigh little, place and phone weigh besides.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.directory.names import COMMON, WORD, are_one
from app.text.fold import fold

LIKELY = 0.72
"""From here on a pair is proposed."""
ALIKE = 0.8
"""Two words this alike are one word written in two ways: one letter of five or more."""
LEAST_LETTERS = 5

COMMON_WEIGHT = 0.15
FREQUENT_WEIGHT = 0.4
EACH_ITS_OWN = 0.5
"""One name often leaves out what the other has; where each has a word of its own, they differ."""
SAME_COUNTY, SAME_PROVINCE, ELSEWHERE, SAME_PHONE = 0.1, 0.0, -0.3, 0.25

NOWHERE: frozenset[str] = frozenset()
LINKING = re.compile(r"(?<=\w{2}[او])ی$")
"""The letter that ties a word to the next one: «اهدای» is «اهدا»."""

FREQUENT = frozenset(
    LINKING.sub("", fold(word))
    for word in (  # noqa: SIM905  a list of words reads better as prose
        "شهید شهدای شهدا امام حضرت سید محله روستای روستا شهر شهرک خانه سرای مدرسه مسجد "
        "دبیرستان بیمارستان درمانگاه هتل شرکت تعاونی صندوق خانوادگی کودک کودکان زنان بانوان "
        "جوانان دختران پسران سالمندان معلولان بیماران حمایت حامیان دوستداران یاوران یاران "
        "همیاران یاریگران خادمین خیرین مجمع پایگاه کمپین دانشجویی داوطلب تیم کارگروه شورای "
        "آموزشی هنری ورزشی صنفی نیکوکاری توانبخشی مشاوره سلامت سبز پایدار مهر امید نور ایران "
        "قرض الحسنه سرپرست خانوار محیط زیست میراث شبانه روزی اعتیاد مشارکت توسعه پیوند اهدای "
        "volunteers youth women children hope"
    ).split()
)
"""Words that say what a group does, or that many like to be called by."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What of a group is compared."""

    name: str
    province: str = ""
    county: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two groups are, from 0 to 1, and what speaks for and against it."""

    score: float
    shared: tuple[str, ...]
    """Words that both names have, as the first has them; the telling ones first."""
    reasons: tuple[str, ...]
    """same-name, shared-words, same-county, same-province, elsewhere, same-phone."""


def likeness(one: Entry, other: Entry, places: frozenset[str] = frozenset()) -> Likeness | None:
    """How alike they are, or None where nothing but common words is shared.

    `places` are folded names of provinces and counties: in a name they tell nothing that the
    place does not tell.
    """
    ours, theirs = _joined(tokens(one.name), tokens(other.name))
    if _numbers(ours) != _numbers(theirs) and _numbers(ours) and _numbers(theirs):
        return None  # «گروه ۱» and «گروه ۲»
    pairs = _matched(ours, theirs)
    worth = {mine: min(weight(mine, places), weight(yours, places)) for mine, yours, _ in pairs}
    shared = [mine for mine in worth if worth[mine] >= FREQUENT_WEIGHT]
    telling = [mine for mine in worth if worth[mine] == 1.0]
    if not telling and set(ours) != set(theirs):
        return None
    both = 2 * sum(worth[mine] * alike for mine, _, alike in pairs)
    alone = _unmatched(ours, 0, pairs), _unmatched(theirs, 1, pairs)
    if all(any(weight(word, NOWHERE) > COMMON_WEIGHT for word in words) for words in alone):
        places = NOWHERE  # «امداد شاهین» and «امداد عقاب» differ, though Shahin is a town too
    loose = [[weight(word, places) for word in words] for words in alone]
    matched = sum(weight(mine, places) for mine, _, _ in pairs if worth[mine])
    matched += sum(weight(yours, places) for mine, yours, _ in pairs if worth[mine])
    all_ = matched + sum(map(sum, loose))
    score = both / all_ if all_ else 1.0
    own = (sum(one for one in of if one > COMMON_WEIGHT) for of in loose)
    score -= EACH_ITS_OWN * min(own)
    reasons = ["same-name" if fold(one.name) == fold(other.name) else "shared-words"]
    for reason, more in _besides(one, other):
        reasons.append(reason)
        score += more
    words = dict.fromkeys([*telling, *shared])
    return Likeness(round(min(max(score, 0.0), 1.0), 3), tuple(words), tuple(reasons))


def is_likely(likeness_: Likeness | None) -> bool:
    return likeness_ is not None and likeness_.score >= LIKELY


@lru_cache(maxsize=5_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, each once, with affixes on."""
    found: list[str] = []
    for word in WORD.findall(fold(name)):
        if found and are_one(found[-1], word):
            found[-1] += word
        else:
            found.append(word)
    return tuple(dict.fromkeys(LINKING.sub("", word) for word in found))


def telling_words(name: str, places: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The words of a name by which others like it can be looked up."""
    words = tokens(name)
    telling = tuple(word for word in words if weight(word, places) == 1.0)
    return telling or tuple(w for w in words if weight(w, places) > COMMON_WEIGHT) or words


@lru_cache(maxsize=20_000)
def weight(word: str, places: frozenset[str]) -> float:
    if word in COMMON:
        return COMMON_WEIGHT
    if word in places:
        return 0.0
    return FREQUENT_WEIGHT if word in FREQUENT or len(word) < 3 else 1.0


def _besides(one: Entry, other: Entry) -> Iterable[tuple[str, float]]:
    if one.province and other.province and one.province != other.province:
        yield "elsewhere", ELSEWHERE
    elif one.county and one.county == other.county:
        yield "same-county", SAME_COUNTY
    elif one.province and one.province == other.province:
        yield "same-province", SAME_PROVINCE
    if one.phone and one.phone == other.phone:
        yield "same-phone", SAME_PHONE


def _joined(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """Make words that the other name writes as one into one."""
    return _as_in(one, other), _as_in(other, one)


def _as_in(words: Sequence[str], model: Sequence[str]) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(words):
        parts = words[at : at + 2]
        whole = "".join(parts)
        apart = len(parts) == 2 and not any(part in COMMON or part in model for part in parts)
        if apart and any(_alike(whole, word) for word in model):
            found.append(whole)
            at += 2
        else:
            found.append(words[at])
            at += 1
    return found


def _matched(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pair the words off, the most alike first."""
    all_ = [
        (alike, mine, yours) for mine in ours for yours in theirs if (alike := _alike(mine, yours))
    ]
    pairs: list[tuple[str, str, float]] = []
    taken: set[tuple[str, str]] = set()
    for alike, mine, yours in sorted(all_, key=lambda one: -one[0]):
        if ("ours", mine) not in taken and ("theirs", yours) not in taken:
            taken |= {("ours", mine), ("theirs", yours)}
            pairs.append((mine, yours, alike))
    return pairs


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < LEAST_LETTERS or one.isdigit() or other.isdigit():
        return 0.0
    alike = OSA.normalized_similarity(one, other)
    return alike if alike >= ALIKE else 0.0


def _unmatched(
    words: Sequence[str], side: int, pairs: Sequence[tuple[str, str, float]]
) -> list[str]:
    """What a name says that the other does not."""
    matched = {pair[side] for pair in pairs}
    return [word for word in words if word not in matched]


def _numbers(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdigit())
