from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
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
from gateway_adapters.parlayx_sms import STATUSES, ParlayXSms
from gateway_adapters.soap import password_at
from gateway_adapters.xml import parse_xml
from tests.gateway_adapters.recorded import answered, recorded

PARLAYX = ParlayXSms(
    sp_id="sp-9", password="made-up", service_id="svc-9", url="https://sdp.example/SendSms"
)
TO_SEND = OutboundMessage(
    "our-1",
    "+2348030100201",
    "۱ < ۲",
    "38400",
    reply_token="link-5",
    report_url="https://muster.example/hooks/main/secret?a=1&b=2",
)


@pytest.mark.parametrize(
    ("recording", "events"),
    [
        (
            "message",
            [
                Message(
                    "2348030100201",
                    "۹",
                    "38400",
                    "trace-5",
                    datetime(2026, 11, 1, 10, tzinfo=UTC),
                    reply_token="link-5",
                )
            ],
        ),
        ("delivered", [Report(Status.DELIVERED, "", "our-1", "", "2348030100201")]),
        (
            "two_receipts",
            [
                Report(Status.FAILED, "", "our-2", "27", "2348030100202"),
                Ignored("a receipt without news, or of a status that was not documented"),
            ],
        ),
    ],
)
def test_reads(recording, events):
    assert PARLAYX.receive(recorded(f"parlayx_sms/{recording}")) == events


@pytest.mark.parametrize("word", sorted(STATUSES))
def test_every_status_has_its_meaning(word):
    body = recorded("parlayx_sms/delivered").body.replace(b"DeliveredToTerminal", word.encode())
    (event,) = PARLAYX.receive(HttpRequest("POST", "/x", {}, body))
    assert event.status is STATUSES[word]


@pytest.mark.parametrize("recording", ["message", "delivered"])
def test_is_answered_by_the_matching_element(recording):
    request = recorded(f"parlayx_sms/{recording}")
    answer = PARLAYX.acknowledge(request, PARLAYX.receive(request), [])
    asked = parse_xml(request.body).first("Body").children[0].name
    assert parse_xml(answer.body).first(f"{asked}Response")


def test_a_message_without_a_time_is_kept():
    body = recorded("parlayx_sms/message").body.replace(b"2026-11-01T10:00:00Z", b"yesterday")
    (event,) = PARLAYX.receive(HttpRequest("POST", "/x", {}, body))
    assert (event.text, event.sent_at) == ("۹", None)


@pytest.mark.parametrize(
    "body", [b"<a/>", b"", b"<Envelope><Body><WhatIsThis/></Body></Envelope>", b"<Envelope/>"]
)
def test_what_makes_no_sense_is_a_fault(body):
    request = HttpRequest("POST", "/x", {}, body)
    with pytest.raises(BadPayload):
        PARLAYX.receive(request)
    assert parse_xml(PARLAYX.refuse(request, "a < b").body).value("faultstring") == "a < b"


def test_sends_with_the_header_that_proves_us():
    request = PARLAYX.send([TO_SEND])
    fields = parse_xml(request.body).fields()
    assert fields["spPassword"] == password_at("sp-9", "made-up", fields["timeStamp"])
    assert (fields["OA"], fields["linkid"]) == ("2348030100201", "link-5")
    assert (fields["addresses"], fields["senderName"]) == ("tel:2348030100201", "38400")
    assert fields["message"] == "۱ < ۲"
    assert (fields["endpoint"], fields["correlator"]) == (TO_SEND.report_url, "our-1")
    assert "receiptRequest" not in PARLAYX.send([OutboundMessage("o", "+1", "x")]).body.decode()


def test_the_published_password_comes_out():
    """The one vector that is published for this scheme."""
    made = password_at("user", "password", "20130618105933")
    assert made == "1f2e67e642b16f6623459fa76dc3894f"


@pytest.mark.parametrize(
    ("recording", "outcome"),
    [
        ("taken", Accepted(("req-77",))),
        ("refused", Refused("SVC0004 No valid address")),
        ("server_fault", TryLater("soapenv:Server busy")),
    ],
)
def test_outcomes(recording, outcome):
    assert PARLAYX.outcomes(answered(f"parlayx_sms/{recording}"), [TO_SEND]) == [outcome]


def test_a_500_without_a_fault_is_the_servers_own():
    (outcome,) = PARLAYX.outcomes(HttpResponse(500, b"oops"), [TO_SEND])
    assert isinstance(outcome, TryLater)
