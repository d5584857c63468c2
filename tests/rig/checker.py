"""Reads the database after a storm and says what went wrong: lost, doubled, out of order.

Posts are keyed `<person>-<number>`, numbers ascending, so that order can be read from the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.store.engine import clock, open_store
from app.store.schema import (
    attempts,
    channel_state,
    conversations,
    groups,
    inbox,
    outbox,
    participants,
)


@dataclass(frozen=True)
class Kept:
    """What the database says, in the form that the questions below are asked."""

    keys: dict[str, str]
    """State by key of everything in the inbox."""
    order: dict[int, list[str]]
    """Keys of each participant, by inbox id."""
    turns: dict[int, int]
    """Turns counted by each participant's conversations."""
    groups: Counter[str]
    """Groups by their participant's address."""
    owed: dict[int, str]
    """State of every outbox row."""
    tried: Counter[int]
    """Attempts by outbox row."""
    answered: Counter[int]
    """Outbox rows by the inbox row that caused them."""


def read(url: str) -> Kept:
    store = open_store(url)
    try:
        with store.read() as db:
            columns = (inbox.c.carrier_id.label("key"), inbox.c.state, inbox.c.participant_id)
            said = db.execute(select(*columns).order_by(inbox.c.id)).all()
            turns = db.execute(
                select(conversations.c.participant_id, func.sum(conversations.c.turns)).group_by(
                    conversations.c.participant_id
                )
            ).all()
            addresses = db.execute(
                select(participants.c.address).join(
                    groups, groups.c.participant_id == participants.c.id
                )
            ).scalars()
            registered = Counter(addresses)
            owed = db.execute(select(outbox.c.id, outbox.c.state, outbox.c.inbox_id)).all()
            tried = db.execute(
                select(attempts.c.outbox_id, func.count()).group_by(attempts.c.outbox_id)
            ).all()
    finally:
        store.close()
    order: dict[int, list[str]] = defaultdict(list)
    for row in said:
        if row.participant_id is not None:
            order[row.participant_id].append(row.key)
    return Kept(
        keys={row.key: row.state for row in said},
        order=order,
        turns={row[0]: int(row[1]) for row in turns},
        groups=registered,
        owed={row.id: row.state for row in owed},
        tried=Counter({row[0]: row[1] for row in tried}),
        answered=Counter(row.inbox_id for row in owed),
    )


def lost(kept: Kept, acked: Iterable[str]) -> set[str]:
    """Acknowledged, and not in the database as handled."""
    return {key for key in acked if kept.keys.get(key) != "handled"}


def out_of_order(kept: Kept) -> list[list[str]]:
    return [keys for keys in kept.order.values() if keys != sorted(keys, key=_number)]


def doubled(kept: Kept) -> list[str]:
    """People whose conversation took more or fewer turns than they sent messages."""
    return [
        keys[0] for person, keys in kept.order.items() if kept.turns.get(person, 0) != len(keys)
    ]


def not_registered_once(kept: Kept, numbers: Iterable[str]) -> list[str]:
    """People who said everything and do not have exactly one group, or strangers with one."""
    expected = set(numbers)
    wrong = [number for number in expected if kept.groups[number] != 1]
    return wrong + [address for address in kept.groups if address not in expected]


def open_count(url: str) -> int:
    """How much waits to be sent or is in the air."""
    store = open_store(url)
    try:
        with store.read() as db:
            is_open = outbox.c.state.in_(["queued", "sending"])
            return int(db.execute(select(func.count()).where(is_open)).scalar_one())
    finally:
        store.close()


def still_open(url: str) -> list[str]:
    """What waits and how its channel stands, for whoever has to find out why."""
    store = open_store(url)
    names = ("state", "reason", "tries", "due_at", "lease_until", "created_at", "expires_at")
    waits = select(*(outbox.c[name] for name in names)).limit(5)
    try:
        with store.read() as db:
            is_open = outbox.c.state.in_(["queued", "sending"])
            found = [*db.execute(waits.where(is_open)), *db.execute(select(channel_state))]
            return [f"now {clock(db)}", *(str(row._asdict()) for row in found)]
    finally:
        store.close()


def owed_to(url: str, digits: str) -> list[str]:
    """States of what is owed to the number that ends so, oldest first."""
    store = open_store(url)
    try:
        with store.read() as db:
            ends_so = outbox.c.address.endswith(digits)
            return list(
                db.execute(select(outbox.c.state).where(ends_so).order_by(outbox.c.id)).scalars()
            )
    finally:
        store.close()


def answers(url: str) -> list[dict[str, Any]]:
    """What every conversation understood so far."""
    store = open_store(url)
    try:
        with store.read() as db:
            return list(db.execute(select(conversations.c.answers)).scalars())
    finally:
        store.close()


def _number(key: str) -> int:
    return int(key.rpartition("-")[2])
