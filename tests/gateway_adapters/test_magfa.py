from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    HttpResponse,
    Message,
    NotKnown,
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.magfa import CODES, Magfa
from tests.gateway_adapters.recorded import answered, recorded

MAGFA = Magfa(user="muster/example", password="made-up")
MESSAGES = [
    OutboundMessage(f"our-{n}", f"+98912000000{n}", f"متن {n}", "983000000", n) for n in (1, 2, 3)
]


def test_one_request_holds_a_list_for_each_thing():
    request = MAGFA.send(MESSAGES)
    assert request.url == "https://sms.magfa.com/api/http/sms/v2/send"
    assert request.headers["authorization"] == "Basic bXVzdGVyL2V4YW1wbGU6bWFkZS11cA=="
    assert request.json() == {
        "senders": ["983000000"] * 3,
        "recipients": ["989120000001", "989120000002", "989120000003"],
        "messages": ["متن 1", "متن 2", "متن 3"],
        "encodings": [0, 0, 0],
        "uids": [1, 2, 3],
    }


def test_each_message_has_an_outcome_of_its_own():
    assert MAGFA.outcomes(answered("magfa/sent"), MESSAGES) == [
        Accepted(("55501",)),
        Refused("the recipient has blocked this line", opted_out=True),
        TryLater("server busy"),
    ]


def test_a_refusal_of_the_whole_request_counts_for_each():
    outcomes = MAGFA.outcomes(answered("magfa/refused"), MESSAGES)
    assert outcomes == [ChannelBroken("not enough credit")] * 3


def test_an_answer_about_another_number_of_messages_cannot_be_read():
    with pytest.raises(BadPayload):
        MAGFA.outcomes(answered("magfa/sent"), MESSAGES[:2])


@pytest.mark.parametrize("code", [*range(1, 35), *range(101, 111)])
def test_no_code_is_a_success_and_a_new_one_is_unclear(code):
    body = f'{{"status": {code}}}'.encode()
    (outcome,) = MAGFA.outcomes(HttpResponse(200, body), MESSAGES[:1])
    assert outcome == CODES[str(code)] if str(code) in CODES else isinstance(outcome, Unclear)


def test_the_operators_list_is_no_opt_out_and_a_blocked_line_is():
    assert CODES["27"] == Refused("the recipient takes no advertising (operator's list)")
    assert CODES["33"].opted_out
    assert isinstance(CODES["8"], TryLater)
    assert CODES["8"].after > timedelta(0)


def test_messages_without_an_id_get_one_of_their_content():
    polled = MAGFA.polled(answered("magfa/messages"), "")
    first, second = polled.events
    sent_at = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
    assert first == Message("989120000001", "۹", "983000000", first.carrier_id, sent_at)
    assert second.text == "11"
    assert first.carrier_id != second.carrier_id
    assert MAGFA.polled(answered("magfa/messages"), "").events[0].carrier_id == first.carrier_id
    assert not polled.more
    assert not MAGFA.polled(answered("magfa/no_messages"), "").events


def test_a_full_batch_is_asked_for_again_at_once():
    row = (
        '{"body":"9","senderNumber":"98912%07d","recipientNumber":"1","date":"2026-02-11 12:00:00"}'
    )
    rows = ",".join(row % n for n in range(100))
    polled = MAGFA.polled(HttpResponse(200, f'{{"status":0,"messages":[{rows}]}}'.encode()), "")
    assert polled.more
    assert len({event.carrier_id for event in polled.events}) == 100


def test_one_bad_row_does_not_cost_the_others():
    good = '{"body":"9","senderNumber":"989120000001","recipientNumber":"1","date":""}'
    bad = '{"body":"win","senderNumber":"MTN","recipientNumber":"1","date":""}'
    body = f'{{"status":0,"messages":[{bad},{good}]}}'.encode()
    events = MAGFA.polled(HttpResponse(200, body), "").events
    assert [event.text for event in events if isinstance(event, Message)] == ["9"]
    assert len(events) == 2


def test_reports_are_read_and_unknown_ids_left_out():
    assert MAGFA.reports(answered("magfa/statuses")) == [
        Report(Status.DELIVERED, "55501", reason="1"),
        Report(Status.QUEUED, "55502", reason="0"),
        Report(Status.FAILED, "55504", reason="16"),
    ]


def test_a_lost_answer_is_looked_up_by_our_number():
    assert MAGFA.look_up(MESSAGES[0]).url.endswith("/mid/1")
    assert MAGFA.looked_up(answered("magfa/mid"), MESSAGES[0]) == Accepted(("55501",))
    assert MAGFA.looked_up(answered("magfa/no_mid"), MESSAGES[0]) == NotKnown()
    with pytest.raises(BadPayload):
        MAGFA.looked_up(HttpResponse(200, b'{"status":23}'), MESSAGES[0])


def test_balance_and_callback():
    assert MAGFA.balance_from(answered("magfa/balance")) == Balance(Decimal(1250000), "IRR")
    (message,) = MAGFA.receive(recorded("magfa/callback"))
    assert message == Message("989120000001", "۹", "983000000")
    assert replace(MAGFA, polls=False).poll("") is None
