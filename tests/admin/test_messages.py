import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.store import messages, participants
from app.store import outbox as queue
from app.store.outbox import STARS
from app.store.schema import attempts, outbox, reports
from tests.admin.builders import NOW, Api, a_conversation, a_message_in, a_message_out, a_person


def texts(items: list[dict[str, Any]]) -> list[str]:
    return [item["text"] for item in items]


@pytest.fixture
def person(api: Api) -> int:
    return a_person(api.office)


def test_both_directions_by_time_page_by_page(api: Api, person: int) -> None:
    for number in range(4):
        a_message_in(api.office, person, f"in {number}")
        a_message_out(api.office, person, f"out {number}")

    expected = [f"{way} {number}" for number in (3, 2, 1, 0) for way in ("out", "in")]
    assert texts(api.every("/messages", limit=3)) == expected
    assert texts(api.every("/messages", limit=3, direction="in")) == expected[1::2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, ["b"]),
        ({"state": ["failed", "delivered"]}, ["c", "b"]),
        ({"state": "handled"}, ["a"]),
        ({"state": ["failed", "handled"]}, ["b", "a"]),
        ({"state": "failed", "direction": "in"}, []),
        ({"state": "no_such_state"}, []),
        ({"channel": "other"}, ["c"]),
        ({"channel": "no such channel"}, []),
        ({"direction": "out", "from": (NOW + timedelta(hours=1)).isoformat()}, ["c"]),
        ({"to": NOW.isoformat()}, []),
        ({"conversation": "5"}, ["b"]),
    ],
)
def test_filters(api: Api, person: int, query: dict[str, Any], found: list[str]) -> None:
    later = NOW + timedelta(hours=2)
    a_message_in(api.office, person, "a")
    a_conversation(api.office, person, id=5)
    a_message_out(api.office, person, "b", state="failed", conversation_id=5)
    a_message_out(api.office, person, "c", state="delivered", channel="other", created_at=later)

    assert texts(api.get("/messages", **query)["items"]) == found


def test_one_message_with_its_attempts_and_reports(api: Api, person: int) -> None:
    message = a_message_out(api.office, person, "سلام", state="sent", carrier_id="c-1")
    with api.office.store.write() as db:
        row = {"id": 1, "outbox_id": message, "outcome": "accepted", "took_ms": 12, "at": NOW}
        db.execute(attempts.insert().values(**row, reason="", exchange="HTTP 200\n{}"))
        told = {"id": 2, "channel": "main", "outbox_id": message, "status": "delivered", "at": NOW}
        db.execute(reports.insert().values(**told))

    whole = api.get(f"/messages/{message}")

    assert (whole["carrier_id"], whole["encoding"], whole["kind"]) == ("c-1", "ucs2", "staff")
    assert [a["outcome"] for a in whole["attempts"]] == ["accepted"]
    assert [r["status"] for r in whole["reports"]] == ["delivered"]
    api.get("/messages/1", expect=404)


@pytest.mark.parametrize("state", ["failed", "expired", "cancelled"])
def test_what_surely_did_not_arrive_may_be_sent_again_once(sqlite_api: Api, state: str) -> None:
    api, person = sqlite_api, a_person(sqlite_api.office)
    message = a_message_out(api.office, person, "سلام", state=state)

    again = api.post(f"/messages/{message}/resend")["id"]

    assert api.get(f"/messages/{again}")["state"] == "queued"
    assert api.get(f"/messages/{message}")["resent_as"] == again
    assert again in api.post(f"/messages/{message}/resend", expect=409)["detail"]
    assert api.get("/audit", what="message resent")["items"][0]["details"] == {"as": again}


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "delivered", "unclear"])
def test_what_may_have_arrived_is_not_sent_again(sqlite_api: Api, state: str) -> None:
    message = a_message_out(sqlite_api.office, a_person(sqlite_api.office), "سلام", state=state)
    sqlite_api.post(f"/messages/{message}/resend", expect=409)


def test_an_unclear_one_is_sent_again_only_at_somebodys_word(sqlite_api: Api) -> None:
    message = a_message_out(sqlite_api.office, a_person(sqlite_api.office), "x", state="unclear")
    path = f"/messages/{message}/resend"
    sqlite_api.post(path, {"even_if_it_may_have_arrived": False}, 409)
    sqlite_api.post(path, {"even_if_it_may_have_arrived": True})


def test_nobody_who_opted_out_is_sent_anything(sqlite_api: Api) -> None:
    office = sqlite_api.office
    person = a_person(office)
    message = a_message_out(office, person, "x", state="failed")
    wish = {"id": 1, "participant_id": person, "channel": "main", "wish": "out", "source": "word"}
    with office.store.write() as db:
        participants.record_wishes(db, [{**wish, "line": "", "heard": "", "at": NOW}])

    assert "opted out" in sqlite_api.post(f"/messages/{message}/resend", expect=409)["detail"]


def test_only_what_waits_can_be_cancelled(api: Api, person: int) -> None:
    message = a_message_out(api.office, person, "x")
    api.post(f"/messages/{message}/cancel", expect=204)
    assert api.get(f"/messages/{message}")["state"] == "cancelled"
    api.post(f"/messages/{message}/cancel", expect=409)
    taken = a_message_out(api.office, person, "y")
    with api.office.store.write() as db:
        queue.claim(db, "main", NOW, 10, NOW + timedelta(minutes=1), 2)
    api.post(f"/messages/{taken}/cancel", expect=409)
    with api.office.store.read() as db:
        assert db.execute(select(outbox.c.state).where(outbox.c.id == taken)).scalar() == "sending"


def test_a_code_is_stars_to_everybody_and_not_sent_again(api: Api) -> None:
    person = a_person(api.office)
    text = f"کد شما {STARS}"
    sent = a_message_out(api.office, person, text, state="failed", secret="")
    waits = a_message_out(api.office, person, text, state="queued", secret="604213")
    for path in ("/messages", f"/messages/{waits}", f"/messages/{sent}"):
        answer = json.dumps(api.get(path, numbers=True), ensure_ascii=False)
        assert STARS in answer
        assert "604213" not in answer
    api.post(f"/messages/{sent}/resend", {}, expect=409)
    api.post(f"/messages/{waits}/cancel", expect=204)
    with api.office.store.read() as db:
        assert messages.by_id(db, waits)[1].secret == ""


def test_between_two_times_messages_stand_in_the_order_of_time(api: Api) -> None:
    """What waited in a spool is written late, and found at the time when it came."""
    person = a_person(api.office)
    minutes = [3, 7, 1, 8, 2, 6, 5, 4]
    for at in minutes:
        came = NOW + timedelta(minutes=at)
        a_message_in(api.office, person, f"in {at}", received_at=came)
        a_message_out(api.office, person, f"out {at}", created_at=came)
    until = (NOW + timedelta(minutes=7)).isoformat()
    since = (NOW + timedelta(minutes=2)).isoformat()

    found = api.every("/messages", limit=3, **{"from": since, "to": until})

    said = [item["text"] for item in found]
    assert said == [f"{way} {at}" for at in (6, 5, 4, 3, 2) for way in ("out", "in")]
    newest = api.every("/messages", limit=3, direction="in")
    assert [item["text"] for item in newest] == [f"in {at}" for at in reversed(minutes)]
