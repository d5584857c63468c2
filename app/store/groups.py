"""Groups: what a finished sign-up writes, and how staff find it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from app.conversation.turn import KnownGroup
from app.store import alikes, group_news
from app.store.bulk import insert_rows
from app.store.schema import group_specialisms, group_tags, group_words, groups, participants

COLUMNS = ("name", "type", "province", "county", "members", "offer", "contact")
"""Fields of a flow that have a column of their own; `specialisms` has a table, others `more`."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A group as a turn leaves it, with what search and duplicates need."""

    code: str
    fields: Mapping[str, Any]
    name_key: str
    words: frozenset[str]


def known_to(db: Connection, people: Sequence[int]) -> dict[int, tuple[KnownGroup, ...]]:
    """Find what these people registered and did not withdraw, oldest first."""
    if not people:
        return {}
    rows = db.execute(
        select(groups)
        .where(groups.c.participant_id.in_(people), groups.c.status != "withdrawn")
        .order_by(groups.c.id)
    ).all()
    chosen = _specialisms(db, [row.id for row in rows])
    found: dict[int, list[KnownGroup]] = {}
    for row in rows:
        fields = {name: getattr(row, name) for name in COLUMNS}
        fields |= {**row.more, "specialisms": chosen.get(row.id, [])}
        known = KnownGroup(row.code, row.status, fields)
        found.setdefault(row.participant_id, []).append(known)
    return {person: tuple(known) for person, known in found.items()}


def _specialisms(db: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    table = group_specialisms.c
    chosen: dict[int, list[str]] = {}
    found = select(table.group_id, table.specialism).where(table.group_id.in_(ids))
    for row in db.execute(found.order_by(table.group_id, table.specialism)):
        chosen.setdefault(row.group_id, []).append(row.specialism)
    return chosen


def register(db: Connection, rows: Sequence[tuple[dict[str, Any], Registration]]) -> None:
    """Write new groups: columns the turn does not decide, and the registration."""
    insert_rows(db, groups, [{**row, **_columns(what)} for row, what in rows])
    _write_sets(db, [(row["id"], what) for row, what in rows])
    tags = [{"tag": tag, "group_id": row["id"]} for row, _ in rows for tag in row["tags"]]
    insert_rows(db, group_tags, tags)
    people = [row["participant_id"] for row, _ in rows]
    if people:
        more = update(participants).where(participants.c.id.in_(people))
        db.execute(more.values(groups=participants.c.groups + 1))
        ids = [row["id"] for row, _ in rows]
        group_news.announce(db, ids, "registered", max(row["created_at"] for row, _ in rows))


def change(db: Connection, what: Registration, now: datetime) -> int | None:
    """Write a group anew by its code; gives its id, or None if there is no such group."""
    found = select(groups).where(groups.c.code == what.code).with_for_update()
    row = db.execute(found).one_or_none()
    if row is None:
        return None
    before = {**row._asdict(), "specialisms": _specialisms(db, [row.id]).get(row.id, [])}
    after = {**_columns(what), "specialisms": sorted(set(what.fields.get("specialisms") or ()))}
    changes = {n: [before[n], value] for n, value in after.items() if before[n] != value}
    if not changes:
        return int(row.id)
    columns = {**_columns(what), "updated_at": now, "revision": row.revision + 1}
    db.execute(update(groups).where(groups.c.id == row.id).values(columns))
    for table in (group_specialisms, group_words):
        db.execute(delete(table).where(table.c.group_id == row.id))
    _write_sets(db, [(row.id, what)])
    if alikes.GOES_BY & set(changes):
        alikes.compare_anew(db, row.id, row.revision + 1)
    group_news.remember(db, row.id, row.revision + 1, "participant", "edited", changes, now)
    group_news.announce(db, [row.id], "changed", now)
    return int(row.id)


def set_status(db: Connection, code: str, status: str, now: datetime) -> int | None:
    """Set the status of a group by its code, at its person's word; gives its id."""
    row = db.execute(select(groups).where(groups.c.code == code).with_for_update()).one_or_none()
    if row is None:
        return None
    columns = {"status": status, "updated_at": now, "revision": row.revision + 1}
    db.execute(update(groups).where(groups.c.id == row.id).values(columns))
    changes = {"status": [row.status, status]}
    group_news.remember(db, row.id, row.revision + 1, "participant", status, changes, now)
    kind = "withdrawn" if status == "withdrawn" else "changed"
    group_news.announce(db, [row.id], kind, now)
    return int(row.id)


def status_of(db: Connection, code: str) -> str:
    """The status of the group with this code, or of the one it was merged into; empty if none."""
    found = select(groups.c.status, groups.c.merged_into).where(groups.c.code == code)
    row = db.execute(found).one_or_none()
    if row is not None and row.merged_into is not None:
        row = db.execute(
            select(groups.c.status).where(groups.c.id == row.merged_into)
        ).one_or_none()
    return "" if row is None else str(row.status)


def _columns(what: Registration) -> dict[str, Any]:
    fields = what.fields
    more = {n: v for n, v in fields.items() if n not in {*COLUMNS, "specialisms"}}
    columns = {name: fields.get(name) or "" for name in COLUMNS if name != "members"}
    return {
        **columns,
        "members": fields.get("members"),
        "code": what.code,
        "name_key": what.name_key,
        "more": more,
    }


def _write_sets(db: Connection, rows: Sequence[tuple[int, Registration]]) -> None:
    insert_rows(
        db,
        group_specialisms,
        [
            {"group_id": group, "specialism": specialism}
            for group, what in rows
            for specialism in dict.fromkeys(what.fields.get("specialisms") or ())
        ],
    )
    words = [{"word": w, "group_id": group} for group, what in rows for w in sorted(what.words)]
    insert_rows(db, group_words, words)
