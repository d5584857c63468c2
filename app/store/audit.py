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


@dataclass(frozen=True, slots=True)
class Head:
    """The last row and its hash. Written down elsewhere, it fixes every row up to it."""

    id: int
    chain: str

    def __str__(self) -> str:
        return f"{self.id}:{self.chain}"


def head(db: Connection) -> Head:
    last = select(audit.c.id, audit.c.chain).order_by(audit.c.id.desc()).limit(1)
    row = db.execute(last).one_or_none()
    return Head(0, START) if row is None else Head(row.id, row.chain)


def head_from(text: str) -> Head:
    """Read what `head` wrote. Raises ValueError for anything else."""
    number, _, chain = text.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(chain) == len(START)):
        raise ValueError("a head is a number, a colon and 64 letters, as `muster audit head` says")
    int(chain, 16)
    return Head(int(number), chain.lower())


def verify(db: Connection, known: Head | None = None) -> Broken | None:
    """Walk the whole chain; gives the first row that does not fit, or None.

    Whoever can write the database can make a whole new chain; `known`, a head kept elsewhere,
    tells that apart too.
    """
    chain, number = START, 0
    for row in _every(db):
        number += 1
        if row.id != number:
            return Broken(number, "this row was removed")
        if row.chain != (chain := _link(chain, row._asdict())):
            return Broken(number, "this row or one before it was changed")
        if known and known.id == number and known.chain != chain:
            return Broken(number, "it is another chain than the one that was written down")
    last = db.execute(select(counters.c.next).where(counters.c.name == COUNTER)).scalar()
    if number != (last or 0):
        return Broken(number + 1, "rows were removed at the end")
    if known and known.id > number:
        return Broken(number + 1, "the row that was written down is not there")
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
