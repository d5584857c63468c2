"""Forgetting a number: nothing that names it is left anywhere, and everybody else stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.store import forgetting, participants
from app.store.engine import open_store
from app.store.ids import Ids
from app.store.migrate import upgrade
from app.store.schema import (
    attempts,
    audit,
    callbacks,
    conversations,
    dialogs,
    groups,
    inbox,
    metadata,
    operators,
    opt_out_marks,
    outbox,
    parts,
    reports,
    subscriptions,
    views,
    visits,
)
from tests.admin.builders import (
    NOW,
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)

NUMBER, OTHER = "+989121234567", "+989350000000"
NATIONAL = "9121234567"
NAME = "کانون آفتاب بامداد"
WORDS = "نشانی ما کوچهٔ نسترن"


def peopled(api: Api) -> None:
    """Staff with views, and somebody who is told."""
    with api.office.store.write() as db:
        row = {"id": 1, "url": "https://x.example/", "events": [], "secrets": []}
        db.execute(subscriptions.insert().values(**row, created_at=NOW))
        row = {"id": 1, "name": "sara", "role": "admin", "password_hash": "x", "language": "fa"}
        db.execute(operators.insert().values(**row, active=True, created_at=NOW, password_at=NOW))


def lived(api: Api, number: str, name: str, words: str) -> None:
    """Somebody who left a trace in every table."""
    office = api.office
    person = a_person(office, number)
    talk = a_conversation(office, person, answers={"name": name, "phone": number})
    group = a_group(
        office, number, name=name, conversation_id=talk, updated_at=NOW - timedelta(days=1)
    )
    api.send("PATCH", f"/groups/{group}", {"note": words, "contact": name}, **{"If-Match": "*"})
    a_message_in(office, person, words, conversation_id=talk, sender=number, raw=number.encode())
    sent = a_message_out(office, person, words, conversation_id=talk, address=number)
    wish = {"participant_id": person, "channel": "main", "wish": "out", "source": "word"}
    with office.store.write() as db:
        told = {"id": office.new_id(), "line": "", "heard": words, "at": NOW}
        participants.record_wishes(db, [{**wish, **told}])
        tried = {"id": office.new_id(), "outbox_id": sent, "outcome": "accepted", "took_ms": 5}
        db.execute(attempts.insert().values(**tried, exchange=words, at=NOW))
        told = {"id": office.new_id(), "channel": "main", "outbox_id": sent, "status": "delivered"}
        db.execute(reports.insert().values(**told, reason=words, at=NOW))
        db.execute(
            dialogs.insert().values(
                channel="main",
                dialog_id=number,
                participant_id=person,
                sender=number,
                screen=words,
                more=False,
                updated_at=NOW,
            )
        )
        db.execute(
            parts.insert().values(
                channel="main",
                sender="0" + number[3:],
                reference="1",
                number=1,
                total=2,
                message={"text": words},
                raw=number.encode(),
                received_at=NOW,
            )
        )
        db.execute(
            visits.insert().values(
                token_hash=number[-9:],
                address=number,
                code_hash="",
                code_until=NOW,
                said=[words],
                drafts={"name": name},
                created_at=NOW,
                ends_at=NOW + timedelta(days=400),
            )
        )
        view = {"id": office.new_id(), "operator_id": 1, "name": number, "query": f"q={number}"}
        db.execute(views.insert().values(**view, created_at=NOW))
        db.execute(
            callbacks.insert().values(
                id=office.new_id(),
                subscription_id=1,
                event=str(office.new_id()),
                kind="x",
                body=f'{{"group":{{"id":"{group}","name":"{name}"}}}}',
                state="delivered",
                due_at=NOW,
                created_at=NOW,
                updated_at=NOW,
            )
        )


@pytest.fixture
def full(api: Api) -> Api:
    peopled(api)
    lived(api, NUMBER, NAME, WORDS)
    lived(api, OTHER, "انجمن دیگر", "سخن دیگر")
    return api


def everything(api: Api) -> str:
    """Every cell of every table."""
    found = []
    with api.office.store.read() as db:
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)):
                cells = [cell.decode() if isinstance(cell, bytes) else str(cell) for cell in row]
                found.append(f"{table.name}: {' | '.join(cells)}")
    return "\n".join(found)


def rows(api: Api, table: Any) -> list[Any]:
    with api.office.store.read() as db:
        return list(db.execute(select(table)))


def test_nothing_that_names_them_is_left_and_others_stay(full: Api) -> None:
    shared = f"from={OTHER}&from=0{NATIONAL}".encode()
    a_message_in(full.office, a_person(full.office, OTHER), "batch", raw=shared)
    a_message_in(full.office, None, "?", sender=f"98{NATIONAL}", state="unread")  # type: ignore[arg-type]
    before = everything(full)
    assert all(word in before for word in (NATIONAL, NAME, WORDS))

    gone = full.post("/numbers/forget", {"number": "0912 123 4567", "for_good": True})["rows"]

    after = everything(full)
    left = [line for line in after.splitlines() if any(w in line for w in (NATIONAL, NAME, WORDS))]
    assert left == []
    assert {"groups", "inbox", "outbox", "visits", "conversations", "callbacks"} <= set(gone)
    assert gone["inbox raw"] == 1, "a request of two people is emptied"
    assert [row.name for row in rows(full, groups)] == ["انجمن دیگر"]
    counted = {t.name: len(rows(full, t)) for t in (inbox, outbox, conversations, visits, views)}
    assert counted == {"inbox": 2, "outbox": 1, "conversations": 1, "visits": 1, "views": 1}
    assert full.get("/groups", q=NAME)["items"] == []


def test_it_is_in_the_audit_without_the_number_and_only_once(full: Api) -> None:
    body = {"number": NUMBER, "for_good": True}
    full.post("/numbers/forget", body)
    line = full.get("/audit")["items"][0]
    assert line["what"] == "number forgotten"
    assert line["to"] == f"number:{forgetting.mark_of(full.office.key, '', NUMBER)[:16]}"
    full.post("/numbers/forget", body, expect=404)
    full.post("/numbers/forget", {"number": OTHER, "for_good": False}, expect=422)
    full.as_("write").post("/numbers/forget", {"number": OTHER, "for_good": True}, expect=403)
    assert len(rows(full, audit)) == len({row.id for row in rows(full, audit)})


def test_who_wanted_no_messages_is_known_by_the_mark_alone(full: Api) -> None:
    full.post("/numbers/forget", {"number": NUMBER, "for_good": True})
    (mark,) = rows(full, opt_out_marks)
    assert len(mark.mark) == 64
    key = full.office.key
    with full.office.store.read() as db:
        assert forgetting.left_before(db, key, "main", NUMBER)
        assert not forgetting.left_before(db, key, "other", NUMBER)
        assert not forgetting.left_before(db, key, "main", OTHER)
        assert not forgetting.left_before(db, b"another key", "main", NUMBER)


def test_no_byte_of_them_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "muster.db"
    upgrade(f"sqlite:///{path}")
    store = open_store(f"sqlite:///{path}", 2)
    api = Api(an_office(store, Ids(7)))
    peopled(api)
    lived(api, NUMBER, NAME, WORDS)
    lived(api, OTHER, "انجمن دیگر", "سخن دیگر")
    assert found(path, NATIONAL), "the search finds what is there"

    api.post("/numbers/forget", {"number": NUMBER, "for_good": True})
    forgetting.rewrite(store)

    for word in (NATIONAL, NAME, WORDS, NAME.replace(" ", "")):
        assert not found(path, word), word
    assert found(path, OTHER[3:])
    store.close()


def found(path: Path, word: str) -> bool:
    files = [path, path.with_name("muster.db-wal"), path.with_name("muster.db-journal")]
    return any(word.encode() in file.read_bytes() for file in files if file.exists())
