"""Texts and replies between phones, the webhook and our sends, with and without faults."""

import asyncio
import json

import httpx2

from tests.simulator.service import LINE, SECRET, Phone, eventually

ASK = "نام گروه یا مؤسسه شما چیست؟ اگر تنها کار می‌کنید، نام خودتان را بنویسید."


def test_a_text_goes_through_the_hook_and_its_reply_comes_back(service, phone):
    service.replies["۹"] = ASK
    assert phone.ask("text", text="۹").json()["way"] == "going"

    mine, theirs = phone.bubbles("taken", "reported")

    assert (mine["text"], mine["segments"], mine["encoding"], mine["octets"]) == ("۹", 1, "ucs2", 2)
    assert (theirs["text"], theirs["line"], theirs["mine"]) == (ASK, LINE, False)
    assert (theirs["segments"], theirs["units"], theirs["octets"]) == (2, 72, 2 * 72 + 2 * 6)
    told = service.messages()[0]
    assert (told["from"], told["to"], told["text"]) == (phone.number, LINE, "۹")
    given = json.loads(service.answers[0][1])["results"][0]
    assert given["outcome"] == "accepted"
    assert service.reports() == [{"id": given["id"], "status": "delivered", "answered": 200}]


def test_one_persons_texts_arrive_in_order(service, phone):
    phone.faults(delay=0.3)
    for number in range(6):
        phone.ask("text", text=str(number))
    phone.bubbles(*["taken"] * 6)
    assert [told["text"] for told in service.messages()] == list("012345")


def test_a_duplicate_has_the_same_id(service, phone):
    phone.faults(duplicate=1)
    phone.ask("text", text="9")
    assert phone.bubbles("taken")[0]["times"] == 2
    first, second = service.messages()
    assert first["id"] == second["id"]


def test_a_text_held_back_is_overtaken(service, phone):
    phone.faults(reorder=1)
    phone.ask("text", text="first")
    phone.faults(reorder=0)
    eventually(lambda: bool(phone.shown()["bubbles"]))
    phone.ask("text", text="second")
    phone.bubbles("taken", "taken")
    assert [told["text"] for told in service.messages()] == ["second", "first"]


def test_the_carrier_comes_again_until_the_hook_has_kept_it(service, phone):
    service.statuses += [503, 503]
    phone.ask("text", text="9")
    assert phone.bubbles("waiting")
    assert phone.bubbles("taken")[0]["times"] == 3
    assert len({told["id"] for told in service.messages()}) == 1


def test_what_the_hook_refuses_for_good_is_not_brought_again(service, phone):
    service.statuses += [404]
    phone.ask("text", text="9")
    assert phone.bubbles("refused")
    assert len(service.messages()) == 1


def test_a_lost_report_never_comes(service, phone):
    phone.faults(lose_report=1)
    asyncio.run(service.send(phone.number, "hello"))
    assert phone.bubbles("unreported")
    assert service.reports() == []


def test_a_failed_delivery_is_reported_as_such(service, phone):
    phone.faults(fail_delivery=1)
    asyncio.run(service.send(phone.number, "hello"))
    phone.bubbles("failed")
    eventually(lambda: bool(service.reports()))
    assert service.reports()[0]["status"] == "failed"


def test_a_phone_that_is_off_gets_its_texts_when_it_is_on_again(service, phone):
    phone.ask("power", on=False)
    asyncio.run(service.send(phone.number, "hello"))
    assert phone.bubbles("held")
    assert service.reports() == []
    phone.ask("power", on=True)
    assert phone.bubbles("reported")


def test_a_busy_carrier_takes_nothing(service, phone):
    phone.faults(answer="busy")
    asyncio.run(service.send(phone.number, "hello"))
    assert service.answers == [(503, b"")]
    assert phone.shown()["bubbles"] == []


def test_a_carrier_that_cannot_be_read_has_taken_the_message(service, phone):
    for fault in ("garbage", "closes"):
        phone.faults(answer=fault)
        asyncio.run(service.send(phone.number, fault))
    (status, body), broken = service.answers
    assert (status, body) == (200, b'{"results": [{"our')
    assert broken == (0, b"")
    texts = [bubble["text"] for bubble in phone.bubbles("reported", "reported")]
    assert texts == ["garbage", "closes"]


def test_a_slow_carrier_answers_late(service, phone):
    phone.faults(answer="slow", slow_for=1)
    asyncio.run(service.send(phone.number, "hello"))
    assert phone.bubbles("reported")
    assert json.loads(service.answers[0][1])["results"][0]["outcome"] == "accepted"


def test_refusals_and_empty_accounts_have_their_outcomes(service, phone):
    for fault in ("refuses", "no_credit"):
        phone.faults(answer=fault)
        asyncio.run(service.send(phone.number, "hello"))
    outcomes = [json.loads(body)["results"][0]["outcome"] for _, body in service.answers]
    assert outcomes == ["refused", "channel_broken"]
    assert phone.shown()["bubbles"] == []


def test_only_our_worker_may_send(service):
    url = f"{service.url}/simulator/carrier/send"
    for headers in ({}, {"x-simulator-secret": "another"}, {"x-simulator-secret": ""}):
        assert httpx2.post(url, json={"messages": []}, headers=headers).status_code == 403


def test_a_crowd_reads_its_replies_at_a_tap(service, phone):
    headers = {"x-simulator-secret": SECRET}
    phone.shown()  # this number has a phone: its texts go there, and to the tap
    with httpx2.Client(base_url=f"{service.url}/simulator/carrier", headers=headers) as crowd:
        tap = crowd.post("/taps").json()["tap"]
        asyncio.run(service.send("+989129999999", "hello", "our-7"))
        asyncio.run(service.send(phone.number, "you too"))
        read = crowd.get(f"/taps/{tap}").json()
        assert [(m["to"], m["text"]) for m in read] == [
            ("+989129999999", "hello"),
            (phone.number, "you too"),
        ]
        assert crowd.get(f"/taps/{tap}?patience=0.05").json() == []
        assert crowd.get("/taps/unknown").status_code == 404
    assert phone.bubbles("reported")[0]["text"] == "you too"
    with Phone(service.url, "+989129999999") as other:
        assert other.shown()["bubbles"] == []
