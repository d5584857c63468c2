"""SMS.ir, IPPanel, Ghasedak, Payam-Resan, SunwaySMS: carriers that are asked for messages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway_adapters import ghasedak, ippanel, payamresan, smsir
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    HttpResponse,
    Message,
    NotKnown,
    OutboundMessage,
    Part,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.sunwaysms import SunwaySms
from tests.gateway_adapters.recorded import answered, recorded

SMSIR = smsir.SmsIr(api_key="made-up")
IPPANEL = ippanel.IpPanel(api_key="made-up")
GHASEDAK = ghasedak.Ghasedak(api_key="made-up", line="210000000")
PAYAM = payamresan.PayamResan(api_key="made-up")
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
LATER = SENT_AT + timedelta(minutes=1)
MESSAGES = [
    OutboundMessage(f"our-{n}", f"+98912000000{n}", f"متن {n}", "30000000", n, f"5{n}")
    for n in (1, 2, 3)
]
MESSAGE = MESSAGES[0]


def outcome(adapter, response):
    (found,) = adapter.outcomes(response, [MESSAGE])
    return found


# --- SMS.ir


def test_smsir_reads_today_and_remembers_the_newest():
    polled = SMSIR.polled(answered("smsir/live"), "")
    assert polled.events == [
        Message("9120000001", "۹", "30000000", "501", SENT_AT),
        Message("9120000002", "۱", "30000000", "502", LATER),
    ]
    assert (polled.cursor, polled.more) == ("502", False)
    assert SMSIR.polled(answered("smsir/live"), "501").events == polled.events[1:]
    assert SMSIR.poll("501").query()["pagenumber"] == "1"


def test_smsir_goes_back_page_by_page_to_what_it_knows():
    def page(newest):
        rows = ",".join(
            f'{{"receiveReturnId":{n},"messageText":"9","mobile":912{n:07}}}'
            for n in range(newest, newest - 100, -1)
        )
        return HttpResponse(200, f'{{"status":1,"data":[{rows}]}}'.encode())

    first = SMSIR.polled(page(400), "250")
    assert first.more
    assert SMSIR.poll(first.cursor).query()["pagenumber"] == "2"
    second = SMSIR.polled(page(300), first.cursor)
    assert not second.more
    assert second.cursor == "400"
    ids = [int(event.carrier_id) for event in [*second.events, *first.events]]
    assert ids == list(range(251, 401))
    assert not SMSIR.polled(page(400), "").more  # what was there before us is one page


def test_smsir_one_text_goes_in_bulk_and_others_like_to_like():
    bulk = SMSIR.send([replace(message, text="یکی") for message in MESSAGES])
    assert bulk.url.endswith("/send/bulk")
    assert bulk.json()["mobiles"] == ["09120000001", "09120000002", "09120000003"]
    assert bulk.json()["lineNumber"] == 30000000
    pairs = SMSIR.send(MESSAGES)
    assert pairs.url.endswith("/send/likeToLike")
    assert pairs.json()["messageTexts"] == ["متن 1", "متن 2", "متن 3"]


def test_smsir_each_place_of_the_ids_is_an_outcome():
    assert SMSIR.outcomes(answered("smsir/sent"), MESSAGES) == [
        Refused("the recipient is on the operator's list"),
        Refused("invalid number, or the text is too long"),
        Accepted(("86500001",)),
    ]
    assert outcome(SMSIR, answered("smsir/bad_key")) == ChannelBroken("bad key")
    with pytest.raises(BadPayload):
        SMSIR.outcomes(answered("smsir/sent"), MESSAGES[:2])


@pytest.mark.parametrize("code", [*range(21), *range(101, 125)])
def test_smsir_codes(code):
    found = outcome(SMSIR, HttpResponse(400, f'{{"status":{code},"data":null}}'.encode()))
    assert found == smsir.CODES.get(str(code), Refused("HTTP 400"))


def test_smsir_other_questions():
    assert SMSIR.receive(recorded("smsir/forwarded")) == [
        Message("9120000001", "۹", "30000000", "501")
    ]
    reports = SMSIR.reports(answered("smsir/delivered"))
    assert reports == [Report(Status.DELIVERED, "86500001", reason="1")]
    assert SMSIR.balance_from(answered("smsir/credit")) == Balance(Decimal(1500), "messages")
    archive = SMSIR.recover(SENT_AT, 2).query()
    assert (archive["fromdate"], archive["pagenumber"]) == ("1770800000", "2")
    assert len(SMSIR.recovered(answered("smsir/live"), 1).events) == 2


# --- IPPanel


def test_ippanel_pages_by_what_the_answer_says():
    polled = IPPANEL.polled(answered("ippanel/inbox"), "700")
    assert [event.carrier_id for event in polled.events] == ["701", "702"]
    assert polled.events[0] == Message("+989120000001", "۹", "+9830000000", "701", SENT_AT)
    assert polled.more
    assert IPPANEL.poll(polled.cursor).json() == {"page": 2, "per_page": 10}
    assert not IPPANEL.polled(answered("ippanel/inbox"), "701").more


def test_ippanel_sends_one_message_a_call():
    request = IPPANEL.send([MESSAGE])
    assert request.headers["authorization"] == "made-up"
    assert request.json() == {
        "sending_type": "webservice",
        "from_number": "30000000",
        "message": "متن 1",
        "params": {"recipients": ["+989120000001"]},
    }
    assert outcome(IPPANEL, answered("ippanel/sent")) == Accepted(("1120000001",))
    assert isinstance(outcome(IPPANEL, answered("ippanel/wrong_field")), Refused)
    no_key = HttpResponse(401, b'{"meta":{"message_code":"400-1"}}')
    assert isinstance(outcome(IPPANEL, no_key), ChannelBroken)


def test_ippanel_reports_name_the_recipient_alone():
    reports = IPPANEL.reports(answered("ippanel/recipients"), [MESSAGE])
    assert reports == [Report(Status.DELIVERED, "51", "our-1", "2", "+989120000001")]
    assert IPPANEL.balance_from(answered("ippanel/credit")).amount == Decimal("1500.75")


# --- Ghasedak


def test_ghasedak_is_pushed_to_polled_and_recovered():
    assert GHASEDAK.receive(recorded("ghasedak/relayed")) == [
        Message("09120000001", "۹", "210000000", "601")
    ]
    polled = GHASEDAK.polled(answered("ghasedak/inbox"), "")
    sent_at = SENT_AT.replace(microsecond=123456)  # without a zone it is Tehran's
    assert polled.events == [Message("09120000002", "۹", "210000000", "602", sent_at)]
    page = GHASEDAK.recovered(answered("ghasedak/inbox_page"), 1)
    assert page.events == [Message("09120000003", "9", "210000000", "603", SENT_AT)]
    assert page.more
    assert GHASEDAK.recover(SENT_AT, 3).query()["pageindex"] == "3"
    assert ghasedak.Ghasedak(api_key="k").poll("") is None


def test_ghasedak_trusts_is_success_alone():
    assert outcome(GHASEDAK, answered("ghasedak/sent")) == Accepted(("42001",))
    assert isinstance(outcome(GHASEDAK, answered("ghasedak/no_key")), ChannelBroken)
    lie = HttpResponse(200, b'{"isSuccess":false,"statusCode":200,"data":{"messageId":"1"}}')
    assert isinstance(outcome(GHASEDAK, lie), Unclear)
    assert GHASEDAK.send([MESSAGE]).json()["clientReferenceId"] == "our-1"


def test_ghasedak_statuses_look_up_and_balance():
    assert GHASEDAK.reports(answered("ghasedak/statuses")) == [
        Report(Status.DELIVERED, "42001", reason="5"),
        Report(Status.REJECTED, "42002", reason="2"),
    ]
    assert GHASEDAK.look_up(MESSAGE).query() == {"ids": "our-1", "type": "2"}
    assert GHASEDAK.looked_up(answered("ghasedak/statuses"), MESSAGE) == Accepted(("42001",))
    assert GHASEDAK.looked_up(answered("ghasedak/no_status"), MESSAGE) == NotKnown()
    assert GHASEDAK.balance_from(answered("ghasedak/account")).amount == 91355


# --- Payam-Resan


def test_payamresan_is_polled_at_leisure():
    assert timedelta(minutes=3) <= PAYAM.poll_every
    polled = PAYAM.polled(answered("payamresan/inbox"), "")
    assert polled.events == [Message("9120000001", "۹", "30000000", "901")]
    assert PAYAM.poll("").json() == {"ApiKey": "made-up"}


def test_payamresan_sends_numbers_as_json_numbers():
    assert PAYAM.send([MESSAGE]).json() == {
        "ApiKey": "made-up",
        "Text": "متن 1",
        "Sender": 30000000,
        "Recipients": [{"Destination": 989120000001, "UserTraceId": 1}],
    }
    assert outcome(PAYAM, answered("payamresan/sent")) == Accepted(("9900001",))
    assert isinstance(outcome(PAYAM, answered("payamresan/too_often")), TryLater)


@pytest.mark.parametrize("code", [*range(1, 7), *range(8, 21), 100])
def test_payamresan_codes(code):
    body = f'{{"Success":false,"ErrorCode":{code},"Error":"-","Result":null}}'
    found = outcome(PAYAM, HttpResponse(200, body.encode()))
    assert found == payamresan.CODES[str(code)]
    assert not isinstance(found, Accepted)


def test_payamresan_statuses_and_look_up():
    assert PAYAM.reports(answered("payamresan/statuses")) == [
        Report(Status.DELIVERED, "9900001", reason="4"),
        Report(Status.REJECTED, "9900002", reason="15", opted_out=True),
    ]
    assert PAYAM.look_up(MESSAGE).json()["UserTraceIds"] == [1]
    assert PAYAM.looked_up(answered("payamresan/not_found"), MESSAGE) == NotKnown()
    found = HttpResponse(200, b'{"Success":true,"Result":[{"Id":5,"StatusCode":1}]}')
    assert PAYAM.looked_up(found, MESSAGE) == Accepted(("5",))
    assert PAYAM.balance_from(answered("payamresan/account")).amount == 15000
    with pytest.raises(BadPayload):
        PAYAM.looked_up(answered("payamresan/too_often"), MESSAGE)


# --- SunwaySMS


def test_sunwaysms_tells_parts():
    first, second = (
        SunwaySms(username="u", password="p").polled(answered("sunwaysms/inbox"), "").events
    )
    assert first == Message("09120000001", "۹", "30000000", "1", SENT_AT)
    assert second.part == Part("42", 1, 2)
    assert second.sent_at is None
