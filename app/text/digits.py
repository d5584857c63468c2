"""Digits of several scripts, to ASCII for reading and back for showing."""

from collections.abc import Mapping

ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6)  # Arabic, Persian and Urdu, Devanagari, Bengali
TO_ASCII: Mapping[int, str] = {zero + n: str(n) for zero in ZEROS for n in range(10)}

SHOWN = {
    language: {48 + n: chr(zero + n) for n in range(10)}
    for language, zero in {
        "fa": 0x06F0,
        "ur": 0x06F0,
        "ps": 0x06F0,
        "ckb": 0x0660,
        "ar": 0x0660,
    }.items()
}


def digits(text: str) -> str:
    """The same text with ASCII digits."""
    return text if text.isascii() else text.translate(TO_ASCII)


def shown(text: str, language: str) -> str:
    """The same text with the digits that readers of the language expect."""
    table = SHOWN.get(language)
    return text.translate(table) if table else text
