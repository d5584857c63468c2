"""Phone numbers for those who may not see them: enough to recognise one, too little to call."""

import re

from app.text.digits import digits

# Nine digits or more, of any script, written with or without signs between them.
NUMBER = re.compile(r"\+?\d(?:[\s\-().\u200c]{0,2}\d){8,}")
FIRST, LAST = 6, 4
HIDDEN = "***"


def masked_number(number: str) -> str:
    """`+989121234567` as `+98912***4567`; what is no number at all is hidden whole."""
    plain = digits(number)
    if plain.startswith("masked:") or len(plain) < FIRST + LAST:
        return HIDDEN if number else ""
    first = min(FIRST, len(plain) - LAST - len(HIDDEN))
    return f"{plain[:first]}{HIDDEN}{plain[-LAST:]}"


def masked_text(text: str) -> str:
    """A text with the numbers in it masked; shorter ones, like tracking codes, stay."""
    return NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    plain = "".join(letter for letter in found[0] if letter.isdigit())
    return f"{plain[:3]}{HIDDEN}{plain[-LAST:]}"
