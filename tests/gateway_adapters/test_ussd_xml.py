"""USSD gateways that speak XML or XML-RPC and take the screen in the answer."""

import pytest

from gateway_adapters.contract import (
    BadPayload,
    DialogEnded,
    DialogInput,
    HttpRequest,
    Ignored,
    Phase,
    Screen,
    settled,
)
from gateway_adapters.mtech_ussd import MtechUssd
from gateway_adapters.mtn_rwanda_ussd import MtnRwandaUssd
from gateway_adapters.trueafrican_ussd import TrueAfricanUssd
from gateway_adapters.truroute_ussd import TruRoute
from gateway_adapters.xml import parse_xml
from gateway_adapters.xmlrpc import called, fault
from tests.gateway_adapters.recorded import recorded

BEGIN, CONTINUE = Phase.BEGIN, Phase.CONTINUE
MORE, LAST = Screen("۱ < ۲\nنام؟", more=True), Screen("تمام", more=False)


@pytest.mark.parametrize(
    ("adapter", "recording", "expected"),
    [
        (
            TrueAfricanUssd(),
            "trueafrican_ussd/first",
            DialogInput("ta-1", "+256700100200", BEGIN, "", "*284#"),
        ),
        (TrueAfricanUssd(), "trueafrican_ussd/answer", DialogInput("ta-1", "", CONTINUE, "Gulu")),
        (TrueAfricanUssd(), "trueafrican_ussd/ended", DialogEnded("ta-1", "", "end")),
        (
            MtechUssd(),
            "mtech_ussd/first",
            DialogInput("mt-1", "2348080100200", BEGIN, "9", "*384#"),
        ),
        (MtechUssd(), "mtech_ussd/answer", DialogInput("mt-1", "", CONTINUE, "Lagos")),
        (MtechUssd(), "mtech_ussd/cancelled", DialogEnded("mt-1", "", "cancelled")),
        (
            TruRoute(),
            "truroute_ussd/first",
            DialogInput("tr-1", "265990100200", BEGIN, "", "*384*9#"),
        ),
        (
            TruRoute(code="*384#"),
            "truroute_ussd/first",
            DialogInput("tr-1", "265990100200", BEGIN, "9", "*384#"),
        ),
        (
            TruRoute(),
            "truroute_ussd/answer",
            DialogInput("tr-1", "265990100200", CONTINUE, "Zomba"),
        ),
        (TruRoute(), "truroute_ussd/timeout", DialogEnded("tr-1", "265990100200", "timeout")),
    ],
)
def test_reads(adapter, recording, expected):
    assert adapter.receive(recorded(recording)) == [expected]


def test_rwanda_does_not_say_which_request_is_the_first():
    (event,) = MtnRwandaUssd().receive(recorded("mtn_rwanda_ussd/first"))
    first = settled(event, None)
    assert (first.dialog_id, first.sender) == ("rw-1", "250788100200")
    assert (first.phase, first.input, first.recipient) == (BEGIN, "9", "384")
    (event,) = MtnRwandaUssd().receive(recorded("mtn_rwanda_ussd/answer"))
    later = settled(event, "")
    assert (later.phase, later.input) == (CONTINUE, "Musanze & Huye")


def test_a_page_0_without_a_number_is_in_the_middle_of_a_dialog():
    page = b"<page><session_id>1</session_id><page_id>0</page_id><data>x</data></page>"
    (event,) = MtechUssd().receive(HttpRequest("POST", "/x", {}, page))
    assert (event.phase, event.sender) == (CONTINUE, "")


def test_a_short_code_without_star_and_hash_is_the_recipient():
    body = recorded("trueafrican_ussd/first").body.replace(b"*284#", b"284")
    (event,) = TrueAfricanUssd().receive(HttpRequest("POST", "/x", {}, body))
    assert (event.recipient, event.input) == ("284", "")


@pytest.mark.parametrize("name", ["TransactionTime", "MSISDN", "USSDRequestString"])
def test_what_lacks_a_documented_member_is_refused(name):
    body = recorded("mtn_rwanda_ussd/first").body.replace(name.encode(), b"Other")
    with pytest.raises(BadPayload):
        MtnRwandaUssd().receive(HttpRequest("POST", "/x", {}, body))


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        (MtechUssd(), b""),
        (MtechUssd(), b"blah"),
        (MtechUssd(), b"<other/>"),
        (TruRoute(), b"<other/>"),
        (TruRoute(), b"<ussd><type>1</type></ussd>"),
        (TrueAfricanUssd(), b"<methodCall><methodName>USSD.INIT</methodName></methodCall>"),
        (MtnRwandaUssd(), b"<methodCall><methodName>other</methodName></methodCall>"),
    ],
)
def test_what_makes_no_sense_is_refused(adapter, body):
    with pytest.raises(BadPayload):
        adapter.receive(HttpRequest("POST", "/x", {}, body))


def test_a_new_type_is_ignored():
    body = b"<ussd><msisdn>265990100200</msisdn><type>9</type><msg>x</msg></ussd>"
    (event,) = TruRoute().receive(HttpRequest("POST", "/x", {}, body))
    assert isinstance(event, Ignored)


# --- answers --------------------------------------------------------------------------------


def answer(adapter, recording, *screens):
    request = recorded(recording)
    return adapter.acknowledge(request, adapter.receive(request), screens)


def members(response):
    root = parse_xml(response.body)
    assert root.name == "methodResponse"
    pairs = [(node.value("name"), node.value("string")) for node in root.all("member")]
    return dict(pairs)


def test_rwanda_repeats_the_call_with_our_text():
    assert members(answer(MtnRwandaUssd(), "mtn_rwanda_ussd/answer", MORE)) == {
        "MSISDN": "250788100200",
        "TransactionId": "rw-1",
        "TransactionTime": "2026-11-01T10:00:00",
        "USSDEncoding": "GSM0338",
        "USSDServiceCode": "384",
        "USSDResponseString": "۱ < ۲\nنام؟",
        "action": "request",
    }
    assert members(answer(MtnRwandaUssd(), "mtn_rwanda_ussd/answer", LAST))["action"] == "end"


def test_rwanda_is_refused_by_a_fault():
    refused = MtnRwandaUssd().refuse(recorded("mtn_rwanda_ussd/first"), "no field 'MSISDN'")
    assert refused.status == 200
    root = parse_xml(refused.body)
    assert root.first("fault")
    assert (root.value("int"), root.value("string")) == ("8002", "error")


def test_trueafrican():
    more = members(answer(TrueAfricanUssd(), "trueafrican_ussd/answer", MORE))
    assert more == {"session": "ta-1", "type": "cont", "message": "۱ < ۲\nنام؟"}
    assert members(answer(TrueAfricanUssd(), "trueafrican_ussd/answer", LAST))["type"] == "end"
    assert members(answer(TrueAfricanUssd(), "trueafrican_ussd/ended")) == {}


def test_mtech_wants_no_line_ends():
    page = (
        "<?xml version='1.0' encoding='UTF-8'?><page version=\"2.0\"><session_id>mt-1</session_id>"
    )
    more = (
        "<div>۱ &lt; ۲<br />نام؟</div>"
        '<navigation><link accesskey="*" pageId="indexX" /></navigation></page>'
    )
    assert answer(MtechUssd(), "mtech_ussd/answer", MORE).text == page + more
    assert answer(MtechUssd(), "mtech_ussd/answer", LAST).text == page + "<div>تمام</div></page>"
    assert answer(MtechUssd(), "mtech_ussd/cancelled").text == page + "</page>"


def test_truroute():
    premium = "<premium><cost>0</cost><ref>0</ref></premium></ussd>"
    shown = answer(TruRoute(), "truroute_ussd/answer", MORE).text
    assert shown == f"<ussd><type>2</type><msg>۱ &lt; ۲\nنام؟</msg>{premium}"
    shown = answer(TruRoute(), "truroute_ussd/answer", LAST).text
    assert shown == f"<ussd><type>3</type><msg>تمام</msg>{premium}"


def test_values_without_a_type_are_texts_too():
    body = (
        b"<methodCall><methodName>m</methodName><params><param><value><struct>"
        b"<member><name>a</name><value>bare</value></member>"
        b"<member><name>b</name><value><int>7</int></value></member>"
        b"<member><name>c</name></member>"
        b"</struct></value></param></params></methodCall>"
    )
    assert called(body) == ("m", {"a": "bare", "b": "7", "c": ""})


def test_a_fault_keeps_its_reason():
    assert parse_xml(fault(400, "a < b").body).value("string") == "a < b"
