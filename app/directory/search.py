"""What somebody typed to find a group, as terms that words of groups can be held against."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.directory.names import LONGEST, WORD, are_one
from app.text.digits import digits
from app.text.fold import fold
from app.text.phone import e164

MOST_TERMS = 8
SHOWN_DIGITS = 5
"""Of a number's beginning as everybody sees it masked: a longer prefix would tell the rest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word that begins so, or is exactly so."""

    word: str
    whole: bool = False


Spelling = tuple[Wanted, ...]
Term = tuple[Spelling, ...]
"""One of the spellings must be there; of a spelling, every word."""


def terms_of(typed: str, *, region: str = "IR", sees_numbers: bool = True) -> tuple[Term, ...]:
    """Give the terms, all of which a group must meet. Nothing typed gives none."""
    if number := e164(digits(typed).strip(), region):
        return (((Wanted(number.removeprefix("+"), whole=True),),),)
    found = list(_terms(typed, sees_numbers=sees_numbers))
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def _terms(typed: str, *, sees_numbers: bool) -> Iterator[Term]:
    tokens = [pieces for token in typed.split() if (pieces := WORD.findall(fold(token)))]
    at = 0
    while at < len(tokens):
        pieces = tokens[at]
        after = tokens[at + 1] if at + 1 < len(tokens) else []
        if len(pieces) == len(after) == 1 and are_one(pieces[0], after[0]):
            pieces = [*pieces, *after]
            at += 1
        at += 1
        spellings = [pieces] if len(pieces) == 1 else [pieces, ["".join(pieces)]]
        yield tuple(
            tuple(_wanted(word, sees_numbers=sees_numbers) for word in words) for words in spellings
        )


def _wanted(word: str, *, sees_numbers: bool) -> Wanted:
    is_number = word.isascii() and word.isdigit()
    if is_number and word.startswith("09"):
        word = "98" + word[1:]
    hidden = is_number and not sees_numbers and len(word) > SHOWN_DIGITS
    return Wanted(word[:LONGEST], whole=hidden)
