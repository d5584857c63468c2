"""One change to all groups that a filter finds: counted, confirmed, then worked off in pages.

Whoever confirms sees how many there are. What signs up or is changed after that moment is left
as it is: nobody agreed to it. Each page is one transaction with a line in the audit, so a
restart goes on where it stopped, and a second press changes nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from app.admin.caller import Caller
from app.admin.changes import MOST_TAGS
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.directory.standing import may_become
from app.store import audit, group_changes, group_edits, groups_search
from app.store.engine import Store
from app.store.group_changes import Tally
from app.store.group_edits import Edit
from app.store.groups_search import Filter, Place
from app.store.ids import at_time
from app.text.fold import cleaned

log = structlog.get_logger()

COUNT_HOLDS = timedelta(hours=1)
"""A question older than this is asked again: its number means nothing any more."""
LOOK_EVERY = 1.0  # seconds between looks while there is none
PAGE_EVERY = 0.05  # seconds between pages: intake and replies share the database


def ask(
    office: Office,
    caller: Caller,
    wanted: Filter,
    status: str,
    add: Sequence[str],
    remove: Sequence[str],
) -> Any:
    """Count what the change would meet, and keep it until somebody confirms."""
    added, removed = _tags(add), _tags(remove)
    if not (status or added or removed):
        raise Problem("invalid", "Say a status, or tags to add or remove.")
    now = datetime.now(UTC)
    below = Place(at_time(now))
    change = office.new_id()
    row = {
        "id": change,
        "who": caller.who,
        "filter": groups_search.stored(wanted),
        "status": status,
        "add_tags": added,
        "remove_tags": removed,
        "state": "asked",
        "place": below.id,
        "created_at": now,
        "updated_at": now,
    }
    with office.store.read() as db:
        found = group_changes.count(db, wanted, below)
    with office.store.write() as db:
        group_changes.add(db, {**row, "found": found})
        return group_changes.one(db, change)


def _tags(tags: Sequence[str]) -> list[str]:
    return sorted({cleaned(tag) for tag in tags} - {""})


def begin(office: Office, caller: Caller, change: int) -> Any:
    """Confirm it. What began already goes its way."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        row = group_changes.one(db, change)
        if row is None or row.who != caller.who:
            raise not_found("change")
        if row.state == "asked" and now - row.created_at > COUNT_HOLDS:
            raise Problem("conflict", "It was counted too long ago: ask again.")
        if group_changes.set_state(db, change, "asked", "running", now):
            details = {
                "status": row.status,
                "add": row.add_tags,
                "remove": row.remove_tags,
                "found": row.found,
            }
            audit.note(db, caller.who, "change of many begun", f"change:{change}", now, details)
        return group_changes.one(db, change)


def cancel(office: Office, caller: Caller, change: int) -> Any:
    """Change no more of them; what is changed stays so."""
    now = datetime.now(UTC)
    with office.store.write() as db:
        if group_changes.one(db, change) is None:
            raise not_found("change")
        stopped = [
            group_changes.set_state(db, change, before, "cancelled", now)
            for before in ("asked", "running")
        ]
        if not any(stopped):
            raise Problem("conflict", "It is over already.")
        if stopped[1]:
            audit.note(db, caller.who, "change of many cancelled", f"change:{change}", now)
        return group_changes.one(db, change)


class Many:
    """Works begun changes off. One a worker; workers share the changes, never a page."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                more = await asyncio.to_thread(self.step)
            except Exception as error:  # noqa: BLE001  one fault must not end this for good
                log.warning("changes.wait", error=type(error).__name__)
                more = False
            await asyncio.sleep(PAGE_EVERY if more else LOOK_EVERY)

    def step(self) -> bool:
        """Change one page of groups; False if there is nothing to do."""
        now = datetime.now(UTC)
        with self._store.write() as db:
            change = group_changes.running(db)
            if change is None:
                return False
            ids, ends = group_changes.next_page(db, change)
            became: dict[str, list[str]] = {"changed": [], "same": [], "refused": []}
            for group in ids:
                became[_change(db, change, group, now)].append(str(group))
            done = Tally(*(len(became[word]) for word in ("changed", "same", "refused")))
            if done.changed or done.refused:
                details = {word: became[word] for word in ("changed", "refused") if became[word]}
                audit.note(db, change.who, "many changed", f"change:{change.id}", now, details)
            group_changes.advance(db, change, done, ends, now)
            return True


def _change(db: Any, change: Any, group: int, now: datetime) -> str:
    """Change one group; says what became of it."""
    row = group_edits.held(db, group)
    if row is None or row.updated_at > change.created_at:
        return "refused"  # somebody changed it after it was counted
    if change.status and row.status != change.status and not may_become(row.status, change.status):
        return "refused"
    tags = sorted({*row.tags, *change.add_tags} - set(change.remove_tags))
    if len(tags) > MOST_TAGS:
        return "refused"
    edits = [Edit(group, "status", {"status": change.status})] if change.status else []
    if change.add_tags or change.remove_tags:
        edits.append(Edit(group, "tagged", {"tags": tags}))
    before = row.revision
    for edit in edits:
        row = group_edits.apply(db, edit, change.who, now)
    return "same" if row.revision == before else "changed"
