"""Changes that staff make to groups; each is a revision with a line of history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from app.directory.names import name_key, words_of
from app.store import alikes, group_news
from app.store.bulk import insert_rows
from app.store.schema import group_specialisms, group_tags, group_words, groups

FOUND_BY = frozenset({"name", "contact"})


class ChangedMeanwhile(Exception):
    """The group is at another revision than the one that was changed."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: which revision it was made on, and what it sets."""

    group: int
    what: str
    sets: Mapping[str, Any]
    revision: int | None = None
    """None: whatever the revision is."""


def held(db: Connection, group: int) -> Row[Any] | None:
    """The group's row, held until the end of the transaction."""
    return db.execute(select(groups).where(groups.c.id == group).with_for_update()).one_or_none()


def apply(db: Connection, edit: Edit, who: str, now: datetime) -> Row[Any]:
    """Make a change. Raises ChangedMeanwhile; a change of nothing makes no revision."""
    row = held(db, edit.group)
    assert row is not None
    if edit.revision is not None and row.revision != edit.revision:
        raise ChangedMeanwhile
    before = {**row._asdict(), "specialisms": _specialisms(db, row.id)}
    changes = {n: [before[n], value] for n, value in edit.sets.items() if before[n] != value}
    if not changes:
        return row
    after = {name: value for name, (_, value) in changes.items()}
    revision = row.revision + 1
    columns: dict[str, Any] = {n: v for n, v in after.items() if n != "specialisms"}
    if "name" in after:
        columns["name_key"] = name_key(after["name"])
    statement = update(groups).where(groups.c.id == row.id).returning(*groups.c)
    changed = db.execute(statement.values(**columns, revision=revision, updated_at=now)).one()
    if "specialisms" in after:
        _write_specialisms(db, row.id, after["specialisms"])
    if "tags" in after:
        _write_tags(db, row.id, after["tags"])
    if FOUND_BY & set(after):
        _write_words(db, changed)
    if alikes.GOES_BY & set(after):
        alikes.compare_anew(db, row.id, revision)
    group_news.remember(db, row.id, revision, who, edit.what, changes, now)
    kind = "withdrawn" if after.get("status") == "withdrawn" else "changed"
    group_news.announce(db, [row.id], kind, now)
    return changed


def _specialisms(db: Connection, group: int) -> list[str]:
    of = group_specialisms.c
    statement = select(of.specialism).where(of.group_id == group).order_by(of.specialism)
    return list(db.execute(statement).scalars())


def _write_specialisms(db: Connection, group: int, chosen: Sequence[str]) -> None:
    db.execute(delete(group_specialisms).where(group_specialisms.c.group_id == group))
    rows = [{"group_id": group, "specialism": one} for one in dict.fromkeys(chosen)]
    insert_rows(db, group_specialisms, rows)


def _write_tags(db: Connection, group: int, tags: Sequence[str]) -> None:
    db.execute(delete(group_tags).where(group_tags.c.group_id == group))
    insert_rows(db, group_tags, [{"tag": tag, "group_id": group} for tag in dict.fromkeys(tags)])


def _write_words(db: Connection, row: Row[Any]) -> None:
    db.execute(delete(group_words).where(group_words.c.group_id == row.id))
    words = words_of(row.name, row.contact, row.code, row.phone.removeprefix("+"))
    insert_rows(db, group_words, [{"word": word, "group_id": row.id} for word in sorted(words)])


def merged_into(db: Connection, group: int) -> Sequence[Row[Any]]:
    """The groups that are part of this one."""
    statement = select(groups).where(groups.c.merged_into == group).order_by(groups.c.id)
    return db.execute(statement).all()
