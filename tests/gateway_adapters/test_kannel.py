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
    TryLater,
)
from gateway_adapters.kannel import STATUSES, Kannel
from tests.gateway_adapters.recorded import answered, recorded

KANNEL = Kannel(username="muster", password="made-up")
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
REPORT_URL = "https://muster.example/hooks/main/s3cret"


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("+989120000001", "۹", "1152", "k-1", SENT_AT)),
        ("posted_in_the_query", Message("+989120000001", "", "1152", "k-2", SENT_AT)),
        ("utf16", Message("+989120000001", "۹ع", "1152", "k-3", SENT_AT.replace(second=0))),
        ("delivered", Report(Status.DELIVERED, our_id="our-1", reason="1")),
        ("unknown_status", Ignored("a report of an unknown status, or of nothing we sent")),
    ],
)
def test_reads_what_smsbox_calls(recording, event):
    assert KANNEL.receive(recorded(f"kannel/{recording}")) == [event]


def test_our_answer_has_no_body_that_could_reach_the_citizen():
    request = recorded("kannel/message")
    assert KANNEL.acknowledge(request, KANNEL.receive(request), []).body == b""
    assert KANNEL.refuse(request, "why").body == b""


@pytest.mark.parametrize(
    ("code", "status"),
    [("1", "delivered"), ("2", "failed"), ("4", "queued"), ("8", "sent"), ("16", "rejected")],
)
def test_each_bit_of_the_mask_has_a_meaning(code, status):
    (report,) = KANNEL.receive(HttpRequest("GET", f"/hooks/m/s?our_id=o&status={code}"))
    assert report.status == status == STATUSES[code]


def test_a_report_of_nothing_is_refused():
    for query in ("our_id=o&status=0", "our_id=o&status=", "our_id=o"):
        with pytest.raises(BadPayload):
            KANNEL.receive(HttpRequest("GET", f"/hooks/m/s?{query}"))


def test_persian_is_sent_as_ucs2_and_latin_as_gsm():
    message = OutboundMessage("our 1", "+989120000001", "متن", "1152", report_url=REPORT_URL)
    query = KANNEL.send([message]).query()
    assert (query["text"], query["charset"], query["coding"]) == ("متن", "UTF-8", "2")
    assert query["dlr-mask"] == "31"
    assert query["dlr-url"] == f"{REPORT_URL}?our_id=our%201&status=%d"
    latin = OutboundMessage("o", "+989120000001", "Hello", expires_in=timedelta(minutes=5))
    query = KANNEL.send([latin]).query()
    assert (query["coding"], query["validity"]) == ("0", "5")
    assert "dlr-url" not in query


def test_outcomes():
    def outcome(response):
        (found,) = KANNEL.outcomes(response, [OutboundMessage("o", "+98912", "-")])
        return found

    assert outcome(answered("kannel/accepted")) == Accepted()
    assert outcome(answered("kannel/queued")) == Accepted()
    assert outcome(answered("kannel/busy")) == TryLater("HTTP 503")
    assert isinstance(outcome(HttpResponse(403, b"Authorization failed")), ChannelBroken)
    assert isinstance(outcome(HttpResponse(400, b"Missing receiver")), Refused)
    with pytest.raises(BadPayload):
        outcome(HttpResponse(202, b"Sent."))
