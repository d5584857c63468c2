"""Parts of long messages that wait for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, literal, or_, select

from app.store.bulk import dumped, insert_for, select_given
from app.store.schema import parts

PartsKey = tuple[str, str, str]
"""Channel, sender, reference."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    number: int
    total: int
    message: dict[str, Any]
    received_at: datetime


def keep(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep parts; one that came before changes nothing."""
    if not rows:
        return
    names = list(rows[0])
    given = select_given(db.dialect.name, [parts.c[name] for name in names])
    insert = insert_for(db, parts).from_select(names, given.where(literal(True)))
    db.execute(insert.on_conflict_do_nothing(), {"rows": dumped(rows)})


def of(db: Connection, keys: Sequence[PartsKey]) -> dict[PartsKey, list[KeptPart]]:
    """All parts kept under these keys, in the order of their numbers."""
    found: dict[PartsKey, list[KeptPart]] = {}
    if keys:
        for row in db.execute(select(parts).where(_any(keys)).order_by(parts.c.number)):
            kept = KeptPart(row.number, row.total, row.message, row.received_at)
            found.setdefault((row.channel, row.sender, row.reference), []).append(kept)
    return found


def late(db: Connection, before: datetime, limit: int = 100) -> Sequence[PartsKey]:
    """Long messages whose first part has waited since before this."""
    statement = select(parts.c.channel, parts.c.sender, parts.c.reference)
    rows = db.execute(statement.where(parts.c.received_at < before).distinct().limit(limit))
    return [(row.channel, row.sender, row.reference) for row in rows]


def drop(db: Connection, keys: Sequence[PartsKey]) -> None:
    if keys:
        db.execute(delete(parts).where(_any(keys)))


def _any(keys: Sequence[PartsKey]) -> Any:
    return or_(
        *(
            and_(parts.c.channel == c, parts.c.sender == s, parts.c.reference == r)
            for c, s, r in keys
        )
    )
