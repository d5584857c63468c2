"""The family of carriers whose messages are flat fields: one table for all of them."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway_adapters.contract import (
    BadPayload,
    HttpRequest,
    Ignored,
    Message,
    NotFromCarrier,
    OptedOut,
    Part,
    Report,
    Status,
)
from gateway_adapters.forms import FormCarrier
from gateway_adapters.options import build
from gateway_adapters.registry import ADAPTERS, find
from tests.gateway_adapters.recorded import recorded

AT = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)
FAMILY = sorted(name for name, kind in ADAPTERS.items() if issubclass(kind, FormCarrier))


def made(name, **options):
    kind, preset = find(name)
    return build(kind, options, lenient=True, preset=preset)


EVENTS = [
    (
        "46elks/message",
        Message("+46700000001", "9", "+46700000152", "s0001", AT.replace(microsecond=120000)),
    ),
    ("46elks/delivered", Report(Status.DELIVERED, "s0002")),
    ("apposit/message", Message("251910000001", "۹", "8123")),
    ("arabiacell/message", Message("962790000001", "٩", "90900")),
    ("blackmyna/message", Message("+9779800000001", "9", "3344")),
    ("blackmyna/rejected", Report(Status.FAILED, "bm-1", reason="16")),
    ("bongolive/message", Message("255710000001", "9", "15115", "bl-1")),
    ("bongolive/delivered", Report(Status.DELIVERED, "bl-2")),
    ("burst_sms/message", Message("61410000001", "9", "61429000152")),
    ("burst_sms/bounced", Report(Status.FAILED, "700001", reason="hard-bounce")),
    ("cellulant_sms/message", Message("254710000001", "9", "15001", "7000001")),
    (
        "chikka/message",
        Message(
            "639170000001",
            "9",
            "29290",
            "5048303030534D415254303030303032393230",
            AT.replace(microsecond=120000),
            reply_token="5048303030534D415254303030303032393230",
        ),
    ),
    ("chikka/failed", Report(Status.FAILED, our_id="our-1", reason="FAILED")),
    ("clicksend/message", Message("+61410000001", "9", "+61429000152", "CS-1", AT)),
    ("dart_media/message", Message("62852000000001", "9", "93456", "261120081530@93456")),
    ("dart_media/masked", Message("cmp-qwertyuiop", "9", "93456", "261120081531@93456")),
    ("dart_media/failed", Report(Status.FAILED, our_id="our-1", reason="status 30")),
    (
        "dmark/message",
        Message("256770000001", "9", "8181", sent_at=AT.replace(microsecond=120000)),
    ),
    ("dmark/delivered", Report(Status.DELIVERED, our_id="our-1")),
    ("high_connection/message", Message("+33600000001", "déjà 9", "36100", "hc-1", AT)),
    ("high_connection/delivered", Report(Status.DELIVERED, our_id="our-1")),
    ("hormuud/message", Message("+252610000001", "9", "2020")),
    ("i2sms/message", Message("96170000001", "9")),
    ("m3tech/message", Message("+923160000001", "9")),
    ("macrokiosk/message", Message("+60120000001", "9", "32152", "mk-1", AT)),
    (
        "macrokiosk/longcode",
        Message("60120000001", "9", "60320000152", "mk-2", AT + timedelta(seconds=1)),
    ),
    ("macrokiosk/undelivered", Report(Status.FAILED, "mk-3", reason="UNDELIVERED")),
    ("messangi/message", Message("18760000001", "9")),
    ("mtarget/message", Message("+33600000001", "9", "", "mt-1")),
    ("mtarget/part", Message("+33600000001", "suite", "", "mt-2", part=Part("long-1", 2, 2))),
    ("mtarget/stop", OptedOut("+33600000001", "", "mt-3")),
    ("mtarget/delivered", Report(Status.DELIVERED, "mt-4")),
    ("mtech_kenya/message", Message("254710000001", "9", "21000", "mk-1", reply_token="link-7")),
    ("novo/message", Message("18680000001", "9")),
    (
        "shaqodoon/message",
        Message("+252630000001", "9", sent_at=AT.replace(microsecond=120000)),
    ),
    ("shaqodoon/delivered", Report(Status.DELIVERED, our_id="our-1")),
    ("sms_central/message", Message("+9779800000001", "9")),
    ("telesom/message", Message("+252630000001", "9")),
    ("thinq/message", Message("+15555550101", "9", "5555550152")),
    ("thinq/expired", Report(Status.EXPIRED, "tq-1", reason="EXPIRED")),
    (
        "vas2nets/message",
        Message("+2348030000001", "9", "9292", "vn-1", AT, reply_token="vn-1/mtn-ng"),
    ),
    ("vas2nets/delivered", Report(Status.DELIVERED, "vn-2")),
    ("yo/message", Message("256770000001", "9", "8500", sent_at=AT)),
]


@pytest.mark.parametrize(("recording", "event"), EVENTS)
def test_reads_what_the_carrier_sends(recording, event):
    assert made(recording.partition("/")[0]).receive(recorded(recording)) == [event]


def test_nobody_of_the_family_is_forgotten():
    assert {recording.partition("/")[0] for recording, _ in EVENTS} == set(FAMILY)


ANSWERS = {
    "46elks": "",
    "bongolive": "",
    "chikka": "Accepted",
    "dart_media": "000",
    "i2sms": "",
    "m3tech": "SMS Accepted",
    "macrokiosk": "-1",
    "mtech_kenya": '{"message_id": "mk-1"}',
    "vas2nets": "",
    "yo": "OK",
}


@pytest.mark.parametrize(("name", "body"), ANSWERS.items())
def test_the_answer_is_what_the_carrier_wants(name, body):
    request = recorded(f"{name}/message")
    answer = made(name).acknowledge(request, made(name).receive(request), [])
    assert (answer.status, answer.text) == (200, body)


CODES = [
    (name, code, status)
    for name in FAMILY
    for code, status in ADAPTERS[name].STATUSES.items()
    if status
]


@pytest.mark.parametrize(("name", "code", "status"), CODES)
def test_every_documented_report_is_known(name, code, status):
    kind = ADAPTERS[name]
    key = kind.REPORT_ID or kind.REPORT_OUR_ID
    more = {"bongolive": "&msgtype=5", "chikka": "&message_type=outgoing"}.get(name, "")
    for written in (code, code.upper()):
        url = f"/hooks/main/x?{key}=id-1&{kind.STATUS}={written}{more}"
        (report,) = made(name).receive(HttpRequest("GET", url))
        assert report.status is status
        assert "id-1" in (report.carrier_id, report.our_id)


def test_reports_without_news_or_sense():
    read = made("macrokiosk").receive(HttpRequest("GET", "/?msgid=m&status=PROCESSING"))
    assert isinstance(read[0], Ignored)
    with pytest.raises(BadPayload):
        made("thinq").receive(HttpRequest("GET", "/?status=DELIVRD"))
    with pytest.raises(BadPayload):
        made("dart_media").receive(HttpRequest("GET", "/?status=x&messageid=our-1"))
    with pytest.raises(BadPayload):
        made("dart_media").receive(HttpRequest("GET", "/?status=10&messageid=abc"))
    with pytest.raises(BadPayload):
        made("mtarget").receive(
            HttpRequest(
                "GET",
                "/?msisdn=33600000001&content=a&msglong.id=1&msglong.msgcount=2&msglong.msgref=3",
            )
        )


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("apposit", "from=251910000001&to=8123&channel=SMS"),
        ("bongolive", "id=1&message=9&sourceaddr=255710000001"),
        ("cellulant_sms", "SOURCEADDR=254710000001&MESSAGE=9&ID=1"),
        ("chikka", "message_type=incoming&mobile_number=639170000001&message=9"),
        ("macrokiosk", "longcode=60320000152&from=60120000001&text=9"),
        ("mtech_kenya", "MSISDN=254710000001&MESSAGE=9&shortCode=21000"),
        ("yo", "sender=256770000001"),
    ],
)
def test_half_a_message_is_a_bad_payload(name, query):
    with pytest.raises(BadPayload):
        made(name).receive(HttpRequest("GET", f"/?{query}"))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("46elks", "direction=outgoing&from=46700000001&message=9"),
        ("apposit", "from=251910000001&to=8123&channel=IVR&content=9"),
        ("bongolive", "msgtype=3&id=1&message=9"),
        ("chikka", "message_type=other"),
        ("yo", "sender=MTN&message=offer"),
    ],
)
def test_what_is_not_for_us_is_ignored(name, query):
    (event,) = made(name).receive(HttpRequest("GET", f"/?{query}"))
    assert isinstance(event, Ignored)


MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="mobile"\r\n\r\n252630000001\r\n'
    '--b\r\nContent-Disposition: form-data; name="msg"\r\n\r\n9\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"Mobile": 252630000001, "MSG": "9"}'),
        ("application/x-www-form-urlencoded; charset=utf-8", "mobile=252630000001&msg=9"),
        ("text/plain", "MOBILE=252630000001&msg=9"),
        ("", "msg=9&mobile=252630000001"),
        (
            "multipart/form-data; boundary=b",
            MULTIPART,
        ),
    ],
)
def test_the_same_message_comes_out_however_it_came(content_type, body):
    request = HttpRequest("POST", "/hooks/main/x", {"content-type": content_type}, body.encode())
    assert made("telesom").receive(request) == [Message("252630000001", "9")]


def test_a_picture_has_no_text():
    (message,) = made("thinq").receive(
        HttpRequest("GET", "/?from=5555550101&to=5555550152&type=mms&message=https://p.example")
    )
    assert message.text == ""


def test_novo_wants_the_shared_header():
    novo = made("novo", secret="n0v0")
    novo.authenticate(recorded("novo/message"))
    with pytest.raises(NotFromCarrier):
        made("novo", secret="other").authenticate(recorded("novo/message"))
