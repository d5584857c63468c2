from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway_adapters.contract import (
    Accepted,
    Balance,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Part,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.vonage import Vonage
from tests.gateway_adapters.recorded import answered, recorded

VONAGE = Vonage(api_key="key", api_secret="hush", secret="signature_secret")
NINE = OutboundMessage(
    "our-1", "+989120000001", "۹", "+989990001152", report_url="https://m.example"
)


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message(
                "989120000001",
                "۹",
                "989990001152",
                "0B00000012AB34CD",
                datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC),
            ),
        ),
        (
            "part",
            Message(
                "989120000001",
                "نام گروه ما ",
                "989990001152",
                "0B00000012AB34CE",
                datetime(2026, 11, 20, 8, 16, tzinfo=UTC),
                Part("77", 1, 2),
            ),
        ),
        (
            "delivered",
            Report(Status.DELIVERED, "0C0000009F8E7D6C", "our-41", recipient="989120000001"),
        ),
        (
            "expired",
            Report(Status.EXPIRED, "0C0000009F8E7D6D", "our-42", "err-code 1", "989120000001"),
        ),
        ("unknown_status", Ignored("a report without news, or of an unknown status")),
        ("url_check", Ignored("a check of our URL")),
    ],
)
def test_reads_what_vonage_sends(recording, event):
    assert VONAGE.receive(recorded(f"vonage/{recording}")) == [event]


def get(query):
    return HttpRequest("GET", f"/hooks/main/x?{query}")


PUBLISHED = [  # Vonage's own vectors, for the secret "signature_secret"
    (
        "param1=value1&param2=value2&timestamp=1234567890",
        "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287",
    ),
    ("param1=value1&param2=value2&timestamp=1234567890", "724c2bf6ca423c36e20631b11d1c5753"),
    ("param1=value%261&param2=value%3D2&timestamp=1234567890", "2bbf0abafb2c55e5af6231513896a2ac"),
    ("param=value&timestamp=1234567890", "655a4d0b7f064dff438defc52b012cf5"),
]


@pytest.mark.parametrize(("query", "sig"), PUBLISHED)
def test_published_signatures_are_right(query, sig):
    VONAGE.authenticate(get(f"{query}&sig={sig}"))
    VONAGE.authenticate(get(f"{query}&sig={sig.upper()}"))
    with pytest.raises(NotFromCarrier):
        VONAGE.authenticate(get(f"{query}1&sig={sig}"))
    with pytest.raises(NotFromCarrier):
        replace(VONAGE, secret="another").authenticate(get(f"{query}&sig={sig}"))


@pytest.mark.parametrize(("query", "sig"), PUBLISHED)
def test_a_signature_lasts_five_minutes(query, sig):
    signed_at = datetime.fromtimestamp(1234567890, UTC)
    request = get(f"{query}&sig={sig}")
    VONAGE.authenticate(request, now=signed_at + timedelta(seconds=299))
    for late in (timedelta(seconds=301), timedelta(seconds=-301)):
        with pytest.raises(NotFromCarrier):
            VONAGE.authenticate(request, now=signed_at + late)


def test_what_is_read_is_what_was_signed():
    """A name given twice: a stranger must not put his text before the signed one."""
    query, sig = PUBLISHED[3]
    with pytest.raises(NotFromCarrier):
        VONAGE.authenticate(get(f"param=stranger&{query}&sig={sig}"))


def test_a_json_body_is_signed_like_a_query():
    sig = PUBLISHED[0][1]
    body = f'{{"param2":"value2","param1":"value1","timestamp":"1234567890","sig":"{sig}"}}'
    VONAGE.authenticate(
        HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())
    )


def test_the_old_hash_counts_only_where_the_account_uses_it():
    old = replace(VONAGE, plain_md5=True)
    sig = old._signature("&param=value", 32)
    old.authenticate(get(f"param=value&sig={sig}"))
    with pytest.raises(NotFromCarrier):
        VONAGE.authenticate(get(f"param=value&sig={sig}"))


def test_an_account_that_does_not_sign_says_so():
    replace(VONAGE, signed=False, secret="").authenticate(get("param=value"))


def test_sends_a_form_and_says_when_it_is_unicode():
    request = VONAGE.send([NINE])
    form = request.form()
    assert request.url == "https://rest.nexmo.com/sms/json"
    assert (form["to"], form["from"], form["text"]) == ("989120000001", "989990001152", "۹")
    assert (form["type"], form["client-ref"]) == ("unicode", "our-1")
    assert (form["status-report-req"], form["callback"]) == ("1", "https://m.example")
    assert VONAGE.send([replace(NINE, text="9")]).form()["type"] == "text"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("accepted", Accepted(("0C0000009F8E7D6C",))),
        ("throttled", TryLater("throttled", timedelta(milliseconds=400))),
        ("half", Unclear("only some parts were taken")),
    ],
)
def test_reads_answers(answer, outcome):
    assert VONAGE.outcomes(answered(f"vonage/{answer}"), [NINE]) == [outcome]


def with_status(code):
    return HttpResponse(200, b'{"messages":[{"status":"%d","error-text":"-"}]}' % code)


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ((1, 5, 10), TryLater),
        ((4, 8, 9, 11, 14, 15), ChannelBroken),
        ((2, 3, 6, 7, 12, 22, 23, 29, 32, 33), Refused),
    ],
)
def test_every_documented_code_has_an_outcome(codes, kind):
    for code in codes:
        assert VONAGE.outcomes(with_status(code), [NINE]) == [kind(f"status {code}")]


def test_reads_the_balance():
    answer = HttpResponse(200, b'{"value": 10.28, "autoReload": false}')
    assert VONAGE.balance_from(answer) == Balance(Decimal("10.28"), "EUR")
