"""Groups that may be one, found behind the intake: each group is compared once, in small steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from app.conversation.compiled import Flows
from app.directory.duplicates import Entry, is_likely, likeness, tokens
from app.directory.sharing import keys_of
from app.store import alikes
from app.store.alikes import Pair
from app.store.engine import Db, Store, clock
from app.store.ids import at_time

A_STEP = 200
SETTLED = timedelta(minutes=1)
"""An id is made before its row is committed: younger groups are left for later."""


@dataclass(frozen=True)
class Comparing:
    store: Store
    flows: Flows

    def step(self, settled: timedelta = SETTLED) -> int:
        """Compare some groups, in one transaction; gives how many."""
        with self.store.write() as db:
            rows = alikes.changed(db, A_STEP)
            if not rows:
                rows = alikes.to_compare(db, at_time(clock(db) - settled), A_STEP)
                if rows:
                    alikes.note_place(db, rows[-1].id)
            if rows:
                alikes.keep(db, self._pairs(db, rows))
            return len(rows)

    def _pairs(self, db: Db, rows: Sequence[Any]) -> set[Pair]:
        places = words_of_places(self.flows)
        keys = {row.id: keys_of(entry_of(row), places) for row in rows}
        alikes.forget(db, keys)
        alikes.write_keys(db, keys)
        sharing = alikes.sharing(db, set().union(*keys.values()))
        near = {
            (min(group, other), max(group, other))
            for group, of in keys.items()
            for key in of
            for other in sharing.get(key, ())
            if other != group
        }
        ids = {group for pair in near for group in pair}
        entries = {row.id: entry_of(row) for row in alikes.those(db, ids)}
        return {
            Pair(one, other)
            for one, other in near
            if is_likely(likeness(entries[one], entries[other], places))
        }


def entry_of(row: Any) -> Entry:
    return Entry(row.name, row.province, row.county, row.phone)


@lru_cache(maxsize=4)
def words_of_places(flows: Flows) -> frozenset[str]:
    """Every word in a province's or county's name, folded."""
    known = (
        flow.fields[field].labels
        for flow in flows.newest.values()
        for field in ("province", "county")
        if field in flow.fields
    )
    return frozenset(
        word
        for labels in known
        for names in labels.values()
        for name in names.values()
        for word in tokens(name)
        if len(word) > 2
    )
