"""Groups that may be one, found behind the intake: each group is compared once, in small steps."""

from collections.abc import Mapping
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
        """Compare some groups; gives how many. What it writes it writes briefly, between looks."""
        places = words_of_places(self.flows)
        with self.store.read() as db:
            rows = alikes.changed(db, A_STEP)
            fresh = not rows
            rows = rows or alikes.to_compare(db, at_time(clock(db) - settled), A_STEP)
        if not rows:
            return 0
        keys = {row.id: keys_of(entry_of(row), places) for row in rows}
        with self.store.write() as db:
            alikes.forget(db, keys)
            alikes.write_keys(db, keys)
        with self.store.read() as db:
            pairs = _pairs(db, keys, places)
        with self.store.write() as db:
            alikes.keep(db, pairs)
            if fresh:
                alikes.note_place(db, rows[-1].id)
            else:
                alikes.note_compared(db, rows)
        return len(rows)


def _pairs(db: Db, keys: Mapping[int, frozenset[str]], places: frozenset[str]) -> list[Pair]:
    """The likely ones of those that share a key."""
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
    return [
        Pair(one, other)
        for one, other in sorted(near)
        if one in entries and other in entries
        if is_likely(likeness(entries[one], entries[other], places))
    ]


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
