"""Letters folded so that two spellings of one word compare equal.

For comparing only: what people wrote is stored as they wrote it.
"""

import re
import unicodedata
from functools import lru_cache

from app.text.digits import TO_ASCII

# One letter for the many that keyboards and carriers put in its place. Decomposition has by
# then taken hamza, madda and Latin accents off their letters.
LETTERS = {
    "ي": "ی",
    "ى": "ی",
    "ې": "ی",
    "ے": "ی",
    "ك": "ک",
    "ڪ": "ک",
    "ة": "ه",
    "ە": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ٱ": "ا",
    "ٲ": "ا",
    "ٳ": "ا",
    "ء": "",
    "ـ": "",
    "،": ",",
    "؛": ";",
    "؟": "?",
    "٬": ",",
    "٫": ".",
    "۔": ".",
    "\u200c": " ",
    "\u00ad": "",
}
# Marks that are written above, below and between letters, or not seen at all.
MARKS = (
    (0x0300, 0x036F),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x200B, 0x200B),
    (0x200D, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2069),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
)
TABLE: dict[int, str | None] = {
    **TO_ASCII,
    **{code: None for first, last in MARKS for code in range(first, last + 1)},
    **{ord(letter): plain for letter, plain in LETTERS.items()},
}

NOT_LETTERS = re.compile(r"[\W_]+")
AT_THE_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@lru_cache(1024)  # most of what people type is a number, a yes, or one of a few words
def fold(text: str) -> str:
    """Lower case, one spelling a letter, ASCII digits, single spaces, nothing at the ends.

    A zero-width non-joiner becomes a space; use `key` where spaces must not matter either.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(TABLE)
        # Case folding may bring back what was taken off (İ), and some capitals decompose first.
        text = unicodedata.normalize("NFKD", text.casefold()).translate(TABLE)
    else:
        text = text.lower()
    return AT_THE_ENDS.sub("", " ".join(text.split()))


def key(text: str) -> str:
    """`fold` without spaces and signs: «ثبت‌نام», «ثبت نام» and «ثبتنام» are one word."""
    return NOT_LETTERS.sub("", fold(text))


def storable(text: str) -> str:
    """The text without what a database refuses or a terminal obeys; spaces stay as they are."""
    return text if text.isprintable() else UNSEEN.sub("", text)


def cleaned(text: str) -> str:
    """What a person wrote, fit to be stored and shown: one line, no control characters."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text  # as ids and numbers are
    return " ".join(storable(text).split())
