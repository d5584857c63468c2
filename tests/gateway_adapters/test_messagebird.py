import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Report,
    Status,
)
from gateway_adapters.messagebird import STATUSES, MessageBird
from gateway_adapters.origin import sign
from tests.gateway_adapters.recorded import answered, recorded

KEY = "PlLrKaqvZNRR5zAjm42ZT6q1SQxgbbGd"
BIRD = MessageBird(access_key="key", signing_key=KEY)
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152", report_url="https://m.example")
NOW = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)
URL = "https://m.example/hooks/main/x?b=2&a=1"


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("989120000001", "۹", "30001152", "2222cccc3333dddd", NOW)),
        ("shortcode", Message("989120000001", "9", "51152", "4444eeee5555ffff", NOW)),
        (
            "stopped",
            Report(
                Status.FAILED, "6666aaaa7777bbbb", "our-1", "error 103", "989120000001",
                opted_out=True,
            ),
        ),
        (
            "delivered",
            Report(Status.DELIVERED, "6666aaaa7777bbbc", "our-2", recipient="989120000001"),
        ),
    ],
)  # fmt: skip
def test_reads_what_messagebird_sends(recording, event):
    assert BIRD.receive(recorded(f"messagebird/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known(word, status):
    (report,) = BIRD.receive(HttpRequest("GET", f"/?id=m-1&status={word}"))
    assert report == Report(status, "m-1")


def test_nothing_in_it_is_a_check_and_no_text_is_bad():
    assert isinstance(BIRD.receive(HttpRequest("GET", "/?foo=1"))[0], Ignored)
    with pytest.raises(BadPayload):
        BIRD.receive(HttpRequest("GET", "/?originator=989120000001&recipient=30001152"))
    (picture,) = BIRD.receive(
        HttpRequest("GET", "/?originator=989120000001&recipient=3&mediaURLs=https://p.example")
    )
    assert picture.text == ""


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(claims, key=KEY, algorithm="HS256"):
    signed = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    hashes = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
    if algorithm not in hashes:
        return signed + "."
    signature = sign(key, signed, hashes[algorithm])
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def claims(body=b"", **changes):
    said = {
        "iss": "MessageBird",
        "nbf": NOW.timestamp(),
        "exp": (NOW + timedelta(minutes=1)).timestamp(),
        "jti": "1",
        "url_hash": hashlib.sha256(URL.encode()).hexdigest(),
    }
    if body:
        said["payload_hash"] = hashlib.sha256(body).hexdigest()
    return {**said, **changes}


def request_with(jwt, body=b""):
    return HttpRequest("POST", URL, {"messagebird-signature-jwt": jwt}, body)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("body", [b"", b"a & <b>"])
def test_a_right_token_opens_the_door(algorithm, body):
    BIRD.authenticate(request_with(token(claims(body), KEY, algorithm), body), URL, NOW)


@pytest.mark.parametrize(
    "jwt",
    [
        token(claims(), algorithm="none"),
        token(claims(), algorithm="HS1"),
        token(claims(), key="another"),
        token(claims(iss="Somebody")),
        token(claims(url_hash="0" * 64)),
        token(claims(payload_hash="0" * 64)),
        token({name: value for name, value in claims().items() if name != "exp"}),
        token(claims(exp="soon")),
        token(claims(nbf=(NOW + timedelta(minutes=2)).timestamp())),
        token(claims(exp=(NOW - timedelta(minutes=2)).timestamp())),
        token(["not", "an", "object"]),
        "a.b.c",
        "rubbish",
        "ü.ü.ü",
    ],
)
def test_a_wrong_token_does_not(jwt):
    with pytest.raises(NotFromCarrier):
        BIRD.authenticate(request_with(jwt), URL, NOW)


def test_a_token_of_another_body_or_order_of_the_query_does_not():
    right = token(claims(b"a"))
    with pytest.raises(NotFromCarrier):
        BIRD.authenticate(request_with(right, b"b"), URL, NOW)
    with pytest.raises(NotFromCarrier):
        BIRD.authenticate(request_with(token(claims())), URL.replace("b=2&a=1", "a=1&b=2"), NOW)


OLD = (
    "/?recipient=31612345678&reference=FOO&statusDatetime=2019-01-11T09%3A17%3A11%2B00%3A00"
    "&id=eef0ab57a9e049be946f3821568c2b2e&status=delivered&mccmnc=20408&ported=1"
)
OLD_HEADERS = {
    "messagebird-signature": "KVBdcVdz2lYMwcBLZCRITgxUfA/WkwSi+T3Wxl2HL6w=",
    "messagebird-request-timestamp": "1547198231",
}


def test_the_published_signature_of_the_old_scheme_is_right():
    signed_at = datetime.fromtimestamp(1547198231, UTC)
    BIRD.authenticate(HttpRequest("GET", OLD, OLD_HEADERS))
    BIRD.authenticate(HttpRequest("GET", OLD, OLD_HEADERS), now=signed_at + timedelta(seconds=300))
    with pytest.raises(NotFromCarrier):
        BIRD.authenticate(HttpRequest("GET", OLD, OLD_HEADERS), now=signed_at + timedelta(hours=1))
    with pytest.raises(NotFromCarrier):
        BIRD.authenticate(HttpRequest("GET", OLD.replace("FOO", "BAR"), OLD_HEADERS))


def test_sends_and_reads_the_answers():
    request = BIRD.send([replace(ONE, expires_in=timedelta(hours=1))])
    assert request.headers["authorization"] == "AccessKey key"
    assert request.json()["recipients"] == ["989120000001"]
    assert (request.json()["reference"], request.json()["validity"]) == ("our-1", 3600)
    accepted = Accepted(("6666aaaa7777bbbb",))
    assert BIRD.outcomes(answered("messagebird/accepted"), [ONE]) == [accepted]
    assert isinstance(BIRD.outcomes(answered("messagebird/no_credit"), [ONE])[0], ChannelBroken)
    with pytest.raises(BadPayload):
        BIRD.outcomes(HttpResponse(201, b"{}"), [ONE])
    assert BIRD.balance_from(answered("messagebird/balance")) == Balance(Decimal("92.5"), "credits")
