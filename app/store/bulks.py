"""One text to many: queued a page of groups at a time, once to each person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from app.store.groups_search import Filter, Place, conditions, page, restored
from app.store.participants import channels_left
from app.store.schema import bulks, groups, outbox, participants
from app.store.types import word

AT_ONCE = 500


def add(db: Connection, row: Mapping[str, Any]) -> None:
    db.execute(bulks.insert().values(**row))


def one(db: Connection, bulk: int) -> Row[Any] | None:
    return db.execute(select(bulks).where(bulks.c.id == bulk)).one_or_none()


def listed(db: Connection, limit: int, below: int | None = None) -> Sequence[Row[Any]]:
    statement = select(bulks).order_by(bulks.c.id.desc()).limit(limit)
    if below is not None:
        statement = statement.where(bulks.c.id < below)
    return db.execute(statement).all()


def states(db: Connection, bulk: int) -> dict[str, int]:
    """What became of its messages."""
    statement = select(outbox.c.state, func.count()).where(outbox.c.bulk_id == bulk)
    return {state: n for state, n in db.execute(statement.group_by(outbox.c.state))}  # noqa: C416


def reach(db: Connection, wanted: Filter, channel: str) -> tuple[int, int]:
    """How many people a text would go to, and how many of them opted out of this channel."""
    person = groups.c.participant_id
    everybody = select(func.count(person.distinct())).where(*conditions(db, wanted))
    leavers = select(person).join_from(groups, participants, participants.c.id == person)
    few = leavers.where(*conditions(db, wanted), participants.c.opt_outs > 0)
    people = sorted(set(db.execute(few).scalars()))
    left = {who for who, where in channels_left(db, people) if where == channel}
    return int(db.execute(everybody).scalar_one()), len(left)


def running(db: Connection) -> Row[Any] | None:
    """The oldest unfinished one that nobody else works on, held until the transaction ends."""
    statement = select(bulks).where(bulks.c.state == word("running")).order_by(bulks.c.id).limit(1)
    return db.execute(statement.with_for_update(skip_locked=True)).one_or_none()


def recipients(db: Connection, bulk: Row[Any]) -> tuple[list[Any], int, Place | None]:
    """The next page: people to text (id and address), how many are left out, where it ends."""
    below = None if bulk.place is None else Place(bulk.place)
    rows = page(db, restored(bulk.filter), AT_ONCE, below, always_by_id=True)
    wanted = {row.participant_id for row in rows}
    had = select(outbox.c.participant_id).where(
        outbox.c.bulk_id == bulk.id, outbox.c.participant_id.in_(wanted)
    )
    fresh = wanted - set(db.execute(had).scalars())
    statement = select(participants.c.id, participants.c.address, participants.c.opt_outs)
    people = db.execute(statement.where(participants.c.id.in_(fresh))).all()
    wary = [person.id for person in people if person.opt_outs]
    left = {who for who, where in channels_left(db, wary) if where == bulk.channel}
    own = f"masked:{bulk.channel}:"
    going = [
        person
        for person in sorted(people, key=lambda p: p.id)
        if person.id not in left
        and (person.address.startswith(own) or not person.address.startswith("masked:"))
    ]
    ends = Place(rows[-1].id) if len(rows) == AT_ONCE else None
    return going, len(people) - len(going), ends


def advance(
    db: Connection, bulk: Row[Any], queued: int, skipped: int, ends: Place | None, now: datetime
) -> None:
    """Note a page as done; without a next one the whole is."""
    values = {
        "queued": bulks.c.queued + queued,
        "skipped": bulks.c.skipped + skipped,
        "updated_at": now,
        **({"place": ends.id} if ends else {"state": "done"}),
    }
    db.execute(update(bulks).where(bulks.c.id == bulk.id).values(values))


def cancel(db: Connection, bulk: int, now: datetime) -> bool:
    """Queue no more of it."""
    statement = update(bulks).where(bulks.c.id == bulk, bulks.c.state != "cancelled")
    cancelled = statement.values(state="cancelled", updated_at=now).returning(bulks.c.id)
    return db.execute(cancelled).first() is not None


def cancel_queued(db: Connection, bulk: int, now: datetime, limit: int = 5000) -> int:
    """Cancel some of its messages that still wait; gives how many."""
    some = (
        select(outbox.c.id)
        .where(outbox.c.bulk_id == bulk, outbox.c.state == word("queued"))
        .limit(limit)
    )
    statement = update(outbox).where(
        outbox.c.id.in_(some.scalar_subquery()), outbox.c.state == word("queued")
    )
    values = {"state": "cancelled", "reason": "cancelled by staff", "updated_at": now}
    return db.execute(statement.values(values)).rowcount
