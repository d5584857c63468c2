import base64
import hashlib
import hmac
from dataclasses import replace

import pytest

from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OptedOut,
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
)
from gateway_adapters.http import FORM
from gateway_adapters.twilio import (
    STATUSES,
    SignalWire,
    Twilio,
    TwilioMessagingService,
    TwimlApi,
    plain,
)
from tests.gateway_adapters.recorded import answered, recorded

TWILIO = Twilio(account_sid="AC0001", auth_token="made-up")
MESSAGE = OutboundMessage("our-1", "+15005550001", "hello", "+15005550002")
VECTOR = (
    b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    b"&Caller=%2B14158675309"
)
VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("+15005550001", "9", "+15005550002", "SM0001")),
        (
            "base64",
            Message("+15005550001", "گروه مردمی نمونه", "+15005550002", "SM0002"),
        ),
        ("stop", OptedOut("+15005550001", "+15005550002", "SM0003")),
        ("undelivered", Report(Status.FAILED, "SM0004", "our-1", "30003", "+15005550001")),
        (
            "opted_out",
            Report(Status.FAILED, "SM0005", "", "21610", "+15005550001", opted_out=True),
        ),
        ("new_status", Ignored("a report without a status that we know")),
    ],
)
def test_reads_what_the_carrier_sends(recording, event):
    assert TWILIO.receive(recorded(f"twilio/{recording}")) == [event]


def signed(signature, body, url=VECTOR_URL, **headers):
    return HttpRequest(
        "POST", url, {"content-type": FORM, "x-twilio-signature": signature, **headers}, body
    )


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            VECTOR,
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_published_signatures(body, signature):
    twilio = replace(TWILIO, auth_token="12345")
    twilio.authenticate(signed(signature, body), VECTOR_URL)
    for wrong in (
        signed(signature, body + b"&x=1"),
        signed(signature.lower(), body),
        signed("", body),
    ):
        with pytest.raises(NotFromCarrier):
            twilio.authenticate(wrong, VECTOR_URL)
    with pytest.raises(NotFromCarrier):
        twilio.authenticate(signed(signature, body), VECTOR_URL + "3")
    with pytest.raises(NotFromCarrier):
        TWILIO.authenticate(signed(signature, body), VECTOR_URL)


def sign(content):
    return base64.b64encode(hmac.new(b"made-up", content.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.parametrize(
    ("signed_url", "called_url"),
    [
        ("https://m.example/h", "https://m.example:443/h"),
        ("https://m.example:443/h", "https://m.example/h"),
        ("http://m.example:8080/h?a=1", "http://m.example:8080/h?a=1"),
    ],
)
def test_a_default_port_may_be_signed_or_not(signed_url, called_url):
    TWILIO.authenticate(signed(sign(signed_url + "Body9"), b"Body=9", "/h"), called_url)


def test_behind_a_proxy_the_outside_path_is_signed():
    signature = sign("https://m.example/outside?a=1Body9")
    request = signed(signature, b"Body=9", "/h?a=1", **{"x-forwarded-path": "/outside"})
    TWILIO.authenticate(request, "https://m.example/h?a=1")


def test_a_json_body_is_signed_by_its_hash():
    body = b'{"a": 1}'
    url = f"https://m.example/h?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": sign(url)}
    TWILIO.authenticate(HttpRequest("POST", url, headers, body), url)
    with pytest.raises(NotFromCarrier):
        TWILIO.authenticate(HttpRequest("POST", url, headers, b'{"a": 2}'), url)


def test_signalwire_is_unsigned_and_the_others_are_not():
    request = recorded("signalwire/message")
    SignalWire(account_sid="a", auth_token="t", api_url="u").authenticate(request)
    for adapter in (
        TwimlApi(account_sid="a", auth_token="t", api_url="u"),
        TwilioMessagingService(account_sid="a", auth_token="t", messaging_service_sid="MG"),
    ):
        with pytest.raises(NotFromCarrier):
            adapter.authenticate(request, "https://m.example/h")


def test_the_answer_is_an_empty_twiml():
    answer = TWILIO.acknowledge(recorded("twilio/message"), [], [])
    assert answer.body == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert answer.headers["content-type"].startswith("text/xml")


def test_sends_from_a_number_or_a_service():
    message = replace(MESSAGE, report_url="https://m.example/hooks/main/s")
    request = TWILIO.send([message])
    assert request.url == "https://api.twilio.com/2010-04-01/Accounts/AC0001/Messages.json"
    assert request.form() == {
        "to": "+15005550001",
        "body": "hello",
        "from": "+15005550002",
        "statuscallback": "https://m.example/hooks/main/s?our_id=our-1",
    }
    service = replace(TWILIO, messaging_service_sid="MG1").send([MESSAGE]).form()
    assert service["messagingservicesid"] == "MG1"
    assert "from" not in service


def test_outcomes():
    def outcome(response):
        (found,) = TWILIO.outcomes(response, [MESSAGE])
        return found

    assert outcome(answered("twilio/sent")) == Accepted(("SM0007",))
    assert outcome(answered("twilio/stopped")).opted_out
    assert isinstance(outcome(HttpResponse(400, b'{"code":20429}')), TryLater)
    assert isinstance(outcome(HttpResponse(400, b'{"code":63018}')), TryLater)
    assert outcome(HttpResponse(429, b"", {"retry-after": "7"})).after.seconds == 7
    assert isinstance(outcome(HttpResponse(401, b'{"code":20003}')), ChannelBroken)
    assert isinstance(outcome(HttpResponse(400, b'{"code":1001}')), Refused)


@pytest.mark.parametrize(
    "body",
    [
        "سلام",
        "9",
        "JOIN",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        base64.b64encode(bytes(range(48))).decode(),
    ],
)
def test_what_only_looks_like_base64_stays(body):
    assert plain(body) == body


def test_every_documented_status_is_known():
    documented = "queued accepted scheduled sending sent delivered read failed undelivered canceled"
    assert set(STATUSES) == set(documented.split())
    assert STATUSES["undelivered"] is Status.FAILED
