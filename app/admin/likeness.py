"""Likely duplicates, with the evidence; staff decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import combinations
from typing import Any

from app.admin import changes
from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.vocabulary import labels
from app.conversation.compiled import Flows
from app.directory.duplicates import Entry, Likeness, is_likely, likeness, telling_words, tokens
from app.store import audit, duplicates

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


def everywhere(office: Office, db: Any, limit: int, after: str) -> tuple[list[Pair], str | None]:
    """Pairs of the same name all over the house, cluster by cluster."""
    places = words_of_places(office.flows)
    clusters, next_ = duplicates.clusters(db, limit, after)
    parted = duplicates.parted(db, [row.id for rows in clusters for row in rows])
    found: list[Pair] = []
    for rows in clusters:
        found += _likely(list(combinations(rows, 2)), parted, places)
    return found, next_


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
    found = []
    for one, other in pairs:
        if (min(one.id, other.id), max(one.id, other.id)) in parted:
            continue
        alike = likeness(_entry(one), _entry(other), places)
        if alike is not None and is_likely(alike):
            found.append(Pair(one, other, alike))
    return sorted(found, key=lambda pair: -pair.likeness.score)


def _entry(row: Row) -> Entry:
    return Entry(row.name, row.province, row.county, row.phone)


@lru_cache(maxsize=4)
def words_of_places(flows: Flows) -> frozenset[str]:
    """Every word in a province's or county's name, folded."""
    return frozenset(
        word
        for flow in flows.newest.values()
        for field in ("province", "county")
        for names in labels(flow, field).values()
        for name in names.values()
        for word in tokens(name)
        if len(word) > 2
    )
