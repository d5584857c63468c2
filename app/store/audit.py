"""The audit: rows in one chain, so that one removed or changed later is found.

Numbers and texts of people have no place here: rows name what they were done to by its id.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from app.store.ids import take_numbers
from app.store.schema import audit, counters

COUNTER = "audit"
START = "0" * 64
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold."""

    id: int
    problem: str


def note(
    db: Connection,
    who: str,
    what: str,
    to: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Add a row. Taking its number waits for other writers, so that rows stand in one order."""
    number = take_numbers(db, COUNTER) + 1
    before = db.execute(select(audit.c.chain).where(audit.c.id == number - 1)).scalar_one_or_none()
    row = {
        "id": number,
        "at": now.astimezone(UTC),
        "who": who,
        "what": what,
        "to": to,
        "details": dict(details or {}),
    }
    db.execute(audit.insert().values(**row, chain=_link(before or START, row)))
    return number


def _link(before: str, row: Mapping[str, Any]) -> str:
    plain = orjson.dumps(
        [
            before,
            row["id"],
            row["at"].isoformat(),
            row["who"],
            row["what"],
            row["to"],
            row["details"],
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return hashlib.sha256(plain).hexdigest()


def page(
    db: Connection,
    limit: int,
    below: int | None = None,
    *,
    who: str = "",
    what: str = "",
    to: str = "",
) -> Sequence[Row[Any]]:
    """Rows, newest first."""
    statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if below is not None:
        statement = statement.where(audit.c.id < below)
    for column, value in ((audit.c.who, who), (audit.c.what, what), (audit.c.to, to)):
        if value:
            statement = statement.where(column == value)
    return db.execute(statement).all()


def verify(db: Connection) -> Broken | None:
    """Walk the whole chain; gives the first row that does not fit, or None."""
    chain, number = START, 0
    for row in _every(db):
        number += 1
        if row.id != number:
            return Broken(number, "this row was removed")
        if row.chain != (chain := _link(chain, row._asdict())):
            return Broken(number, "this row or one before it was changed")
    last = db.execute(select(counters.c.next).where(counters.c.name == COUNTER)).scalar()
    if number != (last or 0):
        return Broken(number + 1, "rows were removed at the end")
    return None


def _every(db: Connection) -> Iterator[Row[Any]]:
    after = 0
    while True:
        statement = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(AT_ONCE)
        rows = db.execute(statement).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id
