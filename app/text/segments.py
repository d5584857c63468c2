"""How many parts a text costs as SMS, and where it would be cut."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

# 3GPP TS 23.038 section 6.2.1: the default alphabet and, behind an escape, its extension.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"

ALL_GSM = re.compile(f"[{re.escape(BASIC + EXTENDED)}]*")
NOT_GSM = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")
ESCAPED = re.compile(f"[{re.escape(EXTENDED)}]")


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


# Units in a lone message and in each part of a joined one (6 octets go to the header).
ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}


class Segments(NamedTuple):
    encoding: Encoding
    count: int  # type: ignore[assignment]  # tuples have a method of that name
    units: int
    """Septets, or UTF-16 code units."""


def encoding_of(text: str) -> Encoding:
    return Encoding.GSM7 if ALL_GSM.fullmatch(text) else Encoding.UCS2


def units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return len(text) + len(ESCAPED.findall(text))
    return utf16_units(text)


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(4096)  # a flow says the same words to everybody
def segments(text: str) -> Segments:
    encoding = encoding_of(text)
    size = units(text, encoding)
    if size <= ALONE[encoding]:
        return Segments(encoding, 1, size)
    room = JOINED[encoding]
    # A pair that would straddle two parts moves to the next one whole, which may cost a part.
    pairs = size != len(text)
    count = sum(1 for _ in parts(text, encoding, room)) if pairs else -(-size // room)
    return Segments(encoding, count, size)


def split(text: str) -> list[str]:
    """The texts of the parts; joined they are the text again."""
    encoding = encoding_of(text)
    if units(text, encoding) <= ALONE[encoding]:
        return [text]
    return list(parts(text, encoding, JOINED[encoding]))


def parts(text: str, encoding: Encoding, room: int) -> Iterator[str]:
    wide = set(EXTENDED) if encoding is Encoding.GSM7 else None
    start = used = 0
    for at, character in enumerate(text):
        cost = 1 + (character in wide if wide else character > "\uffff")
        if used + cost > room:
            yield text[start:at]
            start, used = at, 0
        used += cost
    yield text[start:]


def offenders(text: str) -> str:
    """The characters that make a text UCS-2, each once, in order."""
    return "".join(dict.fromkeys(NOT_GSM.findall(text)))
