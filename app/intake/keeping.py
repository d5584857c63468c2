"""Keeping what could not be understood, for people to look at and to handle again."""

import hashlib
from collections.abc import Sequence
from typing import Any

from app.intake.item import Item, Unread
from app.store import inbox
from app.store.engine import Db
from app.store.ids import Ids


def keep_unread(db: Db, items: Sequence[Item], new_id: Ids) -> None:
    """Keep requests nobody could read; the same bytes again only count."""
    rows: dict[str, dict[str, Any]] = {}
    for item in items:
        assert isinstance(item.event, Unread)
        digest = hashlib.sha256(item.raw or b"").hexdigest()
        rows[f"{item.channel}:{digest}"] = {
            **_row(item, new_id()),
            "key": f"u:{digest}",
            "state": "unread",
            "problem": item.event.problem,
        }
    inbox.add_unread(db, list(rows.values()))


def keep_poison(db: Db, item: Item, problem: str, row: int) -> None:
    """Keep an item that no transaction could take, as bytes and nothing else of it."""
    digest = hashlib.sha256(item.key.encode("utf-8", "replace")).hexdigest()
    kept = {**_row(item, row), "key": f"p:{digest}", "state": "poisoned", "problem": problem}
    inbox.add_unread(db, [kept])


def _row(item: Item, row: int) -> dict[str, Any]:
    return {
        "id": row,
        "channel": item.channel,
        "kind": item.kind,
        "received_at": item.received_at,
        "raw": item.raw,
        "seen": 1,
    }
