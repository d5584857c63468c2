from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
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
from gateway_adapters.telerivet import STATUSES, Telerivet
from tests.gateway_adapters.recorded import answered, recorded

TELERIVET = Telerivet(secret="t3l3", api_key="key", project_id="PJ1")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", report_url="https://m.example")


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message(
                "+989120000001",
                "9",
                "30001152",
                "SM5f00000000000001",
                datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC),
            ),
        ),
        (
            "not_delivered",
            Report(Status.FAILED, "SM5f00000000000002", reason="not_delivered"),
        ),
        ("call", Ignored("another event, or no SMS")),
    ],
)
def test_reads_what_telerivet_sends(recording, event):
    assert TELERIVET.receive(recorded(f"telerivet/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_is_known(word, status):
    body = f"event=send_status&id=SM1&status={word}".encode()
    (report,) = TELERIVET.receive(HttpRequest("POST", "/", {}, body))
    assert report.status is status


def test_the_secret_in_the_form_opens_the_door():
    TELERIVET.authenticate(recorded("telerivet/message"))
    with pytest.raises(NotFromCarrier):
        TELERIVET.authenticate(HttpRequest("POST", "/", {}, b"event=incoming_message&secret=no"))


def test_sends_and_reads_the_answer():
    request = TELERIVET.send([ONE])
    assert request.url == "https://api.telerivet.com/v1/projects/PJ1/messages/send"
    assert request.json()["status_secret"] == "t3l3"
    assert TELERIVET.outcomes(answered("telerivet/accepted"), [ONE]) == [
        Accepted(("SM5f00000000000004",))
    ]
    assert isinstance(TELERIVET.outcomes(HttpResponse(402), [ONE])[0], ChannelBroken)
