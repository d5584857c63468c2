"""Likely duplicates, with the evidence; staff decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.admin import changes
from app.admin.caller import Caller
from app.admin.office import Office
from app.directory.duplicates import Likeness, is_likely, likeness, telling_words
from app.intake.comparing import entry_of, words_of_places
from app.store import alikes, audit, duplicates

Row = Any
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Pair:
    one: Row
    other: Row
    likeness: Likeness


def like(office: Office, db: Any, group: Row) -> list[Pair]:
    """Groups that may be the same as this one, the likeliest first."""
    places = words_of_places(office.flows)
    parted = duplicates.parted(db, [group.id])
    others = duplicates.candidates(db, group, telling_words(group.name, places))
    return _likely([(group, other) for other in others], parted, places)[:MOST_SHOWN]


def everywhere(
    office: Office, db: Any, limit: int, after: alikes.Pair | None
) -> tuple[list[Pair], alikes.Pair | None]:
    """Pairs all over the house that were found behind the intake, the newest first."""
    places = words_of_places(office.flows)
    rows = alikes.page(db, limit, after)
    found = [pair for one, other in rows if (pair := _compared(one, other, places))]
    last = alikes.Pair(rows[-1][1].id, rows[-1][0].id) if len(rows) == limit else None
    return found, last


def part(office: Office, caller: Caller, one: str, other: str) -> None:
    """Say that two groups are two."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        first, second = changes.two(db, one, other)
        if duplicates.part(db, first.id, second.id, caller.who, now):
            details = {"other": str(second.id)}
            audit.note(db, caller.who, "duplicate dismissed", f"group:{first.id}", now, details)


def _likely(
    pairs: Sequence[tuple[Row, Row]], parted: set[tuple[int, int]], places: frozenset[str]
) -> list[Pair]:
    asked = (
        (one, other)
        for one, other in pairs
        if (min(one.id, other.id), max(one.id, other.id)) not in parted
    )
    found = [pair for one, other in asked if (pair := _compared(one, other, places))]
    return sorted(found, key=lambda pair: -pair.likeness.score)


def _compared(one: Row, other: Row, places: frozenset[str]) -> Pair | None:
    alike = likeness(entry_of(one), entry_of(other), places)
    return Pair(one, other, alike) if alike is not None and is_likely(alike) else None
