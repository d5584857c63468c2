"""Regional carriers that speak JSON or XML, and the two that go one way only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Refused,
    Report,
    Status,
)
from gateway_adapters.justcall import STATUSES as JUSTCALL
from gateway_adapters.options import build
from gateway_adapters.registry import find
from gateway_adapters.wavy import STATUSES as WAVY
from gateway_adapters.zenvia import OLD_STATUSES
from gateway_adapters.zenvia import STATUSES as ZENVIA
from tests.gateway_adapters.recorded import answered, recorded

AT = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)
FRACTION = AT.replace(microsecond=120000)
ONE = OutboundMessage("our-1", "+989120000001", "سلام <9>", "30001152", at=AT)


def made(name, **options):
    kind, preset = find(name)
    return build(kind, options, lenient=True, preset=preset)


def post(body, path=""):
    return HttpRequest("POST", f"/hooks/main/x{path}", {}, body.encode())


EVENTS = [
    ("clickmobile/message", Message("265990000001", "9", "3014", "900100")),
    ("justcall/message", Message("+15555550101", "9", "+15555550152", "26000001", AT)),
    ("justcall/undelivered", Report(Status.FAILED, "26000001", reason="undelivered")),
    ("start_mobile/message", Message("380500000001", "Дев'ять", "4224", "43000001", AT)),
    ("wavy/message", Message("5511900000001", "9", "20200", "wv-1", FRACTION)),
    ("wavy/delivered", Report(Status.DELIVERED, "wv-9")),
    ("wavy/sent_failed", Report(Status.FAILED, "wv-10", reason="code 102")),
    ("zenvia/message", Message("5511900000001", "9", "20200", "zv-1", AT)),
    ("zenvia/read", Report(Status.DELIVERED, "zv-2")),
    (
        "zenvia_legacy/message",
        Message("5511900000001", "9", "40001", "20000001", FRACTION + timedelta(hours=3)),
    ),
    ("zenvia_legacy/delivered", Report(Status.DELIVERED, "zl-1")),
    ("netcore/message", Message("8800000001", "9", "10010")),
]


@pytest.mark.parametrize(("recording", "event"), EVENTS)
def test_reads_what_the_carrier_sends(recording, event):
    assert made(recording.partition("/")[0]).receive(recorded(recording)) == [event]


def test_lists_of_messages_are_read_whole():
    assert made("globe_labs").receive(recorded("globe_labs/messages")) == [
        Message("+639170000001", "9", "21580001", "", AT),
        Message("+639170000002", "hi", "21580001", "m-2", AT + timedelta(seconds=1)),
    ]
    assert made("playmobile").receive(recorded("playmobile/messages")) == [
        Message("998900000001", "9", "", "1100001"),
        Message("998900000002", "salom", "", "1100002"),
    ]


def test_play_mobile_takes_away_the_keyword_of_a_shared_line():
    body = '<sms-request><message id="1" msisdn="998900000001"><content>{}</content></message>'
    request = post((body + "</sms-request>").format("MUSTER 9"))
    (message,) = made("playmobile", prefixes=["muster"]).receive(request)
    assert message.text == "9"
    with pytest.raises(BadPayload):
        made("playmobile", prefixes=["muster"]).receive(
            post((body + "</sms-request>").format("muster "))
        )


CODES = [
    *[
        ("justcall", {"direction": "O", "messageid": 1, "delivery_status": c}, s)
        for c, s in JUSTCALL.items()
    ],
    *[("wavy", {"correlationId": "1", "sentStatusCode": int(c)}, s) for c, s in WAVY.items()],
    *[
        ("zenvia", {"type": "MESSAGE_STATUS", "messageId": "1", "messageStatus": {"code": c}}, s)
        for c, s in [*ZENVIA.items(), ("ANOTHER", Status.FAILED)]
    ],
    *[
        ("zenvia_legacy", {"callbackMtRequest": {"status": c, "id": "1"}}, s)
        for c, s in [*OLD_STATUSES.items(), ("04", Status.FAILED), ("10", Status.FAILED)]
    ],
]


@pytest.mark.parametrize(("name", "payload", "status"), CODES)
def test_every_documented_report_is_known(name, payload, status):
    payload = {"data": payload} if name == "justcall" else payload
    (report,) = made(name).receive(HttpRequest.post_json("/hooks/main/x", payload))
    assert (report.status, report.carrier_id) == (status, "1")


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [
        ("justcall", '{"data":{"direction":"I"}}', "/status"),
        ("justcall", '{"data":{"direction":"O"}}', "/receive"),
        ("justcall", '{"data":{"direction":"O","delivery_status":"pondering"}}', ""),
        ("wavy", '{"correlationId":"1","deliveredStatusCode":777}', ""),
        ("zenvia", '{"type":"MESSAGE_SEEN"}', ""),
        ("globe_labs", '{"inboundSMSMessageList":{"inboundSMSMessage":[]}}', ""),
        ("playmobile", "<sms-request></sms-request>", ""),
    ],
)
def test_what_says_nothing_is_ignored(name, body, path):
    (event,) = made(name).receive(post(body, path))
    assert isinstance(event, Ignored)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clickmobile", "<request><mobile>265990000001</mobile><text>9</text></request>"),
        ("globe_labs", "{}"),
        ("netcore", "from_addr=8800000001&to_addr=1&content=None"),
        ("playmobile", "<other/>"),
        ("start_mobile", "<message><service/><from>1</from><to>2</to></message>"),
        ("start_mobile", '<message><service request_id="1"/><from>380500000001</from></message>'),
        ("wavy", "{}"),
        ("zenvia", "{}"),
        ("zenvia", '{"type":"MESSAGE"}'),
        ("zenvia_legacy", '{"callbackMtRequest":{"status":"","id":"1"}}'),
        ("redrabbit", "from=1&text=9"),
    ],
)
def test_half_a_message_is_a_bad_payload(name, body):
    with pytest.raises(BadPayload):
        made(name).receive(post(body))


def test_start_mobile_is_answered_in_xml_and_may_end_in_rubbish():
    start = made("start_mobile")
    request = recorded("start_mobile/message")
    assert start.receive(replace(request, body=request.body + b"`"))
    answer = start.acknowledge(request, [], [])
    assert answer.text == '<answer type="async"><state>Accepted</state></answer>'
    assert answer.headers["content-type"].startswith("text/xml")


OUTCOMES = [
    ("clickmobile/accepted", Accepted()),
    ("clickmobile/refused", Refused("code 104")),
    ("globe_labs/accepted", Accepted()),
    ("justcall/accepted", Accepted(("26000002",))),
    ("justcall/refused", Refused("status fail")),
    ("playmobile/accepted", Accepted()),
    ("playmobile/refused", Refused("error 101")),
    ("redrabbit/accepted", Accepted()),
    ("start_mobile/accepted", Accepted(("380500000001123",))),
    ("start_mobile/refused", Refused("an error instead of an id")),
    ("wavy/accepted", Accepted(("wv-9",))),
    ("zenvia/accepted", Accepted(("zv-2",))),
    ("zenvia_legacy/accepted", Accepted()),
    ("zenvia_legacy/refused", Refused("status 05")),
]


@pytest.mark.parametrize(("recording", "outcome"), OUTCOMES)
def test_reads_the_answer_to_a_send(recording, outcome):
    assert made(recording.partition("/")[0]).outcomes(answered(recording), [ONE]) == [outcome]


def test_a_refused_log_in_breaks_the_channel_and_silence_is_unclear():
    for name in ("playmobile", "wavy", "zenvia"):
        (outcome,) = made(name).outcomes(HttpResponse(401, b'{"error-code":"102"}'), [ONE])
        assert type(outcome).__name__ == "ChannelBroken"
    for name in ("clickmobile", "justcall", "redrabbit", "start_mobile"):
        with pytest.raises(BadPayload):
            made(name).outcomes(HttpResponse(200, b""), [ONE])


def test_sends():
    wavy = made("wavy", username="u", token="t").send([ONE])
    assert (wavy.headers["username"], wavy.headers["authenticationtoken"]) == ("u", "t")
    assert made("zenvia", api_token="t").send([ONE]).headers["x-api-token"] == "t"
    assert made("globe_labs").send([ONE]).url.endswith("/outbound/30001152/requests")
    both = [ONE, replace(ONE, our_id="our-2")]
    ids = [m["message-id"] for m in made("playmobile").send(both).json()["messages"]]
    assert ids == ["our-1", "our-2"]
    body = made("start_mobile").send([ONE]).body.decode()
    assert '<to>+989120000001</to><body content-type="plain/text" encoding="plain">' in body
    assert "سلام &lt;9&gt;</body>" in body
    for text, kind in (("a", ""), ("a" * 161, "5"), ("آ", "9"), ("آ" * 71, "10")):
        assert made("redrabbit").send([replace(ONE, text=text)]).query().get("MsgTyp") == kind


def test_click_mobile_signs_the_second():
    sent = made("clickmobile", app_id="app", password="pass").send([ONE]).json()
    assert sent["timestamp"] == "20261120081530"
    assert sent["auth_key"] == "4cef26552a9fde8aac1f841c2dd8d85c"
