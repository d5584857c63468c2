from dataclasses import replace
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    Balance,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OptedIn,
    OptedOut,
    OutboundMessage,
    Refused,
    Report,
    Status,
)
from gateway_adapters.http import FORM
from gateway_adapters.origin import in_base64, sign
from gateway_adapters.plivo import STATUSES, Plivo
from tests.gateway_adapters.recorded import answered, recorded

PLIVO = Plivo(auth_id="MAID", auth_token="my_auth_token")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152", report_url="https://m.example")


def form(body, **headers):
    return HttpRequest("POST", "/hooks/main/x", {"content-type": FORM, **headers}, body.encode())


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message("989120000001", "۹", "30001152", "8a8a0000-aaaa-11ee-bbbb-0242ac110001"),
        ),
        (
            "opted_out",
            OptedOut("989120000001", "30001152", "8a8a0000-aaaa-11ee-bbbb-0242ac110002"),
        ),
        (
            "undelivered",
            Report(
                Status.FAILED,
                "8a8a0000-aaaa-11ee-bbbb-0242ac110003",
                reason="error 200",
                recipient="989120000001",
                opted_out=True,
            ),
        ),
    ],
)
def test_reads_what_plivo_sends(recording, event):
    assert PLIVO.receive(recorded(f"plivo/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known_in_any_case(word, status):
    for field, value in (("Status", word), ("status", word.upper())):
        (report,) = PLIVO.receive(form(f"MessageUUID=m-1&{field}={value}"))
        assert report == Report(status, "m-1")


def test_an_expired_message_is_not_just_failed():
    (report,) = PLIVO.receive(form("MessageUUID=m-1&Status=undelivered&ErrorCode=420"))
    assert report.status is Status.EXPIRED


def test_who_opts_in_has_also_said_something():
    message, back = PLIVO.receive(form("From=989120000001&Text=START&MessageIntent=optin"))
    assert isinstance(message, Message)
    assert isinstance(back, OptedIn)


def test_an_empty_request_is_a_check():
    assert isinstance(PLIVO.receive(form(""))[0], Ignored)


def test_the_published_signature_of_version_2_is_right():
    signed = {
        "x-plivo-signature-v2": "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=",
        "x-plivo-signature-v2-nonce": "12345",
    }
    PLIVO.authenticate(form("", **signed), "https://answer.url")
    PLIVO.authenticate(form("", **signed), "https://answer.url?a=b")
    for other in (replace(PLIVO, auth_token="my_auth_tokens"), replace(PLIVO, auth_token="")):
        with pytest.raises(NotFromCarrier):
            other.authenticate(form("", **signed), "https://answer.url")


def signed_v3(content, nonce="n-1", token="my_auth_token"):
    signature = in_base64(sign(token, f"{content}.{nonce}"))
    return {"x-plivo-signature-v3": f"b2xk,{signature}", "x-plivo-signature-v3-nonce": nonce}


@pytest.mark.parametrize(
    ("method", "url", "body", "content"),
    [
        ("POST", "https://m.example/h", "To=2&From=1&Text=9", "https://m.example/h?From1Text9To2"),
        (
            "POST",
            "https://m.example/h?b=2&a=1",
            "To=2&From=1",
            "https://m.example/h?a=1&b=2.From1To2",
        ),
        ("GET", "https://m.example/h?b=2&a=x+y", "", "https://m.example/h?a=x y&b=2"),
        ("POST", "https://m.example/h", "", "https://m.example/h"),
    ],
)
def test_version_3_signs_the_url_and_the_sorted_form(method, url, body, content):
    headers = {"content-type": FORM, **signed_v3(content)}
    request = HttpRequest(method, url.removeprefix("https://m.example"), headers, body.encode())
    PLIVO.authenticate(request, url)
    with pytest.raises(NotFromCarrier):
        PLIVO.authenticate(replace(request, body=b"To=2&From=3"), url)


def test_sends_and_reads_the_answers():
    request = PLIVO.send([ONE])
    assert request.url == "https://api.plivo.com/v1/Account/MAID/Message/"
    assert request.json() == {
        "src": "30001152",
        "dst": "989120000001",
        "text": "سلام",
        "url": "https://m.example",
        "method": "POST",
    }
    accepted = Accepted(("8a8a0000-aaaa-11ee-bbbb-0242ac110003",))
    assert PLIVO.outcomes(answered("plivo/accepted"), [ONE]) == [accepted]
    assert PLIVO.outcomes(answered("plivo/no_credit"), [ONE]) == [ChannelBroken("no credit")]
    assert PLIVO.outcomes(HttpResponse(400, b'{"error":"bad dst"}'), [ONE]) == [Refused("HTTP 400")]


def test_the_answer_never_speaks_to_the_citizen():
    answer = PLIVO.acknowledge(recorded("plivo/message"), [], [])
    assert answer.text == "<Response/>"


def test_reads_the_balance():
    answer = HttpResponse(200, b'{"cash_credits":"12.30"}')
    assert PLIVO.balance_from(answer) == Balance(Decimal("12.30"), "USD")
