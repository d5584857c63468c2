"""API keys: 256 bits, shown once, kept as their SHA-256."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from app.store.ids import Ids
from app.store.schema import api_keys

PREFIX = "mk_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: int
    name: str
    scopes: frozenset[str]
    used_at: datetime | None


def add(
    db: Connection,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    new_id: Ids,
    expires_at: datetime | None = None,
) -> str:
    """Make a key and give it; nobody can read it again."""
    key = PREFIX + secrets.token_urlsafe(32)
    db.execute(
        api_keys.insert().values(
            id=new_id(),
            name=name,
            key_hash=_hash(key),
            prefix=key[:8],
            scopes=sorted(scopes),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return key


def find(db: Connection, key: str, now: datetime) -> ApiKey | None:
    """Find the key that is neither revoked nor expired."""
    row = db.execute(
        select(api_keys).where(
            api_keys.c.key_hash == _hash(key),
            api_keys.c.revoked_at.is_(None),
            or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now),
        )
    ).one_or_none()
    if row is None:
        return None
    return ApiKey(row.id, row.name, frozenset(row.scopes), row.used_at)


def note_use(db: Connection, key: int, now: datetime) -> None:
    db.execute(update(api_keys).where(api_keys.c.id == key).values(used_at=now))


def every(db: Connection) -> Sequence[Row[Any]]:
    return db.execute(select(api_keys).order_by(api_keys.c.id)).all()


def revoke(db: Connection, key: int, now: datetime) -> bool:
    statement = update(api_keys).where(api_keys.c.id == key, api_keys.c.revoked_at.is_(None))
    return db.execute(statement.values(revoked_at=now)).rowcount == 1


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
