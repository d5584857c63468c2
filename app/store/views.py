"""Views: filters of sign-ups that an operator keeps under a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from app.store.schema import views

MOST = 30


def of(db: Connection, operator: int) -> Sequence[Row[Any]]:
    statement = select(views).where(views.c.operator_id == operator)
    return db.execute(statement.order_by(views.c.name, views.c.id).limit(MOST)).all()


def keep(db: Connection, view: int, operator: int, name: str, query: str, now: datetime) -> None:
    """Keep a view; one of the same name goes."""
    same = delete(views).where(views.c.operator_id == operator, views.c.name == name)
    db.execute(same)
    db.execute(
        views.insert().values(id=view, operator_id=operator, name=name, query=query, created_at=now)
    )


def drop(db: Connection, operator: int, view: int) -> bool:
    mine = delete(views).where(views.c.operator_id == operator, views.c.id == view)
    return db.execute(mine).rowcount == 1
