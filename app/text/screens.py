"""What fits on one USSD screen."""

from typing import NamedTuple

from app.text.segments import Encoding, encoding_of, units

# 160 octets (3GPP TS 23.038 section 5): 182 septets, or 80 UTF-16 code units.
SCREEN = {Encoding.GSM7: 182, Encoding.UCS2: 80}


class Size(NamedTuple):
    encoding: Encoding
    units: int
    fits: bool


def ussd_size(text: str) -> Size:
    encoding = encoding_of(text)
    used = units(text, encoding)
    return Size(encoding, used, used <= SCREEN[encoding])
