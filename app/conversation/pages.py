"""Long texts and lists in pieces that fit: whole options, with the keys that turn the page."""

from collections.abc import Iterator
from functools import lru_cache

from app.text.screens import ussd_size
from app.text.segments import segments

SCREEN = 0
"""The room of one USSD screen; any other room is a number of SMS segments."""


def fits(text: str, room: int) -> bool:
    return ussd_size(text).fits if room == SCREEN else segments(text).count <= room


@lru_cache(maxsize=4096)
def pages(text: str, lines: tuple[str, ...], room: int, more: str, back: str) -> tuple[str, ...]:
    """The text and then the lines, in as few pieces as hold them. `more` and `back` are footers."""
    whole = "\n".join((text, *lines) if text else lines)
    if fits(whole, room):
        return (whole,)
    both = f"{back} {more}" if back else more
    bodies = list(fill(list(blocks(text, lines, room, both)), room, both))
    last = len(bodies) - 1
    return tuple(
        "\n".join(part for part in (body, footer(at, last, more, back, both)) if part)
        for at, body in enumerate(bodies)
    )


def footer(at: int, last: int, more: str, back: str, both: str) -> str:
    if at == 0:
        return more if last else ""
    return back if at == last else both


def blocks(text: str, lines: tuple[str, ...], room: int, keys: str) -> Iterator[tuple[str, str]]:
    """What must stay whole, with what stands between it and the block before."""
    between = ""
    for line in (text, *lines) if text else lines:
        if fits(f"{line}\n{keys}", room):
            yield between, line
        else:
            yield from (
                (between if first else " ", word) for first, word in words(line, room, keys)
            )
        between = "\n"


def words(line: str, room: int, keys: str) -> Iterator[tuple[bool, str]]:
    for at, word in enumerate(line.split(" ")):
        piece = word
        first = at == 0
        while not fits(f"{piece}\n{keys}", room):
            end = len(piece) - 1
            while end > 1 and not fits(f"{piece[:end]}\n{keys}", room):
                end -= max(1, (end - 30) // 2)
            yield first, piece[:end]
            first, piece = False, piece[end:]
        yield first, piece


def fill(whole: list[tuple[str, str]], room: int, keys: str) -> Iterator[str]:
    body = ""
    for between, block in whole:
        longer = body + between + block if body else block
        if body and not fits(f"{longer}\n{keys}", room):
            yield body
            longer = block
        body = longer
    yield body
