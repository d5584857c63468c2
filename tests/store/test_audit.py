from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from app.store import audit as trail
from app.store.engine import Store, open_store
from app.store.schema import audit

NOW = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Any:
    store = open_store(database_url, 4)
    for number in range(5):
        with store.write() as db:
            trail.note(db, "cli", "did", f"group:{number}", NOW, {"n": number, "a": ["«۱»"]})
    yield store
    store.close()


def broken(store: Store) -> trail.Broken | None:
    with store.read() as db:
        return trail.verify(db)


def test_an_untouched_chain_holds(store: Store) -> None:
    assert broken(store) is None
    with store.read() as db:
        assert [row.id for row in trail.page(db, 2)] == [5, 4]
        assert [row.id for row in trail.page(db, 9, 3)] == [2, 1]
        assert [row.id for row in trail.page(db, 9, to="group:1")] == [2]


def test_a_chain_made_anew_is_found_by_a_head_that_was_kept(store: Store) -> None:
    with store.read() as db:
        kept = trail.head(db)
    assert trail.head_from(str(kept)) == kept
    assert broken(store) is None
    with store.write() as db:
        rows = [row._asdict() for row in db.execute(audit.select().order_by(audit.c.id))]
        db.execute(delete(audit))
        chain = trail.START
        for row in rows:
            row["who"] = "somebody else"
            row["chain"] = chain = trail._link(chain, row)
            db.execute(audit.insert().values(**row))
    assert broken(store) is None, "by itself it looks whole"
    with store.read() as db:
        found = trail.verify(db, kept)
        ahead = trail.verify(db, trail.Head(99, kept.chain))
    assert found is not None
    assert found.id == 5
    assert ahead is not None
    assert ahead.id == 6


@pytest.mark.parametrize("text", ["", "5", "5:abc", "x:" + "0" * 64, "5:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"head|base 16"):
        trail.head_from(text)


def test_what_is_rolled_back_leaves_no_gap(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as db:  # noqa: PT012
        trail.note(db, "cli", "did", "nothing", NOW)
        raise ZeroDivisionError
    with store.write() as db:
        assert trail.note(db, "cli", "did", "it", NOW) == 6
    assert broken(store) is None


@pytest.mark.parametrize(
    "change",
    [
        update(audit).where(audit.c.id == 3).values(who="somebody else"),
        update(audit).where(audit.c.id == 3).values(details={"n": 4, "a": ["«۱»"]}),
        update(audit).where(audit.c.id == 3).values(chain="0" * 64),
        delete(audit).where(audit.c.id == 3),
        text("UPDATE audit SET id = 30 WHERE id = 3"),
    ],
)
def test_a_changed_or_removed_row_is_found(store: Store, change: Any) -> None:
    with store.write() as db:
        db.execute(change)
    found = broken(store)
    assert found is not None
    assert found.id == 3


@pytest.mark.parametrize("gone", [1, 5])
def test_rows_removed_at_either_end_are_found(store: Store, gone: int) -> None:
    with store.write() as db:
        db.execute(delete(audit).where(audit.c.id == gone))
    assert broken(store) == trail.Broken(
        gone, "rows were removed at the end" if gone == 5 else "this row was removed"
    )


def test_an_empty_audit_holds(sqlite_url: str) -> None:
    store = open_store(sqlite_url, 2)
    assert broken(store) is None
    store.close()


def test_many_writers_at_once_make_one_chain(database_url: str) -> None:
    store = open_store(database_url, 8)

    def write(writer: int) -> None:
        for number in range(15):
            with store.write() as db:
                trail.note(db, f"key:{writer}", "did", f"group:{number}", NOW)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    assert broken(store) is None
    with store.read() as db:
        assert [row.id for row in trail.page(db, 200)] == list(range(90, 0, -1))
    store.close()
