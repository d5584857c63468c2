from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Message,
    NotFromCarrier,
    OptedOut,
    OutboundMessage,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.options import BadOptions, build
from gateway_adapters.template import PRESETS, Template
from tests.gateway_adapters.recorded import answered, recorded

TEMPLATE = Template()
MESSAGE = OutboundMessage(
    "our-1", "+989120000001", 'a&b "۹" <x>\nد', "30000000", 7, report_url="https://m.example/r?a=1"
)
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("09120000001", "۹", "30000000", "t-1", SENT_AT)),
        ("message_as_json", Message("09120000001", "9", "30000000", "15")),
        ("message_as_xml", Message("09120000001", "۹", "30000000")),
        ("message_as_multipart", Message("09120000001", "۹")),
        ("report", Report(Status.DELIVERED, "c-1", reason="delivered")),
        ("stopped", OptedOut("09120000001")),
    ],
)
def test_reads_every_shape(recording, event):
    assert TEMPLATE.receive(recorded(f"template/{recording}")) == [event]


def reads(body=b"", query="", content_type="", **options):
    request = HttpRequest("POST", f"/h?{query}", {"content-type": content_type}, body)
    return Template(**options).receive(request)


def test_names_encodings_and_zones_are_options():
    text = "%D3%E1%C7%E3"  # سلام in windows-1256
    (message,) = reads(
        query=f"msisdn=9120000001&matn={text}&when=2026-02-11 12:23:20",
        text_names=("matn",),
        time_names=("when",),
        encoding="cp1256",
        utc_offset_minutes=210,
    )
    assert message == Message("9120000001", "سلام", sent_at=SENT_AT)


def test_json_inside_json_and_lists_of_messages():
    body = (
        '{"events":[{"who":{"n":"98912000001"},"text":"9"},{"who":{"n":"98912000002"},"text":""}]}'
    )
    events = reads(body.encode(), items="events", sender_names=("who.n",))
    assert [event.sender for event in events] == ["98912000001", "98912000002"]
    assert reads(b'[{"from":"98912000003","text":"9"}]', items=".")[0].sender == "98912000003"


def test_a_text_may_be_encoded_twice():
    (message,) = reads(query="from=98912000001&text=%2525DB%2525B9", decode_twice=True)
    assert message.text == "%DB%B9"
    (message,) = reads(query="from=98912000001&text=%25DB%25B9", decode_twice=True)
    assert message.text == "۹"


def test_reports_by_code_and_by_url():
    (report,) = reads(query="id=c&status=16", statuses={"16": "failed"})
    assert report == Report(Status.FAILED, "c", reason="16")
    request = HttpRequest("GET", "/hooks/main/s/delivered/?our_id=o-1")
    assert TEMPLATE.receive(request) == [Report(Status.DELIVERED, our_id="o-1", reason="delivered")]
    with pytest.raises(BadPayload):
        TEMPLATE.receive(HttpRequest("GET", "/hooks/main/s/delivered/"))


@pytest.mark.parametrize(
    ("secret_name", "secret", "opens"),
    [
        ("", "", True),
        ("key", "k1", True),
        ("key", "", False),
        ("", "k1", False),
        ("x-k", "k2", True),
    ],
)
def test_a_name_and_a_secret_open_the_door_only_together(secret_name, secret, opens):
    request = HttpRequest("GET", "/h?key=k1", {"x-k": "k2"})
    template = Template(secret_name=secret_name, secret=secret)
    if opens:
        template.authenticate(request)
    else:
        with pytest.raises(NotFromCarrier):
            template.authenticate(request)


def sent(**options):
    return Template(send_url="https://sms.example/send", password="p&w", user="u", **options).send(
        [MESSAGE]
    )


def test_values_are_escaped_for_their_place():
    request = Template(
        send_url="https://sms.example/s?t={{to_national}}&x={{text}}&k={{password}}",
        send_method="get",
        password="p&w",
    ).send([MESSAGE])
    assert request.method == "GET"
    assert request.query() == {"t": "09120000001", "x": MESSAGE.text, "k": "p&w"}
    form = sent(send_body="to={{to_bare}}&text={{text}}&cb={{report_url}}").form()
    assert form == {"to": "9120000001", "text": MESSAGE.text, "cb": MESSAGE.report_url}
    body = '{"to":"{{to}}","text":"{{text}}","n":{{number}}}'
    assert sent(send_type="json", send_body=body).json() == {
        "to": "+989120000001",
        "text": MESSAGE.text,
        "n": 7,
    }
    xml = sent(send_type="xml", send_body="<t>{{text}}</t><h>{{text_hex}}</h>").body.decode()
    assert xml.startswith("<t>a&amp;b &quot;۹&quot; &lt;x&gt;\nد</t>")
    assert "06f9" in xml
    headers = sent(send_headers={"Authorization": "Basic {{basic}}", "X": "{{text}}"}).headers
    assert headers["authorization"] == "Basic Basic dTpwJnc="
    assert "\n" not in headers["x"]


def test_a_text_can_be_sent_in_the_carriers_own_charset():
    body = sent(send_body="text={{text}}", send_encoding="cp1256").body
    assert b"%CF" in body  # د


def outcome(body, status=200, **options):
    (found,) = Template(**options).outcomes(HttpResponse(status, body.encode()), [MESSAGE])
    return found


def test_success_is_what_the_options_say():
    assert outcome("", 204) == Accepted()
    assert outcome("0: yes", ok_contains=("0:",)) == Accepted()
    assert isinstance(outcome("1: no", ok_contains=("0:",)), Unclear)
    options = {"ok_json": "status", "ok_values": ("0",), "id_json": "data.id"}
    (found,) = Template(**options).outcomes(answered("template/sent"), [MESSAGE])
    assert found == Accepted(("c-1",))
    assert isinstance(outcome('{"status":5}', **options), Unclear)
    assert outcome("OK id=77;", id_pattern=r"id=(\d+)") == Accepted(("77",))
    assert outcome("77", id_pattern=r"\d+") == Accepted(("77",))


def test_refusals_are_what_the_options_say():
    assert outcome("busy now", retry_contains=("busy",)) == TryLater(
        "the carrier's answer is one of retry_contains"
    )
    assert isinstance(outcome("no credit", broken_contains=("credit",)), ChannelBroken)
    assert isinstance(outcome("bad number", refused_contains=("bad",)), Refused)
    assert outcome("STOPPED", 400, opted_out_contains=("STOPPED",)).opted_out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"send_url": "https://x/{{tel}}"}, "unknown placeholder 'tel'"),
        ({"send_type": "yaml"}, "send_type must be one of"),
        ({"statuses": {"1": "arrived"}}, "'arrived' is no status of ours"),
        ({"encoding": "persian"}, "unknown encoding"),
        ({"id_pattern": "("}, "unterminated subpattern"),
        ({"sender_name": "from"}, "unknown option 'sender_name'"),
        ({"preset": "magfa"}, "unknown preset 'magfa'"),
        ({"utc_offset_minutes": "210"}, "must be int, not str"),
    ],
)
def test_half_right_options_are_refused_with_a_reason(options, says):
    with pytest.raises(BadOptions, match=says):
        build(Template, options)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_can_be_changed_by_options(preset):
    adapter = build(Template, {"preset": preset, "answer": "1", "sender_names": ["who"]})
    assert adapter.answer == "1"
    assert adapter.sender_names == ("who",)


def test_the_presets_of_iranian_pushes():
    asanak = build(Template, {"preset": "asanak_push"})
    query = "Destination=3000&Source=09120000001&ReceiveTime=2026-02-11 12:23:20&MsgBody=%DB%B9"
    events = asanak.receive(HttpRequest("GET", f"/h?{query}"))
    assert events == [Message("09120000001", "۹", "3000", sent_at=SENT_AT)]


def test_without_a_url_nothing_is_sent():
    with pytest.raises(BadPayload):
        TEMPLATE.send([MESSAGE])
