"""Pairs that may be one group, found by comparing each group once with those that share a key."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    delete,
    exists,
    literal,
    or_,
    select,
    tuple_,
)

from app.store.bulk import insert_for
from app.store.schema import alike_anew, alike_keys, alikes, counters, groups, unlikes

PLACE = "compared"
MOST_A_KEY = 30
"""Of those that share a key, the newest are compared: what more share tells little."""
AT_ONCE = 5000
GOES_BY = frozenset({"name", "province", "county", "phone"})
"""What of a group decides whom it is like."""
COLUMNS: list[Any] = [groups.c[name] for name in ("id", "revision", *sorted(GOES_BY))]


@dataclass(frozen=True, slots=True)
class Pair:
    one: int
    other: int


def changed(db: Connection, limit: int) -> Sequence[Row[Any]]:
    """Groups that changed since they were compared."""
    again = select(*COLUMNS).join(alike_anew, alike_anew.c.group_id == groups.c.id)
    return db.execute(again.order_by(groups.c.id).limit(limit)).all()


def to_compare(db: Connection, until: int, limit: int) -> Sequence[Row[Any]]:
    """Groups that were never compared, of ids below this."""
    place = db.execute(select(counters.c.next).where(counters.c.name == PLACE)).scalar() or 0
    fresh = select(*COLUMNS).where(groups.c.id > place, groups.c.id < until)
    return db.execute(fresh.order_by(groups.c.id).limit(limit)).all()


def note_place(db: Connection, group: int) -> None:
    """All groups up to this one were compared."""
    insert = insert_for(db, counters).values(name=PLACE, next=group)
    db.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"next": group}))


def compare_anew(db: Connection, group: int, revision: int) -> None:
    """What its pairs go by has changed, with this revision."""
    insert = insert_for(db, alike_anew).values(group_id=group, revision=revision)
    again = insert.on_conflict_do_update(index_elements=["group_id"], set_={"revision": revision})
    db.execute(again)


def note_compared(db: Connection, rows: Sequence[Row[Any]]) -> None:
    """These were compared as they were at their revision; what changed since waits on."""
    for row in rows:
        waits = delete(alike_anew).where(alike_anew.c.group_id == row.id)
        db.execute(waits.where(alike_anew.c.revision <= row.revision))


def forget(db: Connection, ids: Collection[int]) -> None:
    """Take these groups' keys and pairs away, to be made anew."""
    db.execute(delete(alike_keys).where(alike_keys.c.group_id.in_(ids)))
    db.execute(delete(alikes).where(or_(alikes.c.one.in_(ids), alikes.c.other.in_(ids))))


def write_keys(db: Connection, keys: Mapping[int, Collection[str]]) -> None:
    rows = [{"key": key, "group_id": group} for group, of in keys.items() for key in sorted(of)]
    if rows:
        db.execute(insert_for(db, alike_keys).on_conflict_do_nothing(), rows)


def sharing(db: Connection, keys: Collection[str]) -> dict[str, list[int]]:
    """The newest groups that have each key, where more than one does."""
    found = {}
    for key in sorted(keys):
        ids = select(alike_keys.c.group_id).where(alike_keys.c.key == key)
        newest = ids.order_by(alike_keys.c.group_id.desc()).limit(MOST_A_KEY)
        if len(those := list(db.execute(newest).scalars())) > 1:
            found[key] = those
    return found


def those(db: Connection, ids: Collection[int]) -> Iterator[Row[Any]]:
    every = sorted(ids)
    for at in range(0, len(every), AT_ONCE):
        some = groups.c.id.in_(every[at : at + AT_ONCE])
        yield from db.execute(select(*COLUMNS).where(some))


def keep(db: Connection, pairs: Collection[Pair]) -> None:
    rows = [{"one": pair.one, "other": pair.other} for pair in pairs]
    if rows:
        db.execute(insert_for(db, alikes).on_conflict_do_nothing(), rows)


def page(
    db: Connection, limit: int, below: Pair | None = None
) -> Sequence[tuple[Row[Any], Row[Any]]]:
    """Pairs that nobody merged or parted, the newest first."""
    statement = _open().order_by(alikes.c.other.desc(), alikes.c.one.desc()).limit(limit)
    if below is not None:
        place = tuple_(literal(below.other), literal(below.one))
        statement = statement.where(tuple_(alikes.c.other, alikes.c.one) < place)
    pairs = [Pair(row.one, row.other) for row in db.execute(statement)]
    ids = {id_ for pair in pairs for id_ in (pair.one, pair.other)}
    rows = {row.id: row for row in db.execute(select(groups).where(groups.c.id.in_(ids)))}
    return [(rows[pair.other], rows[pair.one]) for pair in pairs]


def _open() -> Select[Any]:
    one, other = groups.alias("one_group"), groups.alias("other_group")
    parted = exists().where(unlikes.c.one == alikes.c.one, unlikes.c.other == alikes.c.other)
    return (
        select(alikes.c.one, alikes.c.other)
        .join(one, one.c.id == alikes.c.one)
        .join(other, other.c.id == alikes.c.other)
        .where(one.c.merged_into.is_(None), other.c.merged_into.is_(None), ~parted)
    )
