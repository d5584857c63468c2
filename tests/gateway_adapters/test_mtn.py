from datetime import UTC, datetime, timedelta

import pytest

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
)
from gateway_adapters.mtn import STATUSES, MtnMadapi, MtnPortal
from tests.gateway_adapters.recorded import answered, recorded

PORTAL = MtnPortal(client_id="id", client_secret="hush", cp_address="cp", access_token="t0k3n")
MADAPI = MtnMadapi(client_id="id", client_secret="hush", access_token="t0k3n")
ONE = OutboundMessage("our-1", "+242060000001", "سلام", "2020", report_url="https://m.example")


def post(body):
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message(
                "242060000001",
                "9",
                "2020",
                sent_at=datetime(2026, 11, 20, 8, 15, 30, 120000, tzinfo=UTC),
            ),
        ),
        ("delivered", Report(Status.DELIVERED, "rrt-1001", "our-1")),
        ("waiting", Ignored("a report without news, of an unknown status or about nothing")),
    ],
)
def test_reads_what_the_portal_sends(recording, event):
    assert PORTAL.receive(recorded(f"mtn/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known_in_any_case(word, status):
    for written in (word, word.upper()):
        body = f'{{"transactionID":"t","deliveryStatus":"{written}"}}'
        assert PORTAL.receive(post(body)) == [Report(status, "t")]


def test_madapi_reports_by_our_correlator():
    report = Report(Status.DELIVERED, our_id="our-1", recipient="242060000001")
    assert MADAPI.receive(recorded("mtn_madapi_sms/delivered")) == [report]
    with pytest.raises(BadPayload):
        MADAPI.receive(post('{"deliveryStatus":"DELIVERED"}'))


def test_both_send_with_a_token_and_our_correlator():
    request = PORTAL.send([ONE])
    assert request.url == "https://api.mtn.com/v2/messages/sms/outbound"
    assert request.headers["authorization"] == "Bearer t0k3n"
    assert request.json()["clientCorrelator"] == "our-1"
    assert request.json()["cpAddress"] == "cp"
    request = MADAPI.send([ONE])
    assert request.url == "https://api.mtn.com/v3/sms/messages/sms/outbound"
    assert request.json()["clientCorrelatorId"] == "our-1"
    assert request.json()["serviceCode"] == "2020"


def test_reads_the_answers():
    assert PORTAL.outcomes(answered("mtn/accepted"), [ONE]) == [Accepted(("rrt-1001",))]
    assert isinstance(PORTAL.outcomes(HttpResponse(401), [ONE])[0], ChannelBroken)
    assert MADAPI.outcomes(answered("mtn_madapi_sms/accepted"), [ONE]) == [Accepted(("t-1",))]
    assert MADAPI.outcomes(answered("mtn_madapi_sms/refused"), [ONE]) == [Refused("status 4000")]


@pytest.mark.parametrize("adapter", [PORTAL, MADAPI])
def test_logs_in_for_a_token(adapter):
    request = adapter.login()
    assert request.url == (
        "https://api.mtn.com/v1/oauth/access_token?grant_type=client_credentials"
    )
    assert request.form()["client_secret"] == "hush"
    logged_in, lasts = adapter.logged_in(answered("mtn/token"))
    assert (logged_in.access_token, lasts) == ("t0k3n", timedelta(seconds=3599))
    assert type(logged_in) is type(adapter)
    for refused in (HttpResponse(401, b'{"access_token":"x"}'), HttpResponse(200, b"{}")):
        with pytest.raises(BadPayload):
            adapter.logged_in(refused)
