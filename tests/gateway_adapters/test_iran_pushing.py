"""Asanak, FarazSMS, Mediana, the aggregators, and operators' ParlayX."""

import hashlib
from datetime import UTC, datetime

import pytest

from gateway_adapters import asanak
from gateway_adapters.adp import Adp
from gateway_adapters.aggregators import Hub, MobinOne, Pardis, Telepromo
from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OptedIn,
    OutboundMessage,
    Refused,
    Report,
    Status,
)
from gateway_adapters.farazsms import FarazSms
from gateway_adapters.mediana import Mediana
from gateway_adapters.parlayx import Irancell, Mci, ParlayX
from gateway_adapters.xml import parse_xml
from tests.gateway_adapters.recorded import answered, recorded

ASANAK = asanak.Asanak(username="u", password="p")
ADP = Adp(username="u", password="p")
FARAZ = FarazSms(api_key="made-up")
MEDIANA = Mediana(api_key="made-up")
PARLAYX = ParlayX(send_url="http://sdp.example/send", sp_id="35000", password="made-up")
IRANCELL = Irancell(send_url="u", poll_url="http://sdp.example/receive", registration="3000")
MCI = Mci(send_url="http://imi.example/send", service_key="made-up")
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)
MESSAGE = OutboundMessage(
    "our-1",
    "+989120000001",
    "متن <۱>",
    "983000000",
    report_url="https://muster.example/hooks/main/s",
    reply_token="l-1",
)


def outcome(adapter, response):
    (found,) = adapter.outcomes(response, [MESSAGE])
    return found


@pytest.mark.parametrize(
    ("adapter", "recording", "event"),
    [
        (ASANAK, "asanak/message", Message("09120000001", "۹", "3000000", sent_at=SENT_AT)),
        (MEDIANA, "mediana/message", Message("989120000001", "۹", "9830000000")),
        (MEDIANA, "mediana/report", Ignored("a report that names no status")),
        (Telepromo(), "telepromo/message", Message("989120000001", "۹", "9830000000")),
        (
            Telepromo(),
            "telepromo/delivered",
            Report(Status.DELIVERED, "44001", reason="DeliveredToTerminal"),
        ),
        (MobinOne(), "mobinone/message", Message("989120000001", "۹", "9830000000")),
        (
            MobinOne(),
            "mobinone/delivered",
            Report(Status.DELIVERED, "r-1", reason="DeliveredToTerminal"),
        ),
        (Hub(), "hub/message", Message("989120000001", "۹", "9830000000", "31")),
        (Pardis(), "pardis/message", Message("09120000001", "۹", "2050", "45")),
        (Pardis(), "pardis/posted", Message("989120000001", "9", "2050")),
        (Pardis(), "pardis/sent", Report(Status.SENT, "44002", reason="DeliveredToNetwork")),
        (
            PARLAYX,
            "parlayx_sms/message",
            Message("27110000001", "9", "54321", sent_at=SENT_AT, reply_token="l-1"),
        ),
        (
            PARLAYX,
            "parlayx_sms/delivered",
            Report(Status.DELIVERED, "", "our-1", "DeliveredToTerminal", "27110000001"),
        ),
        (
            IRANCELL,
            "irancell_parlayx/message",
            Message("989350000001", "۹", "983000000", reply_token="l-1"),
        ),
        (
            IRANCELL,
            "irancell_parlayx/waiting",
            Report(Status.SENT, "", "our-1", "MessageWaiting", "989350000001"),
        ),
        (MCI, "mci_parlayx/message", Message("989120000001", "۹ بله", "983000000")),
        (MCI, "mci_parlayx/subscribed", OptedIn("989120000001", "983000000")),
    ],
)
def test_reads_what_the_carrier_sends(adapter, recording, event):
    assert adapter.receive(recorded(recording)) == [event]


def test_mci_sends_many_in_one_request():
    many = MCI.receive(recorded("mci_parlayx/many"))
    assert [(event.sender, event.text) for event in many] == [
        ("989120000001", "9"),
        ("989120000002", "1"),
    ]
    receipts = MCI.receive(recorded("mci_parlayx/receipts"))
    assert [(report.our_id, report.status) for report in receipts] == [
        ("our-1", Status.DELIVERED),
        ("our-2", Status.FAILED),
    ]


def test_aggregators_want_one_and_minus_one():
    request = recorded("mobinone/message")
    assert MobinOne().acknowledge(request, [], []).body == b"1"
    assert MobinOne().refuse(request, "no").body == b"-1"
    assert Telepromo().acknowledge(request, [], []).body == b""


def test_aggregators_reports_that_say_nothing_are_ignored():
    request = HttpRequest("GET", "/h?refId=1&deliveryStatus=0")
    assert isinstance(Telepromo().receive(request)[0], Ignored)
    with pytest.raises(BadPayload):
        Hub().receive(HttpRequest("GET", "/h?smsId=1"))


# --- Asanak, FarazSMS, Mediana


def test_asanak_refuses_a_plus():
    assert ASANAK.send([MESSAGE]).json() == {
        "username": "u",
        "password": "p",
        "source": "983000000",
        "destination": "989120000001",
        "message": "متن <۱>",
        "send_to_blacklist": 1,
    }


def test_asanak_outcomes():
    assert outcome(ASANAK, answered("asanak/sent")) == Accepted(("1230001",))
    assert isinstance(outcome(ASANAK, answered("asanak/bad_password")), ChannelBroken)
    assert isinstance(outcome(ASANAK, answered("asanak/forbidden")), ChannelBroken)
    for code, expected in asanak.CODES.items():
        body = f'{{"meta":{{"status":{code},"message":"-"}}}}'.encode()
        assert outcome(ASANAK, HttpResponse(200, body)) == expected
        assert outcome(ASANAK, HttpResponse(406, body)) == expected


def test_farazsms():
    request = FARAZ.send([MESSAGE])
    assert request.headers["api-key"] == "made-up"
    assert request.json()["recipients"] == ["09120000001"]
    assert outcome(FARAZ, answered("farazsms/sent")) == Accepted(("456",))
    assert outcome(FARAZ, answered("farazsms/bad_key")) == ChannelBroken("Auth required")
    odd = HttpResponse(200, b'{"status":"error","data":null,"messages":"bad number"}')
    assert outcome(FARAZ, odd) == Refused("bad number")
    assert FARAZ.balance_from(answered("farazsms/balance")).amount == 15000


def test_mediana():
    assert outcome(MEDIANA, answered("mediana/sent")) == Accepted(("77",))
    assert MEDIANA.send([MESSAGE]).json() == {
        "sendingNumber": "983000000",
        "recipients": ["09120000001"],
        "messageText": "متن <۱>",
    }
    failed = HttpResponse(200, b'{"meta":{"code":"InvalidNumber"},"data":null}')
    assert outcome(MEDIANA, failed) == Refused("InvalidNumber")


# --- ParlayX


def test_parlayx_answers_with_the_matching_response():
    for recording, name in (
        ("message", "notifySmsReceptionResponse"),
        ("delivered", "notifySmsDeliveryReceiptResponse"),
    ):
        answer = PARLAYX.acknowledge(recorded(f"parlayx_sms/{recording}"), [], [])
        assert parse_xml(answer.body).first(name)
        assert b"sms/notification/v2_2/local" in answer.body
    assert PARLAYX.refuse(recorded("parlayx_sms/message"), "no").status == 500


def test_parlayx_signs_each_send_with_its_time():
    sent = parse_xml(PARLAYX.send([MESSAGE]).body)
    time = sent.value("timeStamp")
    expected = hashlib.md5(f"35000made-up{time}".encode(), usedforsecurity=False).hexdigest()
    assert sent.value("spPassword") == expected
    assert sent.value("linkid") == "l-1"
    assert sent.value("addresses") == "tel:989120000001"
    assert sent.value("message") == "متن <۱>"
    assert sent.value("correlator") == "our-1"
    assert sent.value("endpoint") == "https://muster.example/hooks/main/s"


def test_parlayx_without_a_password_sends_none():
    assert parse_xml(Irancell(send_url="u").send([MESSAGE]).body).first("spPassword") is None


def test_parlayx_outcomes():
    assert outcome(PARLAYX, answered("parlayx_sms/sent")) == Accepted(("p-1",))
    assert isinstance(outcome(IRANCELL, answered("irancell_parlayx/fault")), Refused)
    assert outcome(MCI, answered("mci_parlayx/sent")) == Accepted(("m-1",))


def test_irancell_is_polled_where_it_does_not_push():
    asks = parse_xml(IRANCELL.poll("").body)
    assert asks.value("registrationIdentifier") == "3000"
    polled = IRANCELL.polled(answered("irancell_parlayx/inbox"), "")
    assert polled.events == [Message("989350000001", "۹", "983000000")]
    assert PARLAYX.poll("") is None


def test_mci_posts_with_its_service_key_and_answers_its_way():
    request = MCI.send([MESSAGE])
    assert request.headers["servicekey"] == "made-up"
    assert parse_xml(request.body).value("addresses") == "989120000001"
    said = recorded("mci_parlayx/message")
    assert MCI.acknowledge(said, [], []).body == (
        b"<response><status>200</status><description>Success</description></response>"
    )
    assert MCI.refuse(said, "why").status == 400


# --- ADP Digital


def test_adp_answers_in_plain_text():
    query = ADP.send([MESSAGE]).query()
    assert (query["dstaddress"], query["unicode"], query["clientid"]) == (
        "989120000001",
        "1",
        "our-1",
    )
    assert outcome(ADP, answered("adp/sent")) == Accepted(("120000001",))
    assert isinstance(outcome(ADP, answered("adp/refused")), Refused)
    assert str(ADP.balance_from(answered("adp/balance")).amount) == "15000.5"
    with pytest.raises(BadPayload):
        outcome(ADP, HttpResponse(200, b"<html>"))
