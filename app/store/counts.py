"""How many: groups by what they are, and when they came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, cast, extract, func, select

from app.store.groups_search import Filter, conditions
from app.store.schema import conversations, group_specialisms, groups

SLICE = 1800
"""Seconds that sign-ups are counted in: every zone is a whole number of these from UTC."""


def groups_by(db: Connection, columns: Sequence[str], wanted: Filter) -> dict[str, dict[str, int]]:
    """How many groups have each value of each column, by reading them once."""
    of = [groups.c[name] for name in columns]
    statement = select(*of, func.count()).where(*conditions(db, wanted)).group_by(*of)
    found: dict[str, dict[str, int]] = {name: {} for name in columns}
    for *values, count in db.execute(statement):
        for name, value in zip(columns, values, strict=True):
            found[name][value] = found[name].get(value, 0) + int(count)
    return found


def groups_by_specialism(db: Connection, wanted: Filter) -> dict[str, int]:
    of = group_specialisms.c.specialism
    statement = select(of, func.count()).group_by(of)
    joined = group_specialisms.c.group_id == groups.c.id
    if wanted != Filter():
        return _pairs(db, statement.join(groups, joined).where(*conditions(db, wanted)))
    # All groups but the few merged ones: counting those apart spares a join of everything.
    merged = _pairs(db, statement.join(groups, joined).where(groups.c.merged_into.is_not(None)))
    return {value: n - merged.get(value, 0) for value, n in _pairs(db, statement).items()}


def _pairs(db: Connection, statement: Select[Any]) -> dict[Any, int]:
    return {value: count for value, count in db.execute(statement)}  # noqa: C416  rows, not pairs


def groups_in_slices(
    db: Connection, wanted: Filter, since: datetime, until: datetime
) -> Sequence[tuple[int, int]]:
    """Sign-ups in each half hour that had some: its beginning in Unix time, and how many."""
    came = groups.c.created_at
    number = _slice(db, came).label("slice")
    statement = select(number, func.count()).where(came >= since, came < until).group_by(number)
    if wanted != Filter():
        found = _pairs(db, statement.where(*conditions(db, wanted)))
    else:
        # All but the few merged ones: so the index alone tells, and no row is looked at.
        found = _pairs(db, statement)
        for at, count in _pairs(db, statement.where(groups.c.merged_into.is_not(None))).items():
            found[at] -= count
    return [(int(at) * SLICE, found[at]) for at in sorted(found) if found[at]]


def _slice(db: Connection, column: Any) -> Any:
    if db.dialect.name == "sqlite":
        return cast(func.strftime("%s", column), Integer) // SLICE
    return func.floor(extract("epoch", column) / SLICE)


def standing_of(db: Connection, flow: str) -> Sequence[tuple[str, str, int]]:
    """How many conversations of a flow stand in each step: step, standing, how many."""
    columns = (conversations.c.step, conversations.c.standing)
    statement = select(*columns, func.count()).where(conversations.c.flow == flow)
    return [(s, standing, n) for s, standing, n in db.execute(statement.group_by(*columns))]
