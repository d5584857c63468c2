"""Everything that a conversation was made of, in the order it happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from app.store.conversations import KEPT, Kept, by_id, kept
from app.store.engine import Db
from app.store.groups import known_to
from app.store.schema import conversations, groups, inbox, opt_outs, outbox, participants


@dataclass(frozen=True)
class Told:
    """One thing that was heard, and what we said to it by SMS."""

    heard: Row[Any]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """A conversation with its turns and what else was true of the person."""

    conversation: Kept
    before: Kept | None
    """The person's conversation before this one."""
    address: str
    turns: Sequence[Told]
    groups: Sequence[Row[Any]]
    known: dict[str, Any]
    """The person's groups by code, as the engine knows them."""
    wishes: Sequence[Row[Any]]


def past_of(db: Db, conversation: int) -> Past | None:
    found = by_id(db, conversation)
    if found is None:
        return None
    person = found.participant_id
    address = db.execute(
        select(participants.c.address).where(participants.c.id == person)
    ).scalar_one()
    mine = select(groups).where(groups.c.participant_id == person).order_by(groups.c.id)
    wishes = select(opt_outs).where(opt_outs.c.participant_id == person).order_by(opt_outs.c.id)
    known = known_to(db, [person]).get(person, ())
    return Past(
        found,
        _before(db, found),
        str(address),
        _turns(db, conversation),
        db.execute(mine).all(),
        {group.code: group for group in known},
        db.execute(wishes).all(),
    )


def _before(db: Db, found: Kept) -> Kept | None:
    earlier = select(func.max(conversations.c.id)).where(
        conversations.c.participant_id == found.participant_id, conversations.c.id < found.id
    )
    row = db.execute(
        select(*KEPT).where(conversations.c.id == earlier.scalar_subquery())
    ).one_or_none()
    return None if row is None else kept(row)


def _turns(db: Db, conversation: int) -> Sequence[Told]:
    theirs = select(conversations.c.participant_id).where(conversations.c.id == conversation)
    whose = theirs.scalar_subquery()  # both tables have an index for a person
    heard = db.execute(
        select(inbox)
        .where(inbox.c.participant_id == whose, inbox.c.conversation_id == conversation)
        .where(inbox.c.heard != "")
        .order_by(inbox.c.handled_at, inbox.c.id)
    ).all()
    said: dict[int, list[str]] = {}
    rows = select(outbox.c.inbox_id, outbox.c.text).where(
        outbox.c.participant_id == whose, outbox.c.conversation_id == conversation
    )
    for row in db.execute(rows.order_by(outbox.c.id)):
        said.setdefault(row.inbox_id, []).append(row.text)
    return [Told(row, tuple(said.get(row.id, ()))) for row in heard]


def when(moment: datetime | None) -> datetime:
    assert moment is not None, "what was handled has a time"
    return moment
