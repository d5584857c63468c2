from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    Balance,
    ChannelBroken,
    HttpResponse,
    Ignored,
    Message,
    NotKnown,
    OutboundMessage,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.kavenegar import CODES, Kavenegar
from tests.gateway_adapters.recorded import answered, recorded

KAVENEGAR = Kavenegar(api_key="made/up", line="10000000")
MESSAGES = [
    OutboundMessage(f"our-{n}", f"+98912000000{n}", f"متن {n}", "10000000", n) for n in (1, 2)
]
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("09120000001", "۹", "10000000", "7001")),
        ("message_as_json", Message("09120000002", "9", "10000000", "7002")),
        ("delivered", Report(Status.DELIVERED, "8001", reason="10")),
        ("received_status", Ignored("a status without news")),
    ],
)
def test_reads_what_the_carrier_pushes(recording, event):
    assert KAVENEGAR.receive(recorded(f"kavenegar/{recording}")) == [event]


def test_one_text_to_many_is_one_call_with_local_ids():
    same = [replace(message, text="یکی") for message in MESSAGES]
    request = KAVENEGAR.send(same)
    assert request.url == "https://api.kavenegar.com/v1/made%2Fup/sms/send.json"
    assert request.form() == {
        "receptor": "+989120000001,+989120000002",
        "message": "یکی",
        "localid": "1,2",
        "sender": "10000000",
    }


def test_different_texts_are_sent_as_lists():
    request = KAVENEGAR.send(MESSAGES)
    assert request.url.endswith("/sms/sendarray.json")
    assert request.form()["message"] == '["متن 1", "متن 2"]'
    assert request.form()["localmessageids"] == "[1, 2]"


def test_outcomes():
    outcomes = KAVENEGAR.outcomes(answered("kavenegar/sent"), MESSAGES)
    assert outcomes == [Accepted(("8001",)), Accepted(("8002",))]
    broken = KAVENEGAR.outcomes(answered("kavenegar/no_credit"), MESSAGES)
    assert broken == [ChannelBroken("no credit")] * 2


@pytest.mark.parametrize("code", [*range(400, 433), 451, 501])
def test_a_code_counts_in_the_body_or_as_http_status(code):
    body = f'{{"return":{{"status":{code}}},"entries":null}}'.encode()
    (outcome,) = KAVENEGAR.outcomes(HttpResponse(200, body), MESSAGES[:1])
    assert outcome == CODES[str(code)] if str(code) in CODES else isinstance(outcome, Unclear)
    (outcome,) = KAVENEGAR.outcomes(HttpResponse(code, b"<html>"), MESSAGES[:1])
    assert not isinstance(outcome, Accepted | Unclear)


def test_too_many_calls_wait_a_while():
    assert isinstance(CODES["451"], TryLater)
    assert CODES["451"].after


def test_unread_messages_are_polled_and_read_ones_recovered():
    assert KAVENEGAR.poll("").form() == {"linenumber": "10000000", "isread": "0"}
    polled = KAVENEGAR.polled(answered("kavenegar/inbox"), "")
    assert polled.events == [Message("09120000003", "۹", "10000000", "7003", SENT_AT)]
    assert not polled.more
    again = KAVENEGAR.recover(SENT_AT, 1)
    assert again.form() == {"linenumber": "10000000", "isread": "1", "pagenumber": "1"}
    page = KAVENEGAR.recovered(answered("kavenegar/inbox_page"), 1)
    assert [event.carrier_id for event in page.events] == ["7004"]
    assert page.more
    assert not KAVENEGAR.recovered(answered("kavenegar/inbox_page"), 2).more


def test_without_a_line_nothing_is_polled():
    assert Kavenegar(api_key="k").poll("") is None
    assert Kavenegar(api_key="k").recover(SENT_AT, 1) is None


def test_reports_look_up_and_balance():
    assert KAVENEGAR.reports(answered("kavenegar/statuses")) == [
        Report(Status.DELIVERED, "8001", reason="10"),
        Report(Status.REJECTED, "8003", reason="14"),
    ]
    message = MESSAGES[0]
    assert KAVENEGAR.look_up(message).form() == {"localid": "1"}
    assert KAVENEGAR.looked_up(answered("kavenegar/local_id"), message) == Accepted(("8001",))
    assert KAVENEGAR.looked_up(answered("kavenegar/no_local_id"), message) == NotKnown()
    account = answered("kavenegar/account")
    assert KAVENEGAR.balance_from(account) == Balance(Decimal(1250000), "IRR")
