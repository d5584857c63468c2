"""Who is told of sign-ups, what they are told, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, or_, select, tuple_, update

from app.store.bulk import insert_rows
from app.store.groups_search import specialisms_of
from app.store.ids import Ids
from app.store.schema import callbacks, group_events, group_history, groups, subscriptions

TOLD = (
    "code",
    "status",
    "name",
    "type",
    "province",
    "county",
    "members",
    "flow",
    "language",
    "channel",
    "tags",
    "revision",
)
"""Columns of a group that subscribers get: no number, no contact, no free text about people."""


# --- subscriptions --------------------------------------------------------------------------


def subscribe(db: Connection, row: Mapping[str, Any]) -> None:
    db.execute(subscriptions.insert().values(**row))


def every(db: Connection) -> Sequence[Row[Any]]:
    return db.execute(select(subscriptions).order_by(subscriptions.c.id)).all()


def one(db: Connection, subscription: int) -> Row[Any] | None:
    statement = select(subscriptions).where(subscriptions.c.id == subscription)
    return db.execute(statement).one_or_none()


def change(db: Connection, subscription: int, **values: Any) -> None:
    statement = update(subscriptions).where(subscriptions.c.id == subscription)
    db.execute(statement.values(**values))


def unsubscribe(db: Connection, subscription: int) -> bool:
    db.execute(delete(callbacks).where(callbacks.c.subscription_id == subscription))
    statement = delete(subscriptions).where(subscriptions.c.id == subscription)
    return db.execute(statement.returning(subscriptions.c.id)).first() is not None


# --- from events to callbacks ---------------------------------------------------------------


def fan_out(db: Connection, new_id: Ids, now: datetime, limit: int = 200) -> int:
    """Make a callback of each event for each subscriber that wants it; gives how many events."""
    statement = select(group_events).order_by(group_events.c.at).limit(limit)
    events = db.execute(statement.with_for_update(skip_locked=True)).all()
    if not events:
        return 0
    told = _told(db, events)
    rows = [
        row(new_id(), wanting.id, event, now)
        for event in told
        for wanting in every(db)
        if wanting.active and event["type"] in wanting.events
    ]
    insert_rows(db, callbacks, rows)
    keys = [(event.group_id, event.revision) for event in events]
    key = tuple_(group_events.c.group_id, group_events.c.revision)
    db.execute(delete(group_events).where(key.in_(keys)))
    return len(events)


def row(id_: int, subscription: int, event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    body = {name: value for name, value in event.items() if name != "id"}
    return {
        "id": id_,
        "subscription_id": subscription,
        "event": event["id"],
        "kind": event["type"],
        "body": orjson.dumps(body).decode(),
        "state": "queued",
        "tries": 0,
        "due_at": now,
        "created_at": now,
        "updated_at": now,
    }


def add(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_rows(db, callbacks, rows)


def _told(db: Connection, events: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    ids = [event.group_id for event in events]
    found = {one.id: one for one in db.execute(select(groups).where(groups.c.id.in_(ids)))}
    chosen = specialisms_of(db, list(found))
    changed = _changed(db, events)
    return [
        {
            "id": f"evt_{event.group_id}_{event.revision}",
            "type": f"group.{event.kind}",
            "timestamp": event.at,
            "data": {
                "id": str(group.id),
                **{name: getattr(group, name) for name in TOLD},
                "specialisms": chosen[group.id],
                "created_at": group.created_at,
                "updated_at": group.updated_at,
                "changed": changed.get((event.group_id, event.revision), []),
            },
        }
        for event in events
        if (group := found.get(event.group_id)) is not None
    ]


def _changed(db: Connection, events: Iterable[Row[Any]]) -> dict[tuple[int, int], list[str]]:
    """The names of the fields that a change changed."""
    history = group_history.c
    statement = select(history.group_id, history.revision, history.changes).where(
        history.group_id.in_([event.group_id for event in events])
    )
    return {(r.group_id, r.revision): sorted(r.changes) for r in db.execute(statement)}


def is_idle(db: Connection, now: datetime) -> bool:
    """Whether there is nothing to tell: no event, and no callback that is due."""
    event = db.execute(select(group_events.c.group_id).limit(1)).first()
    return event is None and not due(db, now)


# --- the way out ----------------------------------------------------------------------------


def due(db: Connection, now: datetime) -> Sequence[int]:
    """Subscriptions that have something due."""
    statement = select(callbacks.c.subscription_id).where(_is_due(now)).distinct()
    return list(db.execute(statement).scalars())


def _is_due(now: datetime) -> Any:
    """A sender that died leaves its lease; a receiver may get such a one twice, by its id."""
    waits = (callbacks.c.state == "queued") & (callbacks.c.due_at <= now)
    left = (callbacks.c.state == "sending") & (callbacks.c.lease_until <= now)
    return or_(waits, left)


def claim(
    db: Connection, subscription: int, limit: int, now: datetime, lease: timedelta
) -> Sequence[Row[Any]]:
    some = (
        select(callbacks.c.id)
        .where(callbacks.c.subscription_id == subscription, _is_due(now))
        .order_by(callbacks.c.due_at, callbacks.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(callbacks)
        .where(callbacks.c.id.in_(some.scalar_subquery()))
        .values(
            state="sending", tries=callbacks.c.tries + 1, lease_until=now + lease, updated_at=now
        )
        .returning(*callbacks.c)
    )
    return db.execute(statement).all()


def settle(db: Connection, callback: int, tries: int, **values: Any) -> None:
    """Write what became of a try, unless somebody else has tried since."""
    mine = update(callbacks).where(callbacks.c.id == callback, callbacks.c.tries == tries)
    db.execute(mine.values(lease_until=None, **values))


# --- the log --------------------------------------------------------------------------------


def page(
    db: Connection, subscription: int, limit: int, below: int | None = None, state: str = ""
) -> Sequence[Row[Any]]:
    statement = select(callbacks).where(callbacks.c.subscription_id == subscription)
    if state:
        statement = statement.where(callbacks.c.state == state)
    if below is not None:
        statement = statement.where(callbacks.c.id < below)
    return db.execute(statement.order_by(callbacks.c.id.desc()).limit(limit)).all()


def replay(db: Connection, subscription: int, ids: Sequence[int] | None, now: datetime) -> int:
    """Try given-up ones again from the beginning of the schedule; all of them, or these."""
    mine = (callbacks.c.subscription_id == subscription) & (callbacks.c.state == "given_up")
    statement = update(callbacks).where(mine)
    if ids is not None:
        statement = statement.where(callbacks.c.id.in_(ids))
    values = {"state": "queued", "tries": 0, "due_at": now, "updated_at": now}
    return db.execute(statement.values(values)).rowcount


def waiting(db: Connection) -> dict[int, dict[str, int]]:
    """By subscription, how many callbacks stand in each state that is not delivered."""
    columns = (callbacks.c.subscription_id, callbacks.c.state)
    statement = select(*columns, func.count()).where(callbacks.c.state != "delivered")
    found: dict[int, dict[str, int]] = {}
    for subscription, state, count in db.execute(statement.group_by(*columns)):
        found.setdefault(subscription, {})[state] = count
    return found


def forget(db: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete delivered ones that are old; those given up stay until somebody looks."""
    old = (
        select(callbacks.c.id)
        .where(callbacks.c.state == "delivered", callbacks.c.updated_at < before)
        .limit(limit)
    )
    statement = delete(callbacks).where(callbacks.c.id.in_(old.scalar_subquery()))
    return db.execute(statement).rowcount
