"""Forgetting a person: whatever names them goes; at most a keyed mark of an opt-out stays.

The mark tells, to who knows the number and has the key, that it wanted no messages. Nothing can
be read from it, so nobody is asked again whom the house has forgotten.
"""

import hmac
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    Text,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.types import LargeBinary

from app.store.bulk import insert_for
from app.store.engine import Store
from app.store.participants import channels_left
from app.store.schema import (
    answered,
    attempts,
    callbacks,
    carrier_ids,
    consents,
    conversations,
    dialogs,
    group_events,
    groups,
    inbox,
    opt_out_marks,
    opt_outs,
    outbox,
    participants,
    parts,
    polled,
    reports,
    views,
    visits,
)

NATIONAL = 10
"""Last digits of a number: however it was written, they stand together."""
AT_ONCE = 2000
"""Raw requests looked through a transaction."""

Counts = dict[str, int]


def mark_of(key: bytes, channel: str, address: str) -> str:
    return hmac.new(key, f"opt-out\x1f{channel}\x1f{address}".encode(), "sha256").hexdigest()


def left_before(db: Connection, key: bytes, channel: str, address: str) -> bool:
    """Whether this person opted out of the channel before they were forgotten."""
    mark = mark_of(key, channel, address)
    found = select(opt_out_marks.c.mark).where(opt_out_marks.c.mark == mark)
    return db.execute(found).first() is not None


def forget(store: Store, key: bytes, address: str, now: datetime) -> Counts:
    """Forget somebody by their address: E.164, or a carrier's own id. Gives what went, by table."""
    counts: Counts = {}
    with store.write() as db:
        person = select(participants.c.id).where(participants.c.address == address)
        found = db.execute(person.with_for_update()).scalar_one_or_none()
        if found is not None:
            _keep_marks(db, key, found, address, now)
            _forget_person(db, found, counts)
        _forget_elsewhere(db, address, counts)
    for table, column in ((inbox, inbox.c.raw), (polled, polled.c.body)):
        counts[f"{table.name} raw"] = _blank_raw(store, table, column, written(address))
    return {str(name): count for name, count in counts.items() if count}


def written(address: str) -> str:
    """What any writing of the address holds."""
    return address[-NATIONAL:] if address.startswith("+") else address.rpartition(":")[2]


def _keep_marks(db: Connection, key: bytes, person: int, address: str, now: datetime) -> None:
    for _, channel in sorted(channels_left(db, [person])):
        row = {"mark": mark_of(key, channel, address), "at": now}
        db.execute(insert_for(db, opt_out_marks).values(row).on_conflict_do_nothing())


def _forget_person(db: Connection, person: int, counts: Counts) -> None:
    own = select(groups.c.id, groups.c.code).where(groups.c.participant_id == person)
    mine = db.execute(own).all()
    ids = [row.id for row in mine]
    sent = select(outbox.c.id).where(outbox.c.participant_id == person)
    for table in (attempts, reports, carrier_ids):
        _delete(db, table, table.c.outbox_id.in_(sent), counts)
    _delete(db, outbox, outbox.c.participant_id == person, counts)
    _delete(db, inbox, inbox.c.participant_id == person, counts)
    _delete(db, dialogs, dialogs.c.participant_id == person, counts)
    talks = select(conversations.c.id).where(conversations.c.participant_id == person)
    _delete(db, visits, visits.c.conversation_id.in_(talks), counts)
    db.execute(update(groups).where(groups.c.merged_into.in_(ids)).values(merged_into=None))
    _delete(db, group_events, group_events.c.group_id.in_(ids), counts)
    for named in [str(row.id) for row in mine] + [row.code for row in mine]:
        _delete(db, callbacks, _holds(callbacks.c.body, f'"{named}"'), counts)
        _delete(db, answered, _holds_bytes(db, answered.c.body, f'"{named}"'), counts)
    for table in (groups, consents, opt_outs, conversations):
        _delete(db, table, table.c.participant_id == person, counts)
    _delete(db, participants, participants.c.id == person, counts)


def _forget_elsewhere(db: Connection, address: str, counts: Counts) -> None:
    """What names them without belonging to them, or while nobody knew who they were."""
    text = written(address)
    _delete(db, visits, visits.c.address == address, counts)
    _delete(db, inbox, inbox.c.participant_id.is_(None) & _holds(inbox.c.sender, text), counts)
    _delete(db, dialogs, dialogs.c.sender == address, counts)
    _delete(db, parts, or_(_holds(parts.c.sender, text), parts.c.sender == address), counts)
    _delete(db, views, _holds(views.c.query, text), counts)
    _delete(db, callbacks, _holds(callbacks.c.body, text), counts)
    _delete(db, answered, _holds_bytes(db, answered.c.body, text), counts)


def _delete(db: Connection, table: Table, which: Any, counts: Counts) -> None:
    gone = db.execute(delete(table).where(which)).rowcount
    counts[table.name] = counts.get(table.name, 0) + gone


def _holds(column: Any, text: str) -> Any:
    return cast(column, Text).contains(text, autoescape=True)


def _holds_bytes(db: Connection, column: Any, text: str) -> Any:
    wanted = literal(text.encode(), LargeBinary)
    if db.dialect.name == "sqlite":
        return func.instr(column, wanted) > 0
    return func.position(wanted.op("IN")(column)) > 0


def _blank_raw(store: Store, table: Table, column: Any, text: str) -> int:
    """Empty requests of several people that name this one; other people's texts stay."""
    blanked = 0
    for ids in _pages(store, table, column):
        with store.write() as db:
            some = table.c.id.in_(ids) & _holds_bytes(db, column, text)
            statement = update(table).where(some)
            empty: Mapping[str, Any] = {column.name: None if column.nullable else b""}
            blanked += db.execute(statement.values(empty)).rowcount
    return blanked


def _pages(store: Store, table: Table, column: Any) -> Iterator[Sequence[int]]:
    after = 0
    while True:
        with store.read() as db:
            statement = select(table.c.id).where(column.is_not(None), table.c.id > after)
            ids = db.execute(statement.order_by(table.c.id).limit(AT_ONCE)).scalars().all()
        if ids:
            yield ids
        if len(ids) < AT_ONCE:
            return
        after = ids[-1]


def rewrite(store: Store) -> None:
    """Write a SQLite file anew, so that nothing of what was deleted is left in its pages."""
    if store.is_sqlite and store.url.database:
        with closing(sqlite3.connect(store.url.database, timeout=60)) as file:
            file.execute("VACUUM")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
