"""Groups that may be one: found by what they share, so that few need to be compared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from app.directory.search import Wanted
from app.store.bulk import insert_for
from app.store.groups_search import count_of, has_word, is_word
from app.store.schema import group_words, groups, unlikes

MOST_WORDS = 4
MOST_COMPARED = 400
COMMON = 2000
"""A word of more groups than these is looked for in the same county alone."""
LEAST_PREFIX = 4


def candidates(db: Connection, group: Row[Any], words: Sequence[str]) -> Sequence[Row[Any]]:
    """Groups that share a telling word with this one, or its person. Newest first."""
    found: set[int] = set()
    for word in words[:MOST_WORDS]:
        # Without its last letters a word is found in another spelling too.
        wanted = Wanted(word[: max(LEAST_PREFIX, len(word) - 2)])
        if count_of(db, wanted, COMMON) < COMMON:
            ids = select(group_words.c.group_id).where(is_word(db, wanted)).distinct()
        elif group.county:
            near = (groups.c.county == group.county) & (groups.c.province == group.province)
            ids = select(groups.c.id).where(near, has_word(db, wanted))
        else:
            continue
        ids = ids.order_by(ids.selected_columns[0].desc()).limit(MOST_COMPARED)
        found.update(db.execute(ids).scalars())
    theirs = select(groups.c.id).where(groups.c.participant_id == group.participant_id)
    found.update(db.execute(theirs.limit(MOST_COMPARED)).scalars())
    newest = sorted(found - {group.id}, reverse=True)[:MOST_COMPARED]
    return _those(db, newest)


def _those(db: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    statement = select(groups).where(groups.c.id.in_(ids), groups.c.merged_into.is_(None))
    return db.execute(statement.order_by(groups.c.id.desc())).all()


# --- pairs that staff found to be two -------------------------------------------------------


def part(db: Connection, one: int, other: int, who: str, now: datetime) -> bool:
    """Propose this pair no more; False if that was said before."""
    first, second = sorted((one, other))
    row = {"one": first, "other": second, "who": who, "at": now}
    insert = insert_for(db, unlikes).values(**row).on_conflict_do_nothing()
    return db.execute(insert.returning(unlikes.c.one)).first() is not None


def parted(db: Connection, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Which pairs with one of these groups are known to be two."""
    either = or_(unlikes.c.one.in_(ids), unlikes.c.other.in_(ids))
    return {(row.one, row.other) for row in db.execute(select(unlikes).where(either))}
