"""Counts what a load left in the database, so that no figure stands for less than whole turns."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.store.engine import open_store
from app.store.schema import groups, inbox, outbox


@dataclass(frozen=True)
class Stored:
    handled: int
    poisoned: int
    answered: int
    """Texts that a reply is owed for."""
    groups: int


def latest(url: str) -> int:
    """The newest inbox id: ids are in the order of time."""
    store = open_store(url, 2)
    try:
        with store.read() as db:
            return int(db.execute(select(func.max(inbox.c.id))).scalar_one() or 0)
    finally:
        store.close()


def stored(url: str, since: int, prefix: str) -> Stored:
    """What was kept, since that id, of the load whose ids begin so."""
    ours = (inbox.c.id > since, inbox.c.carrier_id.startswith(prefix))
    store = open_store(url, 2)
    try:
        with store.read() as db:
            by_state = select(inbox.c.state, func.count()).where(*ours).group_by(inbox.c.state)
            states = {row[0]: row[1] for row in db.execute(by_state)}
            # No join: right after a big fill the planner believes that nothing is newer.
            heard = set(db.execute(select(inbox.c.id).where(*ours)).scalars())
            replies = select(outbox.c.inbox_id).where(outbox.c.id > since)
            answered = len(heard & set(db.execute(replies).scalars()))
            new = select(func.count()).where(groups.c.id > since)
            registered = db.execute(new).scalar_one()
    finally:
        store.close()
    return Stored(states.get("handled", 0), states.get("poisoned", 0), answered, registered)
