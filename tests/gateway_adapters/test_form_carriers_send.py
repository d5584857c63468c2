"""What the family of form carriers is sent, and how its answers are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpResponse,
    OutboundMessage,
    Refused,
    TryLater,
)
from gateway_adapters.options import build
from gateway_adapters.registry import find
from tests.gateway_adapters.recorded import answered

ONE = OutboundMessage(
    "our-1",
    "+989120000001",
    "سلام",
    "+30001152",
    report_url="https://m.example/h",
    at=datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC),
)


def made(name, **options):
    kind, preset = find(name)
    return build(kind, options, lenient=True, preset=preset)


OUTCOMES = [
    ("46elks/accepted", Accepted(("s0002",))),
    ("apposit/accepted", Accepted()),
    ("apposit/not_subscribed", Refused("code 102012")),
    ("arabiacell/accepted", Accepted(("ac-1",))),
    ("arabiacell/refused", Refused("code 501")),
    ("blackmyna/accepted", Accepted(("bm-1",))),
    ("bongolive/accepted", Accepted(("bl-2",))),
    ("bongolive/refused", Refused("status 3")),
    ("burst_sms/accepted", Accepted(("700001",))),
    ("burst_sms/refused", Refused("no message_id")),
    ("cellulant_sms/accepted", Accepted()),
    ("cellulant_sms/no_credit", ChannelBroken("code E2")),
    ("chikka/accepted", Accepted()),
    ("chikka/used", Refused("HTTP 400")),
    ("dart_media/accepted", Accepted()),
    ("dart_media/wrong_login", ChannelBroken("code 001")),
    ("dmark/accepted", Accepted(("dm-1",))),
    ("high_connection/accepted", Accepted()),
    ("hormuud/accepted", Accepted(("hm-1",))),
    ("i2sms/accepted", Accepted(("i2-1",))),
    ("i2sms/refused", Refused("error_code 23")),
    ("m3tech/accepted", Accepted()),
    ("m3tech/refused", Refused("response 101")),
    ("macrokiosk/accepted", Accepted(("mk-3",))),
    ("messangi/accepted", Accepted()),
    ("messangi/refused", Refused("status ERROR")),
    ("mtarget/accepted", Accepted(("mt-4",))),
    ("mtarget/refused", Refused("code 3")),
    ("mtech_kenya/accepted", Accepted()),
    ("mtech_kenya/bad_number", Refused("invalid mobile number")),
    ("novo/accepted", Accepted(("nv-1",))),
    ("novo/refused", Refused("an error instead of a blastId")),
    ("shaqodoon/accepted", Accepted()),
    ("shaqodoon/refused", Refused("not a 0")),
    ("sms_central/accepted", Accepted()),
    ("telesom/accepted", Accepted()),
    ("telesom/refused", Refused("not a Success")),
    ("thinq/accepted", Accepted(("tq-1",))),
    ("vas2nets/accepted", Accepted(("vn-2",))),
    ("vas2nets/refused", Refused("no id in the header")),
    ("yo/accepted", Accepted()),
    ("yo/blacklisted", Refused("blacklisted", opted_out=True)),
    ("yo/wrong_login", ChannelBroken("wrong log-in")),
]


@pytest.mark.parametrize(("recording", "outcome"), OUTCOMES)
def test_reads_the_answer_to_a_send(recording, outcome):
    assert made(recording.partition("/")[0]).outcomes(answered(recording), [ONE]) == [outcome]


def test_clicksend_sends_a_hundred_and_judges_each():
    clicksend = made("clicksend", username="u", api_key="k")
    both = [ONE, replace(ONE, our_id="our-2", to="+989120000002")]
    assert [m["custom_string"] for m in clicksend.send(both).json()["messages"]] == [
        "our-1",
        "our-2",
    ]
    assert clicksend.outcomes(answered("clicksend/accepted"), both) == [
        Accepted(("CS-2",)),
        Refused("INVALID_RECIPIENT"),
    ]
    with pytest.raises(BadPayload):
        clicksend.outcomes(answered("clicksend/accepted"), [ONE])
    for status, kind in (("THROTTLED", TryLater), ("INSUFFICIENT_CREDIT", ChannelBroken)):
        body = f'{{"data":{{"messages":[{{"status":"{status}"}}]}}}}'.encode()
        assert clicksend.outcomes(HttpResponse(200, body), [ONE]) == [kind(status)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *[(f"10200{last}", ChannelBroken) for last in range(1, 7)],
        *[("102007", Refused), ("102013", Refused), ("102022", Refused), ("102025", Refused)],
        *[("102024", ChannelBroken), ("102999", TryLater)],
    ],
)
def test_apposit_says_why_in_six_digits(code, kind):
    answer = HttpResponse(400, code.encode())
    assert made("apposit").outcomes(answer, [ONE]) == [kind(f"code {code}")]


def test_hormuud_logs_in_for_a_token():
    hormuud = made("hormuud", username="u", password="p")
    assert hormuud.login().form()["grant_type"] == "password"
    logged_in, lasts = hormuud.logged_in(answered("hormuud/token"))
    assert logged_in.send([ONE]).headers["authorization"] == "Bearer t0k3n"
    assert lasts == timedelta(seconds=1799)
    for refused in (HttpResponse(401), HttpResponse(200, b"{}")):
        with pytest.raises(BadPayload):
            hormuud.logged_in(refused)


# --- what signed sends look like; the digests were computed apart from our code -----------------


def test_telesom_signs_the_day():
    telesom = made("telesom", username="user", password="pass", private_key="key")
    form = telesom.send([replace(ONE, to="+252788383383", text="Simple")]).form()
    assert form["to"] == "0788383383"
    assert form["key"] == "C4510BA143FF2B9413A4DCBDF29F8A8F"


def test_messangi_signs_the_path():
    messangi = made(
        "messangi", instance_id=7, carrier_number=2, public_key="pub", private_key="priv"
    )
    request = messangi.send([replace(ONE, text="Simple")])
    params = "7/30001152/2/989120000001/U2ltcGxl"
    assert request.url == (
        f"https://flow.messangi.me/mmc/rest/api/sendMT/{params}/pub/35f972e7dfba6f84a4b34d74e2921ca6e9f7bd03f1ad6512647241a0c3849a88"
    )


def test_novo_signs_line_recipient_and_text():
    novo = made("novo", merchant_id="shop", merchant_secret="sesame")
    request = novo.send([replace(ONE, text="Simple")])
    assert request.path == "/novo_te/shop/sendSMS"
    assert (
        request.query()["signature"]
        == "0f1e5822580f875caa2d870eea90ef6ea05488ea8b3eee77cd75c4ef70ef6307"
    )


def test_special_fields_of_sends():
    form = made("dmark", auth_token="t").send([ONE]).form()
    assert form["dlr_url"] == "https://m.example/h?uuid=our-1&status=%s"
    for text, kind in (("plain", "0"), ("سلام", "7")):
        query = made("m3tech").send([replace(ONE, text=text)]).query()
        assert query["SMSType"] == kind
    for text, kind in (("plain", "0"), ("سلام", "5")):
        payload = made("macrokiosk", sender_id="MUSTER").send([replace(ONE, text=text)]).json()
        assert (payload["type"], payload["from"]) == (kind, "MUSTER")
    assert made("bongolive").send([ONE]).query()["CHARCODE"] == "2"
    assert "CHARCODE" not in made("bongolive").send([replace(ONE, text="plain")]).query()
    chikka = made("chikka").send([replace(ONE, reply_token="r-1")]).form()
    assert (chikka["message_type"], chikka["request_id"]) == ("REPLY", "r-1")
    assert made("chikka").send([ONE]).form()["message_type"] == "SEND"


def test_an_answer_quotes_what_it_answers():
    answer = replace(ONE, reply_token="vn-1/mtn-ng")
    form = made("vas2nets", provider="default").send([answer]).form()
    assert (form["messageid"], form["provider"]) == ("vn-1", "mtn-ng")
    assert form["call-number"] == "00989120000001"
    form = made("vas2nets", provider="default").send([ONE]).form()
    assert (form["messageid"], form["provider"]) == ("our-1", "default")
    linked = replace(ONE, reply_token="link-7")
    assert made("mtech_kenya", send_url="https://s.example").send([linked]).query()["linkID"] == (
        "link-7"
    )
    in_body = made("mtech_kenya", send_url="https://s.example", in_body=True).send([linked])
    assert (in_body.form()["linkID"], in_body.query_string) == ("link-7", "")


def test_hub9_is_dart_media_elsewhere():
    assert made("hub9").send([ONE]).url.startswith("http://175.103.48.29:28078/")
