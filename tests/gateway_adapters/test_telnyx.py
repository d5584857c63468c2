import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway_adapters.contract import (
    Accepted,
    Balance,
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
    TryLater,
)
from gateway_adapters.telnyx import BROKEN, BUSY, STATUSES, Telnyx
from tests.gateway_adapters.recorded import answered, recorded

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
TELNYX = Telnyx(public_key_b64=PUBLIC, api_key="key", messaging_profile_id="p-1")
ONE = OutboundMessage(
    "our-1", "+15555550101", "سلام", "+15555550152", report_url="https://m.example"
)
NOW = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)


def test_reads_a_message():
    assert TELNYX.receive(recorded("telnyx/message")) == [
        Message(
            "+15555550101",
            "9",
            "+15555550152",
            "10000000-0000-4000-8000-00000000000b",
            NOW.replace(microsecond=120000),
        )
    ]


@pytest.mark.parametrize(
    ("recording", "report"),
    [
        (
            "delivered",
            Report(
                Status.DELIVERED,
                "10000000-0000-4000-8000-00000000000c",
                recipient="+15555550101",
            ),
        ),
        (
            "stopped",
            Report(
                Status.FAILED,
                "10000000-0000-4000-8000-00000000000d",
                reason="40300",
                recipient="+15555550101",
                opted_out=True,
            ),
        ),
    ],
)
def test_reads_reports(recording, report):
    assert TELNYX.receive(recorded(f"telnyx/{recording}")) == [report]


def event(kind, to):
    body = f'{{"data":{{"event_type":"{kind}","payload":{{"id":"m","to":{to}}}}}}}'
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known(word, status):
    (report,) = TELNYX.receive(event("message.sent", f'[{{"status":"{word}"}}]'))
    assert report == Report(status, "m")


def test_each_recipient_has_a_report_and_other_events_none():
    both = '[{"status":"sent"},{"status":"delivered"},{"status":"pondered"}]'
    kinds = [type(found) for found in TELNYX.receive(event("message.finalized", both))]
    assert kinds == [Report, Report, Ignored]
    assert isinstance(TELNYX.receive(event("message.read", "[]"))[0], Ignored)
    assert isinstance(TELNYX.receive(event("message.sent", "[]"))[0], Ignored)


def signed(body, at=NOW):
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(KEY.sign(f"{stamp}|".encode() + body)).decode()
    headers = {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}
    return HttpRequest("POST", "/", headers, body)


def test_what_telnyx_signed_opens_the_door_for_five_minutes():
    TELNYX.authenticate(signed(b"{}"))
    TELNYX.authenticate(signed(b"{}"), now=NOW + timedelta(seconds=300))
    for now in (NOW + timedelta(seconds=301), NOW - timedelta(seconds=301)):
        with pytest.raises(NotFromCarrier):
            TELNYX.authenticate(signed(b"{}"), now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"telnyx-timestamp": "1"},
        {"telnyx-signature-ed25519": ""},
        {"telnyx-signature-ed25519": "rubbish"},
        {"telnyx-signature-ed25519": base64.b64encode(b"0" * 64).decode()},
        {"telnyx-signature-ed25519": "ü"},
    ],
)
def test_what_another_signed_does_not(change):
    request = signed(b"{}")
    with pytest.raises(NotFromCarrier):
        TELNYX.authenticate(replace(request, headers={**request.headers, **change}))


@pytest.mark.parametrize("key", ["", "rubbish", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_shuts_the_door(key):
    with pytest.raises(NotFromCarrier):
        replace(TELNYX, public_key_b64=key).authenticate(signed(b"{}"))


def test_sends():
    assert TELNYX.send([ONE]).json() == {
        "from": "+15555550152",
        "to": "+15555550101",
        "text": "سلام",
        "messaging_profile_id": "p-1",
        "webhook_url": "https://m.example",
    }


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("accepted", Accepted(("10000000-0000-4000-8000-00000000000c",))),
        ("blocked", Refused("blocked by STOP", opted_out=True)),
        ("busy", TryLater("40011")),
    ],
)
def test_reads_the_answers(answer, outcome):
    assert TELNYX.outcomes(answered(f"telnyx/{answer}"), [ONE]) == [outcome]


@pytest.mark.parametrize(
    ("codes", "kind"), [(BUSY, TryLater), (BROKEN, ChannelBroken), (("40310", "10016"), Refused)]
)
def test_every_code_has_an_outcome(codes, kind):
    for code in codes:
        answer = HttpResponse(422, f'{{"errors":[{{"code":"{code}"}}]}}'.encode())
        assert isinstance(TELNYX.outcomes(answer, [ONE])[0], kind)


def test_reads_the_balance():
    assert TELNYX.balance_from(answered("telnyx/balance")) == Balance(Decimal("40.50"), "USD")
