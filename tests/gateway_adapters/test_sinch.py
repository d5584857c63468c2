from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.http import basic
from gateway_adapters.sinch import STATUSES, Sinch
from tests.gateway_adapters.recorded import answered, recorded

SINCH = Sinch(service_plan_id="plan", api_token="t", hook_user="hook", hook_password="h00k")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152", report_url="https://m.example")


def post(body):
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body)


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message(
                "989120000001",
                "۹",
                "30001152",
                "01AAAA0000BBBB1111",
                datetime(2026, 11, 20, 8, 15, 30, 120000, tzinfo=UTC),
            ),
        ),
        (
            "delivered",
            Report(Status.DELIVERED, "01CCCC2222DDDD3333", "our-1", recipient="989120000001"),
        ),
        ("summary", Report(Status.EXPIRED, "01CCCC2222DDDD3334", reason="code 406")),
    ],
)
def test_reads_what_sinch_sends(recording, event):
    assert SINCH.receive(recorded(f"sinch/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known(word, status):
    body = b'{"type":"recipient_delivery_report_sms","batch_id":"b","status":"%s"}'
    (report,) = SINCH.receive(post(body % word.title().encode()))
    assert report == Report(status, "b")


def test_other_types_are_ignored_and_half_messages_refused():
    assert isinstance(SINCH.receive(post(b'{"type":"mo_binary","from":"1","to":"2"}'))[0], Ignored)
    for body in (b'{"type":"mo_text","from":"1","to":"2"}', b"{}"):
        with pytest.raises(BadPayload):
            SINCH.receive(post(body))


def test_the_door_wants_the_basic_log_in_unless_told_otherwise():
    request = recorded("sinch/message")
    SINCH.authenticate(replace(request, headers={"authorization": basic("hook", "h00k")}))
    with pytest.raises(NotFromCarrier):
        SINCH.authenticate(request)
    replace(SINCH, signed=False).authenticate(request)


def test_sends_and_reads_the_answers():
    request = SINCH.send([ONE])
    assert request.url == "https://us.sms.api.sinch.com/xms/v1/plan/batches"
    assert request.json()["client_reference"] == "our-1"
    assert request.json()["callback_url"] == "https://m.example"
    accepted = Accepted(("01CCCC2222DDDD3333",))
    assert SINCH.outcomes(answered("sinch/accepted"), [ONE]) == [accepted]
    assert isinstance(SINCH.outcomes(HttpResponse(429), [ONE])[0], TryLater)


def test_looks_up_by_our_reference():
    assert SINCH.look_up(ONE).url.endswith("/plan/batches?client_reference=our-1")
    found = SINCH.looked_up(answered("sinch/batches"), ONE)
    assert found == Accepted(("01CCCC2222DDDD3333",))
    other = replace(ONE, our_id="our-2")
    assert isinstance(SINCH.looked_up(answered("sinch/batches"), other), Unclear)


def test_asks_for_the_report_of_a_batch():
    assert SINCH.ask_reports([ONE]) is None
    request = SINCH.ask_reports([replace(ONE, carrier_id="01C")])
    assert request.url.endswith("/plan/batches/01C/delivery_report?type=full")
    body = recorded("sinch/summary").body
    assert SINCH.reports(HttpResponse(200, body)) == SINCH.receive(recorded("sinch/summary"))
