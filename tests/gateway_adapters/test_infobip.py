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
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.infobip import Infobip
from tests.gateway_adapters.recorded import answered, recorded

INFOBIP = Infobip(api_key="key", base_url="https://x.api.infobip.com")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152")
TWO = replace(ONE, our_id="our-2", to="+989120000002")


def post(body):
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())


def test_reads_many_messages_at_once():
    assert INFOBIP.receive(recorded("infobip/messages")) == [
        Message(
            "989120000001",
            "9 شاد",
            "30001152",
            "ib-in-1",
            datetime(2026, 11, 20, 4, 45, 30, 120000, tzinfo=UTC),
        ),
        Message(
            "989120000002",
            "سلام",
            "30001152",
            "ib-in-2",
            datetime(2026, 11, 20, 8, 15, 31, tzinfo=UTC),
        ),
    ]


def test_reads_reports_and_an_expired_one_is_expired():
    assert INFOBIP.receive(recorded("infobip/reports")) == [
        Report(Status.DELIVERED, "our-1", recipient="989120000001"),
        Report(Status.EXPIRED, "our-2", reason="EC_ABSENT_SUBSCRIBER", recipient="989120000002"),
    ]


@pytest.mark.parametrize(
    ("status", "reached"),
    [
        ('{"groupId":1,"name":"PENDING_ENROUTE"}', Status.QUEUED),
        ('{"groupName":"PENDING","name":"DELIVERED_TO_OPERATOR"}', Status.SENT),
        ('{"groupId":"2"}', Status.FAILED),
        ('{"groupName":"delivered"}', Status.DELIVERED),
        ('{"groupId":4}', Status.EXPIRED),
        ('{"groupId":5}', Status.REJECTED),
    ],
)
def test_every_group_is_known_by_name_or_number(status, reached):
    (event,) = INFOBIP.receive(post(f'{{"results":[{{"messageId":"m","status":{status}}}]}}'))
    assert event.status is reached


def test_one_bad_entry_does_not_cost_the_others():
    good = '{"messageId":"m","from":"989120000001","text":"9"}'
    events = INFOBIP.receive(post(f'{{"results":[7,{good},{{"status":{{"groupId":3}}}}]}}'))
    assert [type(event) for event in events] == [Message, Ignored, Ignored]
    with pytest.raises(BadPayload):
        INFOBIP.receive(post('{"results":[{"from":"989120000001"}]}'))


def test_an_empty_text_and_a_name_are_nothing_to_answer():
    body = '{"results":[{"from":"989120000001","text":""},{"from":"MTN","text":"offer"}]}'
    assert all(isinstance(event, Ignored) for event in INFOBIP.receive(post(body)))


def test_sends_a_hundred_messages_with_our_ids():
    sent = [replace(ONE, report_url="https://m.example", expires_in=timedelta(hours=2)), TWO]
    request = INFOBIP.send(sent)
    first, second = request.json()["messages"]
    assert request.url == "https://x.api.infobip.com/sms/3/messages"
    assert request.headers["authorization"] == "App key"
    assert first["destinations"] == [{"to": "989120000001", "messageId": "our-1"}]
    assert first["webhooks"]["delivery"]["url"] == "https://m.example"
    assert first["options"]["validityPeriod"] == {"amount": 120, "timeUnit": "MINUTES"}
    assert (second["content"], "webhooks" in second) == ({"text": "سلام"}, False)


def test_reads_an_outcome_for_each_message():
    assert INFOBIP.outcomes(answered("infobip/accepted"), [ONE, TWO]) == [
        Accepted(("our-1",)),
        ChannelBroken("REJECTED_NOT_ENOUGH_CREDITS"),
    ]
    with pytest.raises(BadPayload):
        INFOBIP.outcomes(answered("infobip/accepted"), [ONE])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ('{"groupId":3}', Accepted(("our-1",))),
        (
            '{"groupId":2,"name":"UNDELIVERABLE_NOT_DELIVERED"}',
            Refused("UNDELIVERABLE_NOT_DELIVERED"),
        ),
        ('{"groupId":5,"name":"REJECTED_SYSTEM_ERROR"}', TryLater("REJECTED_SYSTEM_ERROR")),
        ('{"groupId":5,"name":"REJECTED_DUPLICATE_MESSAGE_ID"}', Accepted(("our-1",))),
        ('{"groupId":9}', Unclear("a status that is not in the manual")),
    ],
)
def test_statuses_become_outcomes(status, outcome):
    body = f'{{"messages":[{{"messageId":"our-1","status":{status}}}]}}'
    assert INFOBIP.outcomes(HttpResponse(200, body.encode()), [ONE]) == [outcome]


def test_looks_up_by_our_id_and_takes_silence_for_no_answer():
    assert INFOBIP.look_up(ONE).url == "https://x.api.infobip.com/sms/3/logs?messageId=our-1"
    assert INFOBIP.looked_up(answered("infobip/log"), ONE) == Accepted(("our-1",))
    assert isinstance(INFOBIP.looked_up(answered("infobip/log"), TWO), Unclear)
    assert isinstance(INFOBIP.looked_up(HttpResponse(500), ONE), Unclear)


def test_reads_the_balance():
    assert INFOBIP.balance_from(answered("infobip/balance")) == Balance(Decimal("47.79134"), "EUR")


def test_logs_in_with_a_password_where_there_is_no_key():
    request = replace(INFOBIP, api_key="", username="u", password="p").send([ONE])
    assert request.headers["authorization"] == "Basic dTpw"
