"""Logins of operators, each a row that can be ended; and failed tries, which make people wait."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, select, update

from app.store.bulk import insert_for
from app.store.schema import login_failures, logins, operators

Login = Row[Any]


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class From:
    """Where somebody signs in from, for the list of their logins."""

    address: str
    browser: str


def begin(
    db: Connection,
    operator: int,
    token: str,
    csrf: str,
    origin: From,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a new login; the token itself is kept by the browser alone."""
    db.execute(
        logins.insert().values(
            token_hash=hashed(token),
            operator_id=operator,
            csrf=csrf,
            address=origin.address,
            browser=origin.browser,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )


def find(db: Connection, token: str, now: datetime, idle: timedelta) -> Login | None:
    """Find the login that still holds, with its operator."""
    columns = [c for c in operators.c if c.name not in ("id", "created_at")]
    statement = (
        select(*logins.c, *columns)
        .join(operators, operators.c.id == logins.c.operator_id)
        .where(
            logins.c.token_hash == hashed(token),
            logins.c.expires_at > now,
            logins.c.seen_at > now - idle,
            operators.c.active,
        )
    )
    return db.execute(statement).one_or_none()


def touch(db: Connection, token_hash: str, now: datetime) -> None:
    db.execute(update(logins).where(logins.c.token_hash == token_hash).values(seen_at=now))


def of(db: Connection, operator: int, now: datetime, idle: timedelta) -> Sequence[Login]:
    statement = select(logins).where(
        logins.c.operator_id == operator, logins.c.expires_at > now, logins.c.seen_at > now - idle
    )
    return db.execute(statement.order_by(logins.c.seen_at.desc())).all()


def end(db: Connection, operator: int, token_hash: str) -> bool:
    statement = delete(logins).where(
        logins.c.operator_id == operator, logins.c.token_hash == token_hash
    )
    return db.execute(statement).rowcount == 1


def end_all(db: Connection, operator: int) -> int:
    return db.execute(delete(logins).where(logins.c.operator_id == operator)).rowcount


def sweep(db: Connection, now: datetime, idle: timedelta) -> None:
    """Forget logins and failures that count no more."""
    db.execute(
        delete(logins).where((logins.c.expires_at <= now) | (logins.c.seen_at <= now - idle))
    )
    db.execute(delete(login_failures).where(login_failures.c.at <= now - FORGOTTEN_AFTER))


# --- failed tries ---------------------------------------------------------------------------

FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose tries are counted: an account at an address, an address, an account."""

    key: str
    free: int
    """Tries before anybody waits."""
    most: timedelta
    """The longest wait; before that each is twice the one before."""


def waits(db: Connection, subjects: Sequence[Subject], now: datetime) -> timedelta:
    """How long a try must wait yet; zero if it may go on."""
    statement = select(func.max(login_failures.c.wait_until)).where(
        login_failures.c.subject.in_([one.key for one in subjects])
    )
    until = db.execute(statement).scalar()
    return max(until - now, timedelta()) if until else timedelta()


def count_try(db: Connection, subjects: Sequence[Subject], now: datetime) -> None:
    """Count a try before it is known to fail, so that many at once gain nothing."""
    for one in sorted(subjects, key=lambda subject: subject.key):
        old = login_failures.c.at <= now - FORGOTTEN_AFTER
        add = insert_for(db, login_failures).values(subject=one.key, count=1, at=now)
        counted = add.on_conflict_do_update(
            index_elements=["subject"],
            set_={"count": case((old, 1), else_=login_failures.c.count + 1), "at": now},
        ).returning(login_failures.c.count)
        tries = int(db.execute(counted).scalar_one())
        if tries >= one.free:
            wait = min(timedelta(seconds=2 ** min(tries - one.free + 1, 20)), one.most)
            mine = update(login_failures).where(login_failures.c.subject == one.key)
            db.execute(mine.values(wait_until=now + wait))


def forgive(db: Connection, subjects: Sequence[Subject]) -> None:
    """The try did not fail: take it back, with what it made people wait."""
    keys = [one.key for one in subjects]
    mine = update(login_failures).where(login_failures.c.subject.in_(keys))
    db.execute(mine.values(count=login_failures.c.count - 1, wait_until=None))


def forget(db: Connection, subject: Subject) -> None:
    db.execute(delete(login_failures).where(login_failures.c.subject == subject.key))


def is_known(db: Connection, operator: int, address: str) -> bool:
    """Whether somebody is signed in to this account from this address."""
    statement = select(logins.c.token_hash).where(
        logins.c.operator_id == operator, logins.c.address == address
    )
    return db.execute(statement.limit(1)).first() is not None
