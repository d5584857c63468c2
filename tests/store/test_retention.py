"""What is old goes in small batches; what people said and what nobody looked at yet stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from app.store import retention
from app.store.bulk import insert_rows
from app.store.engine import Store, open_store
from app.store.schema import attempts, dialogs, inbox, outbox, reports

KEEP = timedelta(days=90)
NOW = datetime.now(UTC)
OLD = NOW - KEEP - timedelta(hours=1)
YOUNG = NOW - KEEP + timedelta(hours=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def add(store: Store, table: Table, *rows: dict[str, Any]) -> None:
    with store.write() as db:
        insert_rows(db, table, rows)


def ids(store: Store, table: Table) -> set[int]:
    with store.read() as db:
        return set(db.execute(select(table.c.id)).scalars())


def forget(store: Store, limit: int = retention.MOST) -> int:
    with store.write() as db:
        return retention.forget(db, KEEP, limit)


def forget_all(store: Store, limit: int = retention.MOST) -> list[int]:
    """Sweep as the housekeeper does, until nothing is left to do."""
    touched = []
    while some := forget(store, limit):
        touched.append(some)
        assert len(touched) < 100, "a sweep must end"
    return touched


def a_text(row: int, at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "id": row,
        "channel": "main",
        "kind": "message",
        "key": f"c:{row}",
        "text": "hello",
        "state": "handled",
        "received_at": at,
        "raw": b"as it came",
        **changes,
    }


def an_attempt(row: int, at: datetime) -> dict[str, Any]:
    return {"id": row, "outbox_id": row, "outcome": "accepted", "took_ms": 9, "at": at}


def a_report(row: int, at: datetime, message: int | None = 1) -> dict[str, Any]:
    told = {"channel": "main", "carrier_id": f"k{row}", "status": "delivered"}
    return {"id": row, "outbox_id": message, "at": at, **told}


def a_message(row: int, at: datetime) -> dict[str, Any]:
    times = {"due_at": at, "expires_at": at, "created_at": at, "updated_at": at}
    return {
        "id": row,
        "channel": "main",
        "participant_id": 1,
        "address": "+989120000001",
        "text": "hello",
        "segments": 1,
        "priority": 0,
        "state": "delivered",
        "more": False,
        **times,
    }


def a_dialog(name: str, at: datetime) -> dict[str, Any]:
    who = {"channel": "main", "dialog_id": name, "participant_id": 1, "sender": "+989120000001"}
    return {**who, "more": True, "updated_at": at}


def test_old_attempts_and_reports_go_and_young_ones_stay(store):
    add(store, attempts, an_attempt(1, OLD), an_attempt(2, YOUNG))
    add(store, reports, a_report(1, OLD), a_report(2, YOUNG))

    forget_all(store)

    assert ids(store, attempts) == {2}
    assert ids(store, reports) == {2}


def test_old_requests_lose_their_bytes_and_nothing_else(store):
    add(store, inbox, a_text(1, OLD), a_text(2, YOUNG))

    forget_all(store)

    with store.read() as db:
        rows = {row.id: row for row in db.execute(select(inbox))}
    assert rows[1].raw is None
    assert rows[1].text == "hello"
    assert rows[2].raw == b"as it came"


@pytest.mark.parametrize("state", ["poisoned", "unread", "waiting"])
def test_what_nobody_has_looked_at_keeps_its_bytes(store, state):
    add(store, inbox, a_text(1, OLD, state=state))

    assert forget_all(store) == []

    with store.write() as db:
        assert db.execute(select(inbox.c.raw)).scalar_one() == b"as it came"
        db.execute(update(inbox).values(state="handled"))
    assert forget_all(store) == [1]


def test_reports_of_nothing_we_know_wait_a_week(store):
    week = retention.PARKED_FOR
    late, early = NOW - week - timedelta(hours=1), NOW - week + timedelta(hours=1)
    add(store, reports, a_report(1, late, None), a_report(2, early, None), a_report(3, late, 7))

    forget_all(store)

    assert ids(store, reports) == {2, 3}


def test_dialogs_are_forgotten_when_no_network_can_hold_them_open(store):
    day = retention.DIALOGS_FOR
    add(store, dialogs, a_dialog("gone", NOW - 2 * day), a_dialog("fresh", NOW - day / 2))

    forget_all(store)

    with store.read() as db:
        assert db.execute(select(dialogs.c.dialog_id)).scalars().all() == ["fresh"]


def test_what_we_answered_stays(store):
    add(store, outbox, a_message(1, OLD))

    assert forget_all(store) == []
    assert ids(store, outbox) == {1}


def test_a_batch_touches_no_more_rows_than_it_may_and_the_oldest_first(store):
    rows = range(1, 26)
    moments = [OLD - timedelta(minutes=row) for row in rows]  # the last came first
    add(store, attempts, *(an_attempt(row, at) for row, at in zip(rows, moments, strict=True)))
    add(store, reports, *(a_report(row, at) for row, at in zip(rows, moments, strict=True)))
    add(store, inbox, *(a_text(row, at) for row, at in zip(rows, moments, strict=True)))

    assert forget(store, limit=10) == 30

    assert ids(store, attempts) == ids(store, reports) == set(range(1, 16))
    with store.read() as db:
        blank = select(func.count()).where(inbox.c.raw.is_(None))
        assert db.execute(blank).scalar_one() == 10
    assert forget_all(store, limit=10) == [30, 15]
    assert ids(store, attempts) == ids(store, reports) == set()
