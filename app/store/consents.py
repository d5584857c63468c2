"""Consents, each with the exact wording that was answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.store.bulk import insert_rows
from app.store.schema import consents


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    insert_rows(db, consents, rows)
