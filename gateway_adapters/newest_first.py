"""Polling an inbox that shows its newest messages first and forgets nothing.

The cursor is the highest id known; while a poll goes on over several pages it is that id, the
page to read next and the newest id seen, joined by `+`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway_adapters.contract import BadPayload, Event, Fields, Polled
from gateway_adapters.reading import each


@dataclass(frozen=True)
class Place:
    known: int = 0
    page: int = 1
    newest: int = 0


def place(cursor: str) -> Place:
    parts = [int(part) if part.isdecimal() and part.isascii() else 0 for part in cursor.split("+")]
    known, page, newest = [*parts, 0, 0][:3]
    return Place(known, max(page, 1), max(known, newest))


def fresh(
    rows: Sequence[Fields], cursor: str, id_name: str, read: Callable[[Any], Event], *, more: bool
) -> Polled:
    """The messages not known yet, oldest first. `more` says that an older page follows.

    The first poll of all reads one page: what is older was there before us.
    """
    at = place(cursor)
    ids = [_id(row, id_name) for row in rows]
    unread = [row for row, number in zip(rows, ids, strict=True) if number > at.known]
    newest = max([at.newest, *ids])
    goes_on = more and len(unread) == len(rows) > 0 and bool(cursor)
    then = f"{at.known}+{at.page + 1}+{newest}" if goes_on else str(newest)
    return Polled(each(unread[::-1], read) if unread else [], then, goes_on)


def _id(row: Fields, name: str) -> int:
    try:
        return int(row.get(name))
    except ValueError as error:
        raise BadPayload(f"a message without {name!r}") from error
