"""The outbox: what we owe people, claimed by one worker at a time and only ever moved forward."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)

from app.store.bulk import Prepared, as_text, insert_rows, moment, prepared
from app.store.schema import carrier_ids, outbox
from app.store.types import Instant, word

MAY_BECOME: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"sending", "failed", "expired", "cancelled", "delivered", "sent"}),
    "sending": frozenset({"queued", "unclear", "sent", "delivered", "failed", "expired"}),
    "unclear": frozenset({"queued", "sent", "delivered", "failed", "expired"}),
    "sent": frozenset({"delivered", "failed", "expired"}),
    # Some carriers report a failure and deliver after all: the later word is the better news.
    "failed": frozenset({"delivered"}),
    "expired": frozenset({"delivered"}),
    "delivered": frozenset(),
    "cancelled": frozenset(),
}
"""What a message's state may become; a report that makes no sense from here changes nothing."""


STARS = "******"
"""What stands for a code in a text that is kept: as long as the code, and in every alphabet."""


def whole_text(row: Any) -> str:
    """The text as it goes out."""
    return str(row.text).replace(STARS, row.secret) if row.secret else str(row.text)


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    insert_rows(db, outbox, rows)


TAKEN = (
    *(
        "id",
        "participant_id",
        "address",
        "line",
        "text",
        "secret",
        "reply_token",
        "dialog_id",
        "more",
    ),
    *("tries", "priority", "expires_at", "lease_until", "updated_at"),
)
"""What a worker needs to know of a message."""
moment_of = moment
"""Reads a time of what `claim` gives."""


def claim(
    db: Connection, channel: str, now: datetime, limit: int, until: datetime, most: int
) -> Sequence[Row[Any]]:
    """Take what is due on a channel, the person's oldest first; two workers never share one.

    `most` is the least urgent priority that may go now: quiet hours hold bulk back. `until` is
    when a worker that has said nothing is taken for dead, and what it took for unclear.
    """
    at = _time(db)
    given = {
        "this_channel": channel,
        "now": at(now),
        "most": most,
        "lim": limit,
        "until": at(until),
    }
    rows = _claim(db.dialect.name).run(db, given)
    return sorted(rows, key=lambda row: (row.priority, row.id))


def _time(db: Connection) -> Callable[[datetime], Any]:
    """How a time is handed to the driver itself."""
    return as_text if db.dialect.name == "sqlite" else _as_it_is


def _as_it_is(value: datetime) -> datetime:
    return value


@cache
def _claim(dialect: str) -> Prepared:
    earlier = outbox.alias("earlier")
    channel = bindparam("this_channel", type_=String)
    now = bindparam("now", type_=Instant)
    # Not `NOT EXISTS`: on tables never analysed, as on the first day of a campaign, PostgreSQL
    # makes a join of that which reads the whole backlog for each row (2 s for 9,000; this: 4 ms).
    persons_oldest = (
        select(func.min(earlier.c.id))
        .where(
            earlier.c.participant_id == outbox.c.participant_id,
            earlier.c.channel == channel,
            earlier.c.state.in_([word("queued"), word("sending")]),
        )
        .scalar_subquery()
    )
    due = (
        select(outbox.c.id)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == word("queued"),
            outbox.c.priority <= bindparam("most", type_=Integer),
            outbox.c.due_at <= now,
            outbox.c.id == persons_oldest,
        )
        .order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id)
        .limit(bindparam("lim", type_=Integer))
    )
    if dialect == "postgresql":
        due = due.with_for_update(skip_locked=True)
    else:
        due = due.offset(literal_column("0"))  # else SQLAlchemy makes it a parameter
    taken = (
        update(outbox)
        .where(outbox.c.id.in_(due.scalar_subquery()))
        .values(
            state=word("sending"),
            tries=outbox.c.tries + literal_column("1"),
            lease_until=bindparam("until", type_=Instant),
            updated_at=now,
        )
        .returning(*(outbox.c[name] for name in TAKEN))
    )
    return prepared(taken, dialect)


def give_back(db: Connection, channel: str, until: datetime, now: datetime) -> int:
    """Queue again what was claimed until this very moment and surely never handed over."""
    statement = (
        update(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == word("sending"),
            outbox.c.lease_until == until,
        )
        .values(state="queued", tries=outbox.c.tries - 1, lease_until=None, updated_at=now)
    )
    return db.execute(statement).rowcount


def is_due(db: Connection, channel: str, now: datetime) -> bool:
    statement = select(outbox.c.id).where(
        outbox.c.channel == channel, outbox.c.state == word("queued"), outbox.c.due_at <= now
    )
    return db.execute(statement.limit(1)).first() is not None


def add_carrier_ids(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the second and later ids of messages that the carrier gave several."""
    insert_rows(db, carrier_ids, rows)


def expire(db: Connection, channel: str, now: datetime, limit: int = 1000) -> int:
    """Give up what is past its deadline; nothing is sent days late."""
    late = (
        select(outbox.c.id)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == word("queued"),
            outbox.c.expires_at <= now,
        )
        .limit(limit)
    )
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(late.scalar_subquery()), outbox.c.state == word("queued"))
        .values(state="expired", reason="past its deadline", secret="", updated_at=now)
    )
    return db.execute(statement).rowcount


def abandon_dead_leases(db: Connection, channel: str, now: datetime) -> int:
    """What a worker was sending when it died may have arrived: it becomes unclear."""
    statement = (
        update(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == word("sending"),
            outbox.c.lease_until <= now,
        )
        .values(state="unclear", reason="its worker died while sending", secret="", updated_at=now)
    )
    return db.execute(statement).rowcount


def cancel_for(db: Connection, person: int, channel: str, now: datetime) -> int:
    """Cancel what is queued for a person who opted out of a channel."""
    statement = (
        update(outbox)
        .where(
            outbox.c.participant_id == person,
            outbox.c.channel == channel,
            outbox.c.state == word("queued"),
        )
        .values(state="cancelled", reason="opted out", secret="", updated_at=now)
    )
    return db.execute(statement).rowcount


def in_state(
    db: Connection,
    channel: str,
    state: str,
    after: tuple[datetime, int],
    before: datetime,
    limit: int,
) -> Sequence[Row[Any]]:
    """Messages that have stood in a state since a time between these, oldest first.

    `after` has an id besides, so that one may go on behind the last row of a page.
    """
    since, last = after
    statement = (
        select(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == word(state),
            outbox.c.updated_at >= since,
            tuple_(outbox.c.updated_at, outbox.c.id)
            > tuple_(literal(since, Instant), literal(last)),
            outbox.c.updated_at <= before,
        )
        .order_by(outbox.c.updated_at, outbox.c.id)
        .limit(limit)
    )
    return db.execute(statement).all()


def depth(db: Connection) -> Sequence[tuple[str, int, int, datetime]]:
    """Queued messages by channel and priority: how many, and due since when."""
    statement = (
        select(outbox.c.channel, outbox.c.priority, func.count(), func.min(outbox.c.due_at))
        .where(outbox.c.state == word("queued"))
        .group_by(outbox.c.channel, outbox.c.priority)
    )
    instant = Instant()
    return [
        (channel, priority, count, instant.process_result_value(oldest, db.dialect) or oldest)
        for channel, priority, count, oldest in db.execute(statement)
    ]


def unclear(db: Connection) -> dict[str, int]:
    """How many messages of each channel may have arrived."""
    statement = select(outbox.c.channel, func.count()).where(outbox.c.state == word("unclear"))
    counts = db.execute(statement.group_by(outbox.c.channel))
    return {channel: int(count) for channel, count in counts}


def settle_unclear(db: Connection, message: int, columns: Mapping[str, Any], now: datetime) -> None:
    """Write what a look-up found, unless a report has said more meanwhile."""
    statement = update(outbox).where(outbox.c.id == message, outbox.c.state == word("unclear"))
    db.execute(statement.values(**columns, updated_at=now))
