"""Conversations, channels, flows and the inbox as staff meet them."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.intake.item import Answer, Item, Spoken
from app.store import channels
from tests.admin.builders import (
    NOW,
    Api,
    a_conversation,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)


def ids(items: list[dict[str, Any]]) -> list[int]:
    return [int(item["id"]) for item in items]


def test_conversations_by_what_they_need(api: Api) -> None:
    office = api.office
    people = [a_person(office, f"+98912000000{n}") for n in range(3)]
    calm = a_conversation(office, people[0])
    flagged = a_conversation(office, people[1], flagged="three misses", step="province")
    done = a_conversation(office, people[2], standing="done", flow="profile")

    assert ids(api.every("/conversations", limit=2)) == [done, flagged, calm]
    assert ids(api.get("/conversations", flagged="true")["items"]) == [flagged]
    assert ids(api.get("/conversations", standing="open", step="name")["items"]) == [calm]
    assert ids(api.get("/conversations", flow="profile")["items"]) == [done]
    assert ids(api.get("/conversations", participant=people[0])["items"]) == [calm]
    one = api.get(f"/conversations/{calm}")
    assert (one["phone"], one["answers"]["phone"]) == ("+98912***0000", "989***4567")


def test_staff_take_over_say_and_hand_back(api: Api) -> None:
    office = api.office
    person = a_person(office)
    talk = a_conversation(office, person, flagged="asked for a human")
    other = api.as_("write")

    api.post(f"/conversations/{talk}/say", {"text": "سلام"}, 409)
    me = api.post(f"/conversations/{talk}/take-over")["taken_by"]
    assert me is not None
    assert ids(api.get("/conversations", taken="true")["items"]) == [talk]
    other.post(f"/conversations/{talk}/take-over", expect=409)
    other.post(f"/conversations/{talk}/say", {"text": "سلام"}, 409)
    message = api.post(f"/conversations/{talk}/say", {"text": " سلام \n خوبید؟ "}, 202)["id"]
    back = api.post(f"/conversations/{talk}/hand-back")

    assert (back["taken_by"], back["flagged"]) == (None, "")
    said = api.get(f"/conversations/{talk}/messages")["items"]
    assert [(m["id"], m["text"], m["kind"]) for m in said] == [(message, "سلام\nخوبید؟", "staff")]
    what = {e["what"] for e in api.get("/audit", to=f"conversation:{talk}")["items"]}
    assert what == {"conversation taken over", "conversation said", "conversation handed back"}
    api.post("/conversations/9/take-over", expect=404)


@pytest.mark.parametrize("text", ["", " ", "\u200e", "ی" * 671])
def test_what_cannot_be_said(sqlite_api: Api, text: str) -> None:
    talk = a_conversation(sqlite_api.office, a_person(sqlite_api.office))
    sqlite_api.post(f"/conversations/{talk}/take-over")
    sqlite_api.post(f"/conversations/{talk}/say", {"text": text}, 422)


def test_the_help_desk_speaks_for_a_caller(sqlite_api: Api) -> None:
    heard: list[Item] = []

    async def submit(items: Sequence[Item]) -> list[Answer]:
        heard.extend(items)
        return [Answer("handled", ("سلام", "نام؟"), True, 7)]

    office = sqlite_api.office
    api = Api(an_office(office.store, office.new_id, submit=submit))
    answer = api.post("/conversations/speak", {"phone": "۰۹۱۲۱۲۳۴۵۶۷", "text": "۹"})

    assert answer == {"says": ["سلام", "نام؟"], "more": True, "conversation_id": "7"}
    event = heard[0].event
    assert isinstance(event, Spoken)
    assert event.by_staff
    assert (event.address, event.heard.text, heard[0].channel) == ("+989121234567", "۹", "main")
    api.post("/conversations/speak", {"phone": "12345", "text": "9"}, 422)
    api.post("/conversations/speak", {"phone": "09121234567", "text": "9", "channel": "x"}, 409)


def test_channels_and_how_they_do(api: Api) -> None:
    person = a_person(api.office)
    a_message_out(api.office, person, "x")
    a_message_out(api.office, person, "y", priority=2)
    with api.office.store.write() as db:
        channels.know(db, ["main"])
        channels.note(db, "main", balance="1200", last_error="HTTP 500", last_error_at=NOW)

    main, other = api.get("/channels")["items"]
    assert (main["name"], main["lines"], main["balance"]) == ("main", ["30001152"], "1200")
    assert main["waiting"]["replies"] == main["waiting"]["bulk"] == 1
    assert main["last_error"] == "HTTP 500"
    assert other["waiting"]["oldest"] is None

    api.post("/channels/main/pause", {"reason": "no credit"}, 204)
    assert api.get("/channels")["items"][0]["pause_reason"] == "no credit"
    api.post("/channels/main/resume", expect=204)
    assert api.get("/channels")["items"][0]["paused"] is False
    api.post("/channels/nowhere/pause", {}, 404)


def test_the_webhook_url_is_for_admins_and_in_the_audit(sqlite_api: Api) -> None:
    hook = sqlite_api.get("/channels/main/webhook")
    assert hook["url"] == "https://muster.example/hooks/main/" + "x" * 16
    assert sqlite_api.get("/audit")["items"][0]["what"] == "saw webhook URL"
    assert "x" * 16 not in str(sqlite_api.get("/channels"))


def test_a_channel_is_tried(api: Api) -> None:
    message = api.post("/channels/main/test", {"phone": "09121234567"}, 202)["id"]
    assert api.get(f"/messages/{message}")["state"] == "queued"
    api.post("/channels/main/test", {"phone": "9"}, 422)
    api.post("/channels/main/test", {"phone": "30001152"}, 422)


def test_flows(sqlite_api: Api) -> None:
    a_conversation(sqlite_api.office, a_person(sqlite_api.office), step="province")

    assert "signup" in [flow["name"] for flow in sqlite_api.get("/flows")["items"]]
    whole = sqlite_api.get("/flows/signup")
    province = next(step for step in whole["all_steps"] if step["name"] == "province")
    assert (province["inside"], whole["inside"]) == (1, {"1": 1})
    assert {text["language"] for text in province["texts"]} == {"fa", "en", "ar", "hu"}
    assert province["ways"][0]["to"]
    labels = sqlite_api.get("/flows/signup/labels/province")["labels"]
    assert labels["en"]["IR-03"] == "East Azerbaijan"
    sqlite_api.get("/flows/nothing", expect=404)
    sqlite_api.get("/flows/signup/labels/nothing", expect=404)


# --- the inbox ------------------------------------------------------------------------------

RAW = b'{"method":"POST"}\nfrom=09121234567&secret=the-proof-of-the-carrier&text=\xff\x00'


def test_what_could_not_be_handled(api: Api) -> None:
    person = a_person(api.office)
    a_message_in(api.office, person, "fine")
    bad = a_message_in(
        api.office, person, "۹", state="poisoned", problem="KeyError", sender="+989121234567"
    )
    lost = a_message_in(api.office, person, "", state="unread", raw=RAW)

    assert ids(api.get("/inbox")["items"]) == [lost, bad]
    assert ids(api.get("/inbox", state="poisoned")["items"]) == [bad]
    assert api.get(f"/inbox/{bad}")["sender"] == "+98912***4567"
    raw = api.get(f"/inbox/{lost}")["raw"]
    assert "the-proof" not in raw
    assert "091***4567" in raw
    assert "09121234567" in api.get(f"/inbox/{lost}", numbers="true")["raw"]
    api.post(f"/inbox/{lost}/set-aside", expect=204)
    assert ids(api.get("/inbox")["items"]) == [bad]
    api.post(f"/inbox/{lost}/set-aside", expect=409)
    api.post("/inbox/9/replay", expect=404)


def test_a_row_is_handled_again(sqlite_api: Api) -> None:
    replayed: list[int] = []

    async def replay(row: int) -> str:
        replayed.append(row)
        if len(replayed) > 1:
            raise ValueError("still no sense")
        return "handled"

    base = sqlite_api.office
    api = Api(an_office(base.store, base.new_id, replay=replay))
    bad = a_message_in(base, a_person(base), "x", state="poisoned")

    assert api.post(f"/inbox/{bad}/replay") == {"state": "handled"}
    assert replayed == [bad]
    api.post(f"/inbox/{bad}/replay", expect=409)
