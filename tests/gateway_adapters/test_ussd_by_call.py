"""USSD gateways that want each screen by a call of its own; their webhook is answered at once."""

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    DialogEnded,
    DialogInput,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Phase,
    Refused,
    Screen,
    TryLater,
)
from gateway_adapters.hsenid_tap_ussd import BROKEN, OPTED_OUT, TRY_LATER, HsenidTap
from gateway_adapters.ideabiz_ussd import IdeaBizUssd
from gateway_adapters.integrat_higate_ussd import IntegratHigate
from gateway_adapters.parlayx_ussd_huawei import ParlayXUssd
from gateway_adapters.soap import password_at
from gateway_adapters.xml import parse_xml
from tests.gateway_adapters.recorded import answered, recorded

BEGIN, CONTINUE = Phase.BEGIN, Phase.CONTINUE
TAP = HsenidTap(application_id="APP_000009", password="made-up")
HIGATE = IntegratHigate(url="https://higate.example/x", user="muster", password="made-up")
HUAWEI = ParlayXUssd(
    sp_id="sp-9",
    password="made-up",
    service_id="svc-9",
    service_code="*384#",
    url="https://sdp.example/SendUssdService/services/SendUssd",
)
IDEABIZ = IdeaBizUssd(short_code="384", token="made-up")
ASKS = OutboundMessage("our-1", "+2348030100204", "۱ < ۲", dialog_id="d-1", more=True)
ENDS = OutboundMessage("our-2", "+2348030100204", "تمام", dialog_id="d-1")


@pytest.mark.parametrize(
    ("adapter", "recording", "expected"),
    [
        (
            TAP,
            "hsenid_tap_ussd/first",
            DialogInput("hs-1", "tel:5D11AA77", BEGIN, carrier_id="rq-1"),
        ),
        (
            TAP,
            "hsenid_tap_ussd/answer",
            DialogInput("hs-1", "tel:5D11AA77", CONTINUE, "Kandy", carrier_id="rq-2"),
        ),
        (HIGATE, "integrat_higate_ussd/new", Ignored("Open says it better")),
        (HIGATE, "integrat_higate_ussd/said_again", Ignored("Open says it better")),
        (HIGATE, "integrat_higate_ussd/an_sms", Ignored("not a USSD event")),
        (
            HIGATE,
            "integrat_higate_ussd/first",
            DialogInput("in-1", "+27820100201", BEGIN, "", "*120*44#"),
        ),
        (
            HIGATE,
            "integrat_higate_ussd/answer",
            DialogInput("in-1", "+27820100201", CONTINUE, "Pretoria", "*120*44#"),
        ),
        (HIGATE, "integrat_higate_ussd/closed", DialogEnded("in-1", "+27820100201", "closed")),
        (
            HUAWEI,
            "parlayx_ussd_huawei/first",
            DialogInput("cb-1", "2348030100204", BEGIN, "9", "*384#"),
        ),
        (
            HUAWEI,
            "parlayx_ussd_huawei/answer",
            DialogInput("cb-1", "2348030100204", CONTINUE, "Benin City", "*384#"),
        ),
        (HUAWEI, "parlayx_ussd_huawei/ended", DialogEnded("cb-1", "2348030100204", "ended")),
        (HUAWEI, "parlayx_ussd_huawei/aborted", DialogEnded("cb-1", "", "timeout")),
    ],
)
def test_reads(adapter, recording, expected):
    assert adapter.receive(recorded(recording)) == [expected]


@pytest.mark.parametrize("adapter", [TAP, HIGATE, HUAWEI, IDEABIZ])
def test_screens_are_not_in_the_answer(adapter):
    assert not adapter.inline_screens
    assert adapter.carries == ("ussd",)


def acknowledged(adapter, recording):
    request = recorded(recording)
    screens = [Screen("never shown here", more=True)]
    return adapter.acknowledge(request, adapter.receive(request), screens)


def test_each_is_answered_at_once_as_it_wants():
    success = {"statusCode": "S1000", "statusDetail": "Success"}
    assert acknowledged(TAP, "hsenid_tap_ussd/answer").json() == success
    assert acknowledged(HIGATE, "integrat_higate_ussd/answer").body == b""
    answer = parse_xml(acknowledged(HUAWEI, "parlayx_ussd_huawei/answer").body)
    assert answer.first("notifyUssdReceptionResponse")
    assert answer.value("result") == "0"
    answer = parse_xml(acknowledged(HUAWEI, "parlayx_ussd_huawei/aborted").body)
    assert answer.first("notifyUssdAbortResponse")


def test_each_is_refused_as_it_wants():
    request = HttpRequest("POST", "/x")
    assert TAP.refuse(request, "no field").json()["statusCode"] == "E1312"
    refused = HUAWEI.refuse(request, "no handler for other")
    assert refused.status == 500
    assert parse_xml(refused.body).value("faultcode") == "soapenv:Server"


# --- screens --------------------------------------------------------------------------------


def test_tap_sends_a_screen():
    request = TAP.send([ASKS])
    assert request.url == "https://api.ideamart.io/ussd/send"
    assert request.json() == {
        "applicationId": "APP_000009",
        "password": "made-up",
        "version": "1.0",
        "message": "۱ < ۲",
        "sessionId": "d-1",
        "ussdOperation": "mt-cont",
        "destinationAddress": "tel:2348030100204",
        "encoding": "440",
    }
    assert TAP.send([ENDS]).json()["ussdOperation"] == "mt-fin"


def test_a_masked_number_goes_back_as_it_came():
    masked = OutboundMessage("our-1", "tel:5D11AA77", "x", dialog_id="hs-1")
    assert TAP.send([masked]).json()["destinationAddress"] == "tel:5D11AA77"


def test_higate_sends_a_screen():
    asked = HIGATE.send([ASKS])
    assert asked.headers["content-type"] == "text/xml; charset=utf-8"
    assert asked.body.decode() == (
        '<Message><Version Version="1.0" /><Request Flags="0" SessionID="d-1" Type="USSReply">'
        '<UserID Orientation="TR">muster</UserID><Password>made-up</Password>'
        '<USSText Type="TEXT">۱ &lt; ۲</USSText></Request></Message>'
    )
    assert b'Flags="1"' in HIGATE.send([ENDS]).body


def test_huawei_sends_a_screen_with_a_password_of_the_moment():
    root = parse_xml(HUAWEI.send([ASKS]).body)
    fields = root.fields()
    assert fields["spPassword"] == password_at("sp-9", "made-up", fields["timeStamp"])
    assert (fields["spId"], fields["serviceId"]) == ("sp-9", "svc-9")
    assert (fields["senderCB"], fields["receiveCB"]) == ("d-1", "d-1")
    assert (fields["msgType"], fields["ussdOpType"]) == ("1", "1")
    assert (fields["msIsdn"], fields["serviceCode"]) == ("2348030100204", "*384#")
    assert fields["ussdString"] == "۱ < ۲"
    last = parse_xml(HUAWEI.send([ENDS]).body).fields()
    assert (last["msgType"], last["ussdOpType"]) == ("2", "3")


def test_ideabiz_opens_continues_and_ends():
    request = IDEABIZ.send([ASKS])
    assert request.url.endswith("/v1/outbound/tel%3A%2B2348030100204")
    assert request.headers["authorization"] == "Bearer made-up"
    asked = request.json()["outboundUSSDMessageRequest"]
    assert (asked["shortCode"], asked["clientCorrelator"]) == ("tel:384", "our-1")
    assert asked["ussdAction"] == "mtcont"
    ended = IDEABIZ.send([ENDS]).json()["outboundUSSDMessageRequest"]
    assert ended["ussdAction"] == "mtfin"
    opened = OutboundMessage("our-3", "+94770100200", "سلام")
    assert IDEABIZ.send([opened]).json()["outboundUSSDMessageRequest"]["ussdAction"] == "mtinit"


# --- outcomes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adapter", "recording", "outcome"),
    [
        (TAP, "hsenid_tap_ussd/taken", Accepted(("out-7",))),
        (TAP, "hsenid_tap_ussd/wrong_password", ChannelBroken("E1313 Authentication failure")),
        (TAP, "hsenid_tap_ussd/too_fast", TryLater("E1318 Try again later")),
        (HIGATE, "integrat_higate_ussd/taken", Accepted()),
        (
            HIGATE,
            "integrat_higate_ussd/refused",
            Refused("error_code: -1, reason: Unknown context"),
        ),
        (HUAWEI, "parlayx_ussd_huawei/taken", Accepted(("0",))),
        (IDEABIZ, "ideabiz_ussd/taken", Accepted()),
    ],
)
def test_outcomes(adapter, recording, outcome):
    assert adapter.outcomes(answered(recording), [ASKS]) == [outcome]


def tap_says(code):
    body = b'{"statusCode": "%s", "statusDetail": "x"}' % code.encode()
    (outcome,) = TAP.outcomes(HttpResponse(200, body), [ASKS])
    return outcome


def test_every_code_of_tap_has_its_meaning():
    assert all(isinstance(tap_says(code), TryLater) for code in TRY_LATER)
    assert all(isinstance(tap_says(code), ChannelBroken) for code in BROKEN)
    assert all(tap_says(code).opted_out for code in OPTED_OUT)
    for code in ("E1312", "E1317", "E1325", "E1334", "E1343", "E1601", "E9999"):
        assert tap_says(code) == Refused(f"{code} x")
    assert not TRY_LATER & BROKEN


@pytest.mark.parametrize("adapter", [TAP, HIGATE, HUAWEI])
def test_an_answer_that_cannot_be_read_is_no_success(adapter):
    for body in (b"", b"{}", b"<a/>", b"OK"):
        with pytest.raises(BadPayload):
            adapter.outcomes(HttpResponse(200, body), [ASKS])


def test_what_http_says_is_believed():
    for adapter in (TAP, HIGATE, HUAWEI, IDEABIZ):
        (outcome,) = adapter.outcomes(HttpResponse(401), [ASKS])
        assert isinstance(outcome, ChannelBroken)
