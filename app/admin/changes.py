"""What staff do to groups, by the API and in the console: checked, remembered, audited.

Whatever one call does is one transaction. It holds every group it touches, in one order, before
its first line in the audit, for which others wait.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.admin import vocabulary
from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.directory.standing import MAY_BECOME, may_become
from app.store import audit, group_edits, group_news, groups_search
from app.store.group_edits import ChangedMeanwhile, Edit
from app.text.fold import cleaned

Row = Any
TAKEN = ("type", "province", "county", "members", "offer", "contact")
"""What a group may take from another that becomes part of it."""
MOST_TAGS = 30


def edit(
    office: Office, caller: Caller, key: str, revision: int | None, sets: Mapping[str, Any]
) -> Row:
    """Change fields. The place, type and specialisms must be words of the group's flow."""
    with office.store.write() as db:
        row = found(db, key)
        flow = office.flows.current(row.flow)
        clean: dict[str, Any] = {
            n: cleaned(v) if isinstance(v, str) else v for n, v in sets.items()
        }
        for name in ("type", "province"):
            if name in clean:
                vocabulary.check(flow, name, [clean[name]])
        if "specialisms" in clean:
            vocabulary.check(flow, "specialisms", clean["specialisms"])
            clean["specialisms"] = sorted(set(clean["specialisms"]))
        if {"province", "county"} & set(clean):
            province = clean.get("province", row.province)
            county = clean.get("county", row.county)
            vocabulary.check(flow, "county", [county], province)
        return _apply(db, caller, Edit(row.id, "edited", clean, revision), datetime.now(UTC))


def set_status(
    office: Office, caller: Caller, key: str, status: str, revision: int | None = None
) -> Row:
    with office.store.write() as db:
        return _set_status(db, caller, found(db, key), status, revision)


def _set_status(db: Any, caller: Caller, row: Row, status: str, revision: int | None = None) -> Row:
    if row.status == status:
        return row
    if not may_become(row.status, status):
        allowed = ", ".join(sorted(MAY_BECOME.get(row.status, ())))
        raise Problem("conflict", f"A {row.status} group may become: {allowed}.")
    edit_ = Edit(row.id, "status", {"status": status}, revision)
    return _apply(db, caller, edit_, datetime.now(UTC))


def tag(office: Office, caller: Caller, key: str, add: Sequence[str], remove: Sequence[str]) -> Row:
    with office.store.write() as db:
        return _tag(db, caller, found(db, key), add, remove)


def _tag(db: Any, caller: Caller, row: Row, add: Sequence[str], remove: Sequence[str]) -> Row:
    tags = sorted(({*row.tags, *map(cleaned, add)} - set(map(cleaned, remove))) - {""})
    if len(tags) > MOST_TAGS:
        raise Problem("invalid", f"A group has at most {MOST_TAGS} tags.")
    return _apply(db, caller, Edit(row.id, "tagged", {"tags": tags}), datetime.now(UTC))


def change_many(
    office: Office,
    caller: Caller,
    ids: Sequence[str],
    status: str | None,
    add: Sequence[str],
    remove: Sequence[str],
) -> tuple[list[str], dict[str, str]]:
    """Verify, reject or tag several at once: ids that changed, and why others did not."""
    changed: list[str] = []
    refused: dict[str, str] = {}
    with office.store.write() as db:
        rows = held(db, ids)
        for one in ids:
            if (row := rows.get(one)) is None:
                refused[one] = "There is no such group."
                continue
            try:
                after = _set_status(db, caller, row, status) if status else row
                after = _tag(db, caller, after, add, remove) if add or remove else after
            except Problem as problem:
                refused[one] = problem.detail
                continue
            if after.revision != row.revision:
                changed.append(one)
    return changed, refused


# --- merging --------------------------------------------------------------------------------


def merge(
    office: Office, caller: Caller, key: str, into: str, take: Sequence[str]
) -> tuple[Row, Row]:
    """Make a group part of another, which may take some of its fields. Can be undone."""
    with office.store.write() as db:
        part, whole = two(db, key, into)
        if part.id == whole.id:
            raise Problem("conflict", "A group cannot be part of itself.")
        if part.merged_into is not None or whole.merged_into is not None:
            raise Problem("conflict", "One of them is part of a group already.")
        if group_edits.merged_into(db, part.id):
            raise Problem("conflict", "Others are part of this group: undo those first.")
        taken = {name: getattr(part, name) for name in take if name != "specialisms"}
        if "specialisms" in take:
            both = groups_search.specialisms_of(db, [part.id, whole.id])
            taken["specialisms"] = sorted({*both[part.id], *both[whole.id]})
        now = datetime.now(UTC)
        merged = _apply(db, caller, Edit(part.id, "merged", {"merged_into": whole.id}), now)
        return merged, _apply(db, caller, Edit(whole.id, "merged", taken), now)


def unmerge(office: Office, caller: Caller, key: str) -> tuple[Row, Row]:
    """Undo a merge: what the whole took goes back, unless somebody changed it since."""
    with office.store.write() as db:
        row = groups_search.by_code_or_id(db, key)
        if row is None or row.merged_into is None:
            raise Problem("conflict", "This group is part of no other.")
        part, whole = two(db, str(row.id), str(row.merged_into))
        merged_at = next(
            line.at for line in group_news.history(db, part.id) if line.what == "merged"
        )
        now = datetime.now(UTC)
        back = _taken_then(db, whole, merged_at)
        apart = _apply(db, caller, Edit(part.id, "unmerged", {"merged_into": None}), now)
        return apart, _apply(db, caller, Edit(whole.id, "unmerged", back), now)


def _taken_then(db: Any, whole: Row, merged_at: datetime) -> dict[str, Any]:
    now = {
        **whole._asdict(),
        "specialisms": groups_search.specialisms_of(db, [whole.id])[whole.id],
    }
    for line in group_news.history(db, whole.id):
        if line.what == "merged" and line.at == merged_at:
            changes = line.changes.items()
            return {name: old for name, (old, new) in changes if now[name] == new}
    return {}


# --- parts ----------------------------------------------------------------------------------


def found(db: Any, key: str) -> Row:
    """Find one group by code or id, and hold it."""
    if (row := held(db, [key]).get(key)) is None:
        raise not_found("group")
    return row


def two(db: Any, one: str, other: str) -> tuple[Row, Row]:
    rows = held(db, [one, other])
    if len(rows) < len({one, other}):
        raise not_found("group")
    return rows[one], rows[other]


def held(db: Any, keys: Sequence[str]) -> dict[str, Row]:
    """Find groups by code or id and hold them, in one order for everybody."""
    ids = {key: row.id for key in keys if (row := groups_search.by_code_or_id(db, key))}
    rows = {one: group_edits.held(db, one) for one in sorted(set(ids.values()))}
    return {key: row for key, one in ids.items() if (row := rows[one]) is not None}


def _apply(db: Any, caller: Caller, edit: Edit, now: datetime) -> Row:
    """Write a change, its history and its line in the audit, which names fields, not values."""
    before = group_edits.held(db, edit.group)
    try:
        row = group_edits.apply(db, edit, caller.who, now)
    except ChangedMeanwhile as error:
        raise Problem("changed-meanwhile", "Read the group again.") from error
    assert before is not None
    if row.revision != before.revision:
        details = {"fields": sorted(edit.sets), "revision": row.revision}
        if edit.what == "status":
            details["status"] = row.status
        audit.note(db, caller.who, f"group {edit.what}", f"group:{edit.group}", now, details)
    return row
