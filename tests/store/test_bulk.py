import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.store.bulk import insert_rows, update_rows
from app.store.engine import open_store
from app.store.ids import Ids, at_time, take_numbers
from app.store.schema import inbox

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def an_inbox_row(number: int, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": number,
        "channel": "main",
        "kind": "message",
        "key": f"k{number}",
        "text": "سلام «۱» \u200c ' \\ \n",
        "state": "handled",
        "received_at": NOW,
        "sent_at": None,
        "raw": b"\x00\xff raw",
        "seen": 1,
    }
    return row | changes


def test_rows_come_back_as_they_went_in(database_url: str) -> None:
    store = open_store(database_url)
    rows = [an_inbox_row(n) for n in range(1, 50)]
    with store.write() as db:
        insert_rows(db, inbox, rows)
    with store.read() as db:
        found = db.execute(select(inbox).order_by(inbox.c.id)).mappings().all()
    store.close()
    assert [{name: row[name] for name in rows[0]} for row in found] == rows


def test_updates_touch_the_named_rows_alone(database_url: str) -> None:
    store = open_store(database_url)
    with store.write() as db:
        insert_rows(db, inbox, [an_inbox_row(1), an_inbox_row(2)])
        update_rows(db, inbox, [{"id": 2, "text": "x", "handled_at": NOW, "raw": b"new"}])
    with store.read() as db:
        found = {row.id: row for row in db.execute(select(inbox))}
    store.close()
    assert (found[1].text, found[1].handled_at) == (an_inbox_row(1)["text"], None)
    assert (found[2].text, found[2].handled_at, found[2].raw) == ("x", NOW, b"new")


def test_a_transaction_that_raises_leaves_nothing(database_url: str) -> None:
    store = open_store(database_url)
    with pytest.raises(ZeroDivisionError), store.write() as db:  # noqa: PT012
        insert_rows(db, inbox, [an_inbox_row(1)])
        raise ZeroDivisionError
    with store.read() as db:
        assert db.execute(select(inbox.c.id)).all() == []
    store.close()


def test_ids_grow_and_never_repeat_across_processes() -> None:
    one, other = Ids(1), Ids(2)
    made = [one() for _ in range(5000)]
    assert made == sorted(set(made))
    assert not set(made) & {other() for _ in range(5000)}
    assert max(made) < 2**63


def test_numbers_are_taken_once(database_url: str) -> None:
    store = open_store(database_url)
    taken = []
    for _ in range(3):
        with store.write() as db:
            taken.append(take_numbers(db, "codes", 10))
    store.close()
    assert taken == [0, 10, 20]


def test_ids_follow_the_databases_time_and_never_go_back():
    ids = Ids(1)
    first = ids()
    now, moment = time.monotonic_ns(), datetime.now(UTC)
    for hours in (1, -1):
        ids.follow(now, moment + timedelta(hours=hours), now)
        later = ids()
        assert later > first
        first = later
    fresh = Ids(2)
    fresh.follow(now, moment - timedelta(hours=1), now)
    assert at_time(moment - timedelta(minutes=61)) < fresh() < at_time(moment)
    fresh.begin(3, after=first)
    assert fresh() > first


def test_a_slow_answer_that_agrees_moves_no_clock():
    ids = Ids(1)
    now, moment = time.monotonic_ns(), datetime.now(UTC)
    before = ids._ahead
    ids.follow(now - 10**9, moment - timedelta(seconds=0.9), now)
    assert ids._ahead == before
