from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    Balance,
    ChannelBroken,
    HttpResponse,
    Message,
    OutboundMessage,
    Report,
    Status,
    Unclear,
)
from gateway_adapters.melipayamak import CODES, STATUSES, MeliPayamak
from tests.gateway_adapters.recorded import answered, recorded

MELI = MeliPayamak(username="muster", password="made-up", polls=True)
MESSAGE = OutboundMessage("our-1", "+989120000001", "متن", "50000000", carrier_id="551")


def outcome(body):
    (found,) = MELI.outcomes(HttpResponse(200, body.encode()), [MESSAGE])
    return found


def test_reads_what_the_panel_forwards():
    events = MELI.receive(recorded("melipayamak/message"))
    assert events == [Message("9120000001", "۹", "50000000")]


def test_sends_a_form_with_the_log_in_in_it():
    request = MELI.send([MESSAGE])
    assert request.url == "https://rest.payamak-panel.com/api/SendSMS/SendSMS"
    assert request.form() == {
        "username": "muster",
        "password": "made-up",
        "to": "989120000001",
        "from": "50000000",
        "text": "متن",
        "isflash": "false",
    }


def test_only_a_long_number_is_a_success():
    assert MELI.outcomes(answered("melipayamak/sent"), [MESSAGE]) == [
        Accepted(("5512345678901234567",))
    ]
    inactive = MELI.outcomes(answered("melipayamak/inactive"), [MESSAGE])
    assert inactive == [ChannelBroken("user inactive")]
    assert isinstance(outcome('{"Value":"1000","RetStatus":1}'), Unclear)
    assert isinstance(outcome('{"Value":"","RetStatus":1}'), Unclear)


@pytest.mark.parametrize("code", CODES)
def test_a_code_counts_in_either_place(code):
    assert outcome(f'{{"Value":"{code}","RetStatus":1,"StrRetStatus":"Ok"}}') == CODES[code]
    assert outcome(f'{{"Value":"","RetStatus":{code},"StrRetStatus":"x"}}') == CODES[code]


def test_polling_remembers_the_newest_id():
    polled = MELI.polled(answered("melipayamak/inbox"), "")
    assert [(event.carrier_id, event.text) for event in polled.events] == [
        ("901", "۹"),
        ("902", "۱"),
    ]
    assert polled.events[0].sent_at == datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
    assert (polled.cursor, polled.more) == ("902", False)
    assert MELI.polled(answered("melipayamak/inbox"), "901").events == polled.events[1:]
    assert replace(MELI, polls=False).poll("") is None


def test_a_full_page_of_new_messages_leads_to_the_next():
    rows = ",".join(
        f'{{"MsgID":{n},"Body":"9","SenderNumber":"912{n:07}"}}' for n in range(300, 200, -1)
    )
    polled = MELI.polled(HttpResponse(200, f'{{"Data":[{rows}]}}'.encode()), "150")
    assert polled.more
    assert MELI.poll(polled.cursor).form()["index"] == "100"
    last = MELI.polled(HttpResponse(200, b'{"Data":[]}'), polled.cursor)
    assert (last.cursor, last.more) == ("300", False)


def test_a_report_is_of_the_message_asked_about():
    assert MELI.ask_reports([MESSAGE]).form()["recid"] == "551"
    reports = MELI.reports(answered("melipayamak/delivered"), [MESSAGE])
    assert reports == [Report(Status.DELIVERED, "551", "our-1", "1")]
    assert set(STATUSES) == {"0", "1", "2", "3", "8", "16", "35", "200", "300", "400", "500"}


def test_credit_is_counted_in_messages():
    credit = MELI.balance_from(answered("melipayamak/credit"))
    assert credit == Balance(Decimal("1520.5"), "messages")
