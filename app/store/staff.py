"""Operators: who works here, in which role, and what proves it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from app.store.schema import operators

Operator = Row[Any]


def add(
    db: Connection, operator: int, name: str, role: str, password_hash: str, now: datetime
) -> None:
    db.execute(
        operators.insert().values(
            id=operator,
            name=name,
            role=role,
            password_hash=password_hash,
            created_at=now,
            password_at=now,
        )
    )


def every(db: Connection) -> Sequence[Operator]:
    return db.execute(select(operators).order_by(operators.c.name)).all()


def by_name(db: Connection, name: str) -> Operator | None:
    return db.execute(select(operators).where(operators.c.name == name)).one_or_none()


def by_id(db: Connection, operator: int, *, hold: bool = False) -> Operator | None:
    statement = select(operators).where(operators.c.id == operator)
    return db.execute(statement.with_for_update() if hold else statement).one_or_none()


def hold_admins(db: Connection) -> Sequence[int]:
    """Give and hold the admins who can sign in, so that two changes never leave none."""
    statement = select(operators.c.id).where(operators.c.role == "admin", operators.c.active)
    return db.execute(statement.order_by(operators.c.id).with_for_update()).scalars().all()


def count(db: Connection) -> int:
    return int(db.execute(select(func.count()).select_from(operators)).scalar_one())


def change(db: Connection, operator: int, **values: Any) -> bool:
    """Set role, active, language or totp_secret."""
    return (
        db.execute(update(operators).where(operators.c.id == operator).values(**values)).rowcount
        == 1
    )


def set_password(db: Connection, operator: int, password_hash: str, now: datetime) -> None:
    change(db, operator, password_hash=password_hash, password_at=now)


def use_totp(db: Connection, operator: int, step: int) -> bool:
    """Use up a time step; no code is taken twice."""
    statement = update(operators).where(operators.c.id == operator, operators.c.totp_used < step)
    return db.execute(statement.values(totp_used=step)).rowcount == 1
