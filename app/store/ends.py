"""What became of messages that were handed over: written in one go, with the attempts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Select,
    String,
    Text,
    Update,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)

from app.store.bulk import Prepared, dumped, prepared, unpacked
from app.store.schema import attempts, outbox, reports
from app.store.types import BigId, word

ENDS = [
    *(outbox.c[name] for name in ("id", "state", "reason", "carrier_id", "due_at")),
    Column("attempt_id", BigId),
    Column("said", Text),
    *(attempts.c[name] for name in ("outcome", "took_ms", "exchange", "at")),
]
"""What became of a message, and the attempt that shows it."""


def finish(db: Connection, channel: str, ends: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """Write what became of claimed messages, and the attempts; gives reports that came before.

    Such a report's word about the state stands.
    """
    if not ends:
        return []
    given = {"rows": dumped(ends), "this_channel": channel}
    if db.dialect.name == "postgresql":
        return _finish_together().run(db, given)
    _finish_outbox("sqlite").run(db, given)
    _finish_attempts("sqlite").run(db, given)
    return _finish_early("sqlite").run(db, given)


@cache
def _finish_together() -> Prepared:
    """One statement for all: a round trip costs more than the rows."""
    written = [_ended("postgresql").cte("written"), _attempted("postgresql").cte("tried")]
    return prepared(_early("postgresql").add_cte(*written), "postgresql")


@cache
def _finish_outbox(dialect: str) -> Prepared:
    return prepared(_ended(dialect).returning(outbox.c.id), dialect)


@cache
def _finish_attempts(dialect: str) -> Prepared:
    return prepared(_attempted(dialect).returning(attempts.c.id), dialect)


@cache
def _finish_early(dialect: str) -> Prepared:
    return prepared(_early(dialect), dialect)


def _ended(dialect: str) -> Update:
    given = unpacked(dialect, ENDS)
    ours = outbox.c.state == word("sending")
    return (
        update(outbox)
        .where(outbox.c.id == given.c.id)
        .values(
            state=case((ours, given.c.state), else_=outbox.c.state),
            reason=case((ours, given.c.reason), else_=outbox.c.reason),
            carrier_id=given.c.carrier_id,
            due_at=func.coalesce(given.c.due_at, outbox.c.due_at),
            # A code is kept only for another try.
            secret=case(
                (given.c.state == word("queued"), outbox.c.secret), else_=literal_column("''")
            ),
            lease_until=literal_column("NULL"),
            updated_at=given.c["at"],
        )
    )


def _attempted(dialect: str) -> Insert:
    given = unpacked(dialect, ENDS)
    names = ("id", "outbox_id", "outcome", "reason", "took_ms", "exchange", "at")
    cells = (given.c[name] for name in ("attempt_id", "id", "outcome", "said", *names[4:]))
    return attempts.insert().from_select(list(names), select(*cells))


def _early(dialect: str) -> Select[Any]:
    given = unpacked(dialect, [outbox.c.carrier_id])
    known = select(given.c.carrier_id).where(given.c.carrier_id != literal_column("''"))
    columns = ("id", "carrier_id", "status", "reason")
    return (
        select(*(reports.c[name] for name in columns))
        .where(
            reports.c.outbox_id.is_(None),
            reports.c.channel == bindparam("this_channel", type_=String),
            reports.c.carrier_id.in_(known),
        )
        .order_by(reports.c.id)
    )
