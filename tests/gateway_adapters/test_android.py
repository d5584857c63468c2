"""Android phones as gateways: capcom6, httpSMS, SMSSync and Traccar."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway_adapters.capcom6 import Capcom6
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    NotKnown,
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
)
from gateway_adapters.httpsms import HttpSms
from gateway_adapters.smssync import SmsSync
from gateway_adapters.traccar import Traccar
from tests.gateway_adapters.recorded import answered, recorded

CAPCOM6 = Capcom6(user="muster", password="made-up", signing_key="made-up-key", sim=2)
HTTPSMS = HttpSms(api_key="made-up", signing_key="made-up-key", line="+18005550001")
SMSSYNC = SmsSync(key="made-up")
URL = "https://muster.example/hooks/main/url-secret"
SIGNED = datetime.fromtimestamp(1762000000, UTC)
TO_SEND = OutboundMessage("our-1", "+989120000021", "سلام", expires_in=timedelta(hours=1))


@pytest.mark.parametrize(
    ("adapter", "recording", "event"),
    [
        (
            CAPCOM6,
            "capcom6/message",
            Message(
                "+989120000021",
                "سلام ۹",
                "+989350000001",
                "5ad1",
                datetime(2026, 11, 1, 10, tzinfo=UTC),
            ),
        ),
        (
            CAPCOM6,
            "capcom6/message_of_old_apps",
            Message("09120000022", "1", "", "5ad2", datetime(2026, 11, 1, 10, 1, tzinfo=UTC)),
        ),
        (
            CAPCOM6,
            "capcom6/sent",
            Report(Status.SENT, "our-1", "our-1", "", "+989120000021"),
        ),
        (
            CAPCOM6,
            "capcom6/failed",
            Report(Status.FAILED, "our-2", "our-2", "RESULT_ERROR_NO_SERVICE", "+989120000021"),
        ),
        (CAPCOM6, "capcom6/ping", Ignored("a ping, an MMS or data: nothing to answer")),
        (
            HTTPSMS,
            "httpsms/message",
            Message(
                "+18005550002",
                "9",
                "+18005550001",
                "ms-1",
                datetime(2026, 11, 1, 10, 0, 0, 500_000, tzinfo=UTC),
            ),
        ),
        (HTTPSMS, "httpsms/sent", Report(Status.SENT, "ms-2", "our-2", "", "+18005550002")),
        (
            HTTPSMS,
            "httpsms/failed",
            Report(Status.FAILED, "ms-3", "our-3", "NO_SERVICE", "+18005550002"),
        ),
        (
            HTTPSMS,
            "httpsms/expired",
            Report(Status.EXPIRED, "ms-4", "our-4", "", "+18005550002"),
        ),
        (
            HTTPSMS,
            "httpsms/tried_again",
            Ignored("the phone did not answer and is asked again"),
        ),
        (HTTPSMS, "httpsms/missed_call", Ignored("an event that changes nothing here")),
        (
            SMSSYNC,
            "smssync/message",
            Message("989120000031", "۹ گروه", "989350000001", "u-1", SIGNED),
        ),
        (
            SMSSYNC,
            "smssync/message_of_old_apps",
            Message("989120000031", "1", "989350000001", "", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ),
        (SMSSYNC, "smssync/asks_what_to_send", Ignored("the phone asks what to send")),
    ],
)
def test_reads_what_phones_send(adapter, recording, event):
    request = recorded(recording)
    adapter.authenticate(request, URL)
    assert adapter.receive(request) == [event]


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        (CAPCOM6, {"event": "sms:received", "payload": {"sender": "+989120000021"}}),
        (CAPCOM6, {"event": "sms:received", "payload": {"message": "9"}}),
        (CAPCOM6, {"payload": {}}),
        (CAPCOM6, {"event": "sms:delivered", "payload": {}}),
        (HTTPSMS, {"type": "message.phone.received", "data": {"content": "9"}}),
        (HTTPSMS, {"type": "message.phone.sent", "data": {}}),
        (HTTPSMS, {"data": {}}),
    ],
)
def test_what_lacks_a_documented_field_is_refused(adapter, body):
    with pytest.raises(BadPayload):
        adapter.receive(HttpRequest.post_json("/x", body))


def test_an_encrypted_message_is_kept_unread_rather_than_answered():
    data = {"contact": "+18005550002", "content": "x1Yz", "encrypted": True, "message_id": "m"}
    request = HttpRequest.post_json("/x", {"type": "message.phone.received", "data": data})
    with pytest.raises(BadPayload, match="encrypted"):
        HTTPSMS.receive(request)


# --- proofs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-4, 0, 4])
def test_capcom6_signs_body_and_time(minutes):
    CAPCOM6.authenticate(recorded("capcom6/message"), URL, SIGNED + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({}, 6),
        ({}, -6),
        ({"x-signature": "0" * 64}, 0),
        ({"x-signature": ""}, 0),
        ({"x-timestamp": "1762000001"}, 0),
        ({"x-timestamp": ""}, 0),
    ],
)
def test_capcom6_is_refused_when_forged_or_old(changes, minutes):
    request = recorded("capcom6/message")
    changed = replace(request, headers={**request.headers, **changes})
    with pytest.raises(NotFromCarrier):
        CAPCOM6.authenticate(changed, URL, SIGNED + timedelta(minutes=minutes))


def test_a_changed_body_is_not_what_was_signed():
    request = recorded("capcom6/message")
    with pytest.raises(NotFromCarrier):
        CAPCOM6.authenticate(replace(request, body=request.body + b" "), URL)


def token(*, key=b"made-up-key", alg="HS256", **changes):
    claims = {
        "aud": [URL],
        "iss": "api.httpsms.com",
        "exp": 1762000600,
        "nbf": 1761999400,
        **changes,
    }
    parts = [{"alg": alg, "typ": "JWT"}, {k: v for k, v in claims.items() if v is not None}]
    signed = ".".join(_b64(json.dumps(part).encode()) for part in parts)
    signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{'' if alg == 'none' else _b64(signature)}"


def _b64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bearing(made):
    return HttpRequest("POST", "/hooks/main/url-secret", {"authorization": f"Bearer {made}"}, b"{}")


@pytest.mark.parametrize("made", [token(), token(aud=URL), token(aud=["https://other", URL])])
def test_httpsms_signs_a_token_for_our_url(made):
    HTTPSMS.authenticate(bearing(made), URL, SIGNED)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(token(key=b"other"), id="another key"),
        pytest.param(token(alg="none"), id="no signature"),
        pytest.param(token(aud=["https://elsewhere.example"]), id="another url"),
        pytest.param(token(aud=None), id="no audience"),
        pytest.param(token(iss="someone"), id="another issuer"),
        pytest.param(token(exp=1761999990), id="expired"),
        pytest.param(token(nbf=1762000300), id="not yet"),
        pytest.param(token(exp=None), id="without end"),
        pytest.param(token(nbf="soon"), id="a time that is none"),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="rubbish"),
    ],
)
def test_httpsms_tokens_that_prove_nothing(made):
    with pytest.raises(NotFromCarrier):
        HTTPSMS.authenticate(bearing(made), URL, SIGNED)


def test_smssync_needs_its_key():
    for query in ("", "secret=", "secret=wrong", "task=send"):
        with pytest.raises(NotFromCarrier):
            SMSSYNC.authenticate(HttpRequest("POST", f"/x?{query}"))


def test_smssync_wants_its_own_json_back():
    request = recorded("smssync/message")
    answer = SMSSYNC.acknowledge(request, SMSSYNC.receive(request), [])
    assert answer.json() == {"payload": {"success": "true", "messages": []}}
    request = recorded("smssync/asks_what_to_send")
    answer = SMSSYNC.acknowledge(request, SMSSYNC.receive(request), [])
    assert answer.json() == {"payload": {"task": "send", "secret": "made-up", "messages": []}}
    assert SMSSYNC.refuse(request, "x").json() == {"payload": {"success": "false"}}


@pytest.mark.parametrize("query", ["", "from=989120000031", "from=1&message=x&sent_to=1"])
def test_smssync_garbage_is_refused(query):
    with pytest.raises(BadPayload):
        SMSSYNC.receive(HttpRequest("GET", f"/x?{query}"))


# --- sending --------------------------------------------------------------------------------


def test_capcom6_sends_under_our_id():
    request = CAPCOM6.send([TO_SEND])
    assert request.url == "https://api.sms-gate.app/3rdparty/v1/messages"
    assert request.headers["authorization"].startswith("Basic ")
    assert request.json() == {
        "id": "our-1",
        "textMessage": {"text": "سلام"},
        "phoneNumbers": ["+989120000021"],
        "withDeliveryReport": True,
        "priority": 0,
        "ttl": 3600,
        "simNumber": 2,
    }


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (answered("capcom6/taken"), Accepted(("our-1",))),
        (answered("capcom6/known_already"), Accepted(("our-1",))),
        (HttpResponse(400), Refused("HTTP 400")),
        (HttpResponse(401), ChannelBroken("HTTP 401")),
        (HttpResponse(504), TryLater("HTTP 504")),
        (HttpResponse(500), TryLater("HTTP 500")),
    ],
)
def test_capcom6_may_always_be_asked_again(answer, outcome):
    assert CAPCOM6.outcomes(answer, [TO_SEND]) == [outcome]


def test_capcom6_is_asked_by_our_id():
    asked = CAPCOM6.look_up(TO_SEND)
    assert (asked.method, asked.url) == ("GET", f"{CAPCOM6.url}/our-1")
    assert CAPCOM6.ask_reports([TO_SEND]) == asked
    found = answered("capcom6/delivered")
    assert CAPCOM6.looked_up(found, TO_SEND) == Accepted(("our-1",))
    assert CAPCOM6.reports(found) == [Report(Status.DELIVERED, "our-1", "our-1")]
    assert CAPCOM6.looked_up(HttpResponse(404), TO_SEND) == NotKnown()
    assert CAPCOM6.looked_up(HttpResponse(503), TO_SEND) == TryLater("HTTP 503")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Pending", Status.QUEUED),
        ("Processed", Status.QUEUED),
        ("Sent", Status.SENT),
        ("Delivered", Status.DELIVERED),
        ("Failed", Status.FAILED),
    ],
)
def test_every_state_of_capcom6_has_its_meaning(state, status):
    answer = HttpResponse(200, json.dumps({"id": "our-1", "state": state}).encode())
    assert CAPCOM6.reports(answer)[0].status is status


def test_httpsms_sends():
    request = HTTPSMS.send([TO_SEND])
    assert request.headers["x-api-key"] == "made-up"
    assert request.json() == {
        "from": "+18005550001",
        "to": "+989120000021",
        "content": "سلام",
        "request_id": "our-1",
        "encrypted": False,
    }
    assert HTTPSMS.outcomes(answered("httpsms/taken"), [TO_SEND]) == [Accepted(("ms-9",))]
    (broken,) = HTTPSMS.outcomes(answered("httpsms/out_of_plan"), [TO_SEND])
    assert isinstance(broken, ChannelBroken)


def test_traccar_only_sends():
    traccar = Traccar(token="made-up")
    request = traccar.send([TO_SEND])
    assert request.headers["authorization"] == "made-up"
    assert request.json() == {"to": "+989120000021", "message": "سلام"}
    assert traccar.outcomes(answered("traccar/taken"), [TO_SEND]) == [Accepted()]
    with pytest.raises(BadPayload):
        traccar.receive(HttpRequest("POST", "/x"))
