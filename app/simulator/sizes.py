"""What a text costs on the air, as the phones show it."""

from typing import TypedDict

from app.text.screens import SCREEN, ussd_size
from app.text.segments import ALONE, JOINED, Encoding, encoding_of, segments, split, units

HEADER_OCTETS = 6  # each part of a joined message says which one it is
HEADER_SEPTETS = 7  # the same, rounded up to whole septets


class TextSize(TypedDict):
    encoding: str
    segments: int
    units: int
    octets: int
    room: int
    """Units that all its segments together could hold."""


class ScreenSize(TypedDict):
    encoding: str
    units: int
    room: int
    fits: bool


def text_size(text: str) -> TextSize:
    size = segments(text)
    room = ALONE[size.encoding] if size.count == 1 else JOINED[size.encoding] * size.count
    pieces = split(text)
    octets = sum(_octets(piece, size.encoding, joined=len(pieces) > 1) for piece in pieces)
    return TextSize(
        encoding=size.encoding.value,
        segments=size.count,
        units=size.units,
        octets=octets,
        room=room,
    )


def _octets(piece: str, encoding: Encoding, *, joined: bool) -> int:
    used = units(piece, encoding)
    if encoding is Encoding.UCS2:
        return 2 * used + (HEADER_OCTETS if joined else 0)
    septets = used + (HEADER_SEPTETS if joined else 0)
    return -(-septets * 7 // 8)


def screen_size(text: str) -> ScreenSize:
    size = ussd_size(text)
    room = SCREEN[encoding_of(text)]
    return ScreenSize(encoding=size.encoding.value, units=size.units, room=room, fits=size.fits)
