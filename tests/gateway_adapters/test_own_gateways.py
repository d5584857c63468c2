"""Jasmin and playSMS, gateways one runs oneself."""

from datetime import UTC, datetime

import pytest

from gateway_adapters import jasmin, playsms
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
)
from gateway_adapters.http import FORM
from tests.gateway_adapters.recorded import answered, recorded

JASMIN = jasmin.Jasmin(username="u", password="p")
PLAYSMS = playsms.PlaySms(user="u", token="made-up")
MESSAGE = OutboundMessage("our-1", "+989120000001", "متن", "1152", report_url="https://m.example/r")


def outcome(adapter, response):
    (found,) = adapter.outcomes(response, [MESSAGE])
    return found


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("989120000001", "۹", "1152", "j-1")),
        ("gsm", Message("33600000001", "événement €", "1152", "j-2")),
        ("delivered", Report(Status.DELIVERED, "j-3", reason="000")),
        ("throttled", Report(Status.FAILED, "j-4", reason="ESME_RTHROTTLED")),
    ],
)
def test_jasmin_reads_what_is_thrown(recording, event):
    request = recorded(f"jasmin/{recording}")
    assert JASMIN.receive(request) == [event]
    assert JASMIN.acknowledge(request, [event], []).body == b"ACK/Jasmin"


def form(body):
    return HttpRequest("POST", "/h", {"content-type": FORM}, body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"coding=0&content=A%00B%02", "A@B$"),
        (b"coding=3&content=caf%E9", "café"),
        (b"coding=8&content=%06%F9", "۹"),
        (b"coding=6&binary=c0", "Р"),
        (b"coding=0&content=%D8%B3%D9%84%D8%A7%D9%85", "سلام"),
    ],
)
def test_jasmin_codings(body, text):
    (message,) = JASMIN.receive(form(body + b"&from=9891200&to=1&id=1"))
    assert message.text == text


def test_jasmin_reports_without_a_word():
    assert JASMIN.receive(form(b"id=1&dlvrd=001")) == [Report(Status.DELIVERED, "1")]
    assert JASMIN.receive(form(b"id=1&dlvrd=0&err=034")) == [Report(Status.FAILED, "1")]
    (ignored,) = JASMIN.receive(form(b"id=1&message_status=UNKNOWN"))
    assert isinstance(ignored, Ignored)
    with pytest.raises(BadPayload):
        JASMIN.receive(form(b"id=1&dlvrd=0&err=0"))
    with pytest.raises(BadPayload):
        JASMIN.receive(form(b"id=1&from=9891200&content=9"))


def test_jasmin_sends_unicode_as_hex():
    query = JASMIN.send([MESSAGE]).query()
    assert (query["coding"], query["hex-content"]) == ("8", "0645062a0646")
    assert query["dlr-url"] == "https://m.example/r"
    plain = JASMIN.send([OutboundMessage("o", "+1", "Hello 9")]).query()
    assert (plain["coding"], plain["content"]) == ("0", "Hello 9")
    assert "dlr" not in plain


def test_jasmin_outcomes():
    assert outcome(JASMIN, answered("jasmin/sent")) == Accepted(("j-5",))
    assert outcome(JASMIN, answered("jasmin/no_route")) == Refused("no route found")
    assert isinstance(outcome(JASMIN, HttpResponse(403, b'Error "x"')), ChannelBroken)
    assert isinstance(outcome(JASMIN, HttpResponse(500, b'Error "x"')), TryLater)
    assert isinstance(outcome(JASMIN, HttpResponse(400, b'Error "x"')), Refused)


def test_playsms_reads_its_inbox_in_both_languages():
    polled = PLAYSMS.polled(answered("playsms/inbox"), "2")
    sent_at = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
    assert polled.events == [Message("+989120000001", "۹", "1152", "3", sent_at)]
    assert PLAYSMS.poll(polled.cursor).query()["last"] == "3"
    (message,) = PLAYSMS.polled(answered("playsms/inbox_as_xml"), "3").events
    assert message.carrier_id == "4"
    empty = HttpResponse(200, b'{"status":"ERR","error":"501","error_string":"no data returned"}')
    assert (PLAYSMS.polled(empty, "4").events, PLAYSMS.polled(empty, "4").cursor) == ([], "4")


def test_playsms_sends_and_reads_every_code():
    query = PLAYSMS.send([MESSAGE]).query()
    assert (query["op"], query["unicode"], query["to"]) == ("pv", "1", "989120000001")
    assert outcome(PLAYSMS, answered("playsms/sent")) == Accepted(("30",))
    assert outcome(PLAYSMS, answered("playsms/no_token")) == ChannelBroken("authentication failed")
    for code, expected in playsms.CODES.items():
        body = f'{{"data":[{{"status":"ERR","error":"{code}"}}],"error_string":"-"}}'
        assert outcome(PLAYSMS, HttpResponse(200, body.encode())) == expected
