from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway_adapters.africastalking import CODES, STATUSES, AfricasTalking
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    DialogEnded,
    DialogInput,
    HttpRequest,
    HttpResponse,
    Message,
    OptedOut,
    OutboundMessage,
    Phase,
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    settled,
)
from gateway_adapters.http import FORM
from tests.gateway_adapters.recorded import answered, recorded

AT = AfricasTalking(username="muster", api_key="made-up")
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
CALLER = "+254700000001"
MESSAGE = OutboundMessage("our-1", CALLER, "habari", "21100", reply_token="l-1")


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message(CALLER, "9", "21100", "a-1", SENT_AT, reply_token="l-1")),
        (
            "failed",
            Report(Status.FAILED, "ATXid_1", "", "UserInBlackList", CALLER, opted_out=True),
        ),
        ("dialled", DialogInput("ATUid_1", CALLER, Phase.BEGIN, "", "*384*9#", "")),
        ("dialog_ended", DialogEnded("ATUid_1", CALLER, "Incomplete")),
        ("unsubscribed", OptedOut(CALLER, "21100")),
        ("bulk_opt_out", OptedOut(CALLER)),
    ],
)
def test_reads_what_the_carrier_sends(recording, event):
    assert AT.receive(recorded(f"africastalking/{recording}")) == [event]


def test_what_was_typed_is_told_apart_by_the_request_before():
    (event,) = AT.receive(recorded("africastalking/second_input"))
    assert (event.phase, event.input, event.typed_so_far) == (Phase.CONTINUE, "2", "1*2")
    assert settled(event, "1").input == "2"
    assert settled(event, "").input == "1*2"
    begun = settled(event, None)
    assert (begun.phase, begun.input) == (Phase.BEGIN, "1*2")


def test_screens_open_with_con_or_end():
    request = recorded("africastalking/dialled")
    assert AT.acknowledge(request, [], [Screen("Name?", more=True)]).body == b"CON Name?"
    assert AT.acknowledge(request, [], [Screen("Bye", more=False)]).body == b"END Bye"
    assert AT.acknowledge(request, [], []).status == 200


def test_a_dialog_without_its_id_is_refused():
    request = HttpRequest("POST", "/h", {"content-type": FORM}, b"serviceCode=*1%23&text=")
    with pytest.raises(BadPayload):
        AT.receive(request)


def test_a_time_that_cannot_be_read_does_not_cost_the_message():
    body = b"id=1&from=%2B254700000001&to=1&text=9&date=2026-02-11T08:53"
    (message,) = AT.receive(HttpRequest("POST", "/h", {"content-type": FORM}, body))
    assert message.sent_at is None
    assert message.text == "9"


def test_sends_with_the_link_id_of_what_is_answered():
    request = AT.send([MESSAGE])
    assert request.headers["apikey"] == "made-up"
    assert request.form() == {
        "username": "muster",
        "to": CALLER,
        "message": "habari",
        "from": "21100",
        "linkid": "l-1",
    }
    assert "from" not in AT.send([replace(MESSAGE, sender="")]).form()


def outcome(response):
    (found,) = AT.outcomes(response, [MESSAGE])
    return found


def test_outcomes():
    assert outcome(answered("africastalking/sent")) == Accepted(("ATXid_2",))
    assert outcome(answered("africastalking/blacklisted")).opted_out
    assert outcome(answered("africastalking/bad_sender")) == ChannelBroken("InvalidSenderId")
    assert isinstance(outcome(HttpResponse(401, b'{"error":"x"}')), ChannelBroken)


@pytest.mark.parametrize("code", ["100", "101", "102", *CODES, "409", "500", "501", "502"])
def test_every_code_has_an_outcome(code):
    body = f'{{"SMSMessageData":{{"Recipients":[{{"statusCode":{code},"status":"S"}}]}}}}'
    found = outcome(HttpResponse(201, body.encode()))
    match code:
        case "100" | "101" | "102":
            assert found == Accepted()
        case "500" | "501" | "502":
            assert isinstance(found, TryLater)
        case "409":
            assert isinstance(found, Refused)
        case _:
            assert found == CODES[code]


def test_every_documented_status_is_known():
    documented = {"sent", "submitted", "buffered", "success", "failed", "rejected", "expired"}
    assert set(STATUSES) == documented
