"""Whole numbers as people write them: «۱٬۲۰۰ نفر», "about 50", «بیست و پنج»."""

import re

from app.conversation.words import Numbers, lexicon
from app.text.fold import fold

MOST_WORDS = 8
GROUPED = re.compile(r"(?<![\d.,'])\d{1,3}(?:[ ,.'](?:\d{3}))+(?![\d,.']*\d)")
SPACED = re.compile(r"(?<!\d)\d(?: \d)+(?!\d)")
DIGITS = re.compile(r"\d+")
LETTERS = re.compile(r"[^\W\d_]+")
EDGE = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
MOST_DIGITS = 15


def whole_number(text: str) -> int | None:
    """The one number that a short text says; None for none, for several, or for too much else."""
    plain = fold(text)
    if len(plain) > 80 or text.strip().startswith(("-", "−")):
        return None
    plain = EDGE.sub(" ", plain)
    for spread in (GROUPED, SPACED):
        plain = spread.sub(lambda found: re.sub(r"\D", "", found[0]), plain)
    found = DIGITS.findall(plain)
    words = LETTERS.findall(plain)
    if len(found) > 1 or len(words) > MOST_WORDS:
        return None
    if found:
        return with_thousands(found[0], words)
    return in_words(words)


def with_thousands(digits: str, words: list[str]) -> int | None:
    if len(digits) > MOST_DIGITS:
        return None
    value = int(digits)
    numbers = lexicon().numbers
    if any(word in one.words for one in numbers for word in words):
        return None  # «۲ هزار و پانصد» and its like are asked again rather than guessed
    return value * 1000 if any(word in one.thousand for one in numbers for word in words) else value


def in_words(words: list[str]) -> int | None:
    spoken = [word for word in words if word not in lexicon().around]
    for numbers in lexicon().numbers:
        value = add_up(spoken, numbers)
        if value is not None:
            return value
    return None


def add_up(words: list[str], numbers: Numbers) -> int | None:
    """`two thousand three hundred and five`, `بیست و پنج`; None if any word is no number."""
    total = part = 0
    last = 10**9
    for word in split_joined(words, numbers):
        if word in numbers.thousand:
            total += (part or 1) * 1000
            part, last = 0, 1000
            continue
        value = numbers.words.get(word)
        if value is None:
            return None
        if value == 100 and 0 < part < 10:
            part *= 100
        elif part and (value >= last or size(value) >= size(last)):
            return None  # «دو سه»: two numbers, not a sum
        else:
            part += value
        last = value
    return total + part if words and last != 10**9 else None


def size(value: int) -> int:
    """Units and the numbers up to twenty, tens, hundreds."""
    return 0 if value < 20 else 1 if value < 100 else 2


def split_joined(words: list[str], numbers: Numbers) -> list[str]:
    """Words without the joiners; «بیستوپنج» and `twentyfive` written together come apart."""
    apart: list[str] = []
    for word in words:
        if word in numbers.words or word in numbers.thousand:
            apart.append(word)
        elif word not in numbers.joiner:
            apart.extend(cut_apart(word, numbers) or [word])
    return apart


def cut_apart(word: str, numbers: Numbers) -> list[str]:
    for joiner in numbers.joiner:
        if word.removeprefix(joiner) in numbers.words:
            return [word.removeprefix(joiner)]
    for at in range(len(word) - 1, 1, -1):
        first, rest = word[:at], word[at:]
        if first not in numbers.words:
            continue
        for joiner in ("", *numbers.joiner):
            if rest.startswith(joiner) and rest.removeprefix(joiner) in numbers.words:
                return [first, rest.removeprefix(joiner)]
    return []
