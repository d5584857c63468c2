from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway_adapters.bandwidth import Bandwidth
from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Refused,
    Report,
    Status,
)
from gateway_adapters.http import basic
from tests.gateway_adapters.recorded import answered, recorded

BANDWIDTH = Bandwidth(
    account_id="5500", application_id="app", api_user="u", api_password="p",
    hook_user="hook", hook_password="h00k",
)  # fmt: skip
ONE = OutboundMessage("our-1", "+15555550101", "سلام", "+15555550152")


def test_reads_a_message():
    assert BANDWIDTH.receive(recorded("bandwidth/message")) == [
        Message(
            "+15555550101",
            "9",
            "+15555550152",
            "1795162530120abcdef",
            datetime(2026, 11, 20, 8, 15, 30, 120000, tzinfo=UTC),
        )
    ]


def test_reads_each_report_of_a_list():
    assert BANDWIDTH.receive(recorded("bandwidth/reports")) == [
        Report(Status.DELIVERED, "1795162560000abcdef", "our-1", recipient="+15555550101"),
        Report(Status.FAILED, "1795162560001abcdef", "our-2", "error 4720", "+15555550102"),
        Ignored("an event that we do not know"),
    ]


def test_the_door_wants_the_basic_log_in():
    request = recorded("bandwidth/message")
    BANDWIDTH.authenticate(replace(request, headers={"authorization": basic("hook", "h00k")}))
    for shut in (replace(BANDWIDTH, hook_password=""), replace(BANDWIDTH, hook_user="")):
        with pytest.raises(NotFromCarrier):
            shut.authenticate(replace(request, headers={"authorization": basic("hook", "")}))
    replace(BANDWIDTH, signed=False).authenticate(request)


def test_sends_and_reads_the_answers():
    request = BANDWIDTH.send([ONE])
    assert request.url == "https://messaging.bandwidth.com/api/v2/users/5500/messages"
    assert request.json()["to"] == ["+15555550101"]
    assert request.json()["tag"] == "our-1"
    accepted = Accepted(("1795162560000abcdef",))
    assert BANDWIDTH.outcomes(answered("bandwidth/accepted"), [ONE]) == [accepted]
    assert BANDWIDTH.outcomes(answered("bandwidth/refused"), [ONE]) == [Refused("HTTP 400")]
    assert isinstance(BANDWIDTH.outcomes(HttpResponse(403), [ONE])[0], ChannelBroken)


def test_a_single_object_is_read_like_a_list_of_one():
    body = b'{"Type":"message-sending","message":{"ID":"m-1"},"to":"+15555550101"}'
    (report,) = BANDWIDTH.receive(HttpRequest("POST", "/", {}, body))
    assert report == Report(Status.SENT, "m-1", recipient="+15555550101")
