from datetime import UTC, datetime

import pytest

from gateway_adapters.clickatell import STATUSES, Clickatell
from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Refused,
    Report,
    Status,
)
from tests.gateway_adapters.recorded import answered, recorded

CLICKATELL = Clickatell(api_key="key")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152")
AT = datetime(2026, 11, 20, 8, 15, 30, 120000, tzinfo=UTC)


def post(body):
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("message", Message("989120000001", "9", "30001152", "ct-1", AT)),
        ("utf16", Message("989120000001", "سلام ۹", "30001152", "ct-2", AT)),
        ("expired", Report(Status.EXPIRED, "ct-3", reason="status 10")),
    ],
)
def test_reads_what_clickatell_sends(recording, event):
    assert CLICKATELL.receive(recorded(f"clickatell/{recording}")) == [event]


@pytest.mark.parametrize(
    ("charset", "text", "read"),
    [
        ("UTF-8", "100% + 1", "100% + 1"),
        ("utf-16be", "%00t%00e%00n%00%ED%00a%00+%00%2B", "tenía +"),
        ("ISO-8859-1", "caf%E9+%21", "café !"),
        ("UTF-16BE", "%06", "�"),
        ("", "plain", "plain"),
    ],
)
def test_texts_are_decoded_by_their_charset(charset, text, read):
    body = f'{{"fromNumber":"989120000001","text":"{text}","charset":"{charset}"}}'
    (message,) = CLICKATELL.receive(post(body))
    assert message.text == read


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_every_code_is_known_as_number_and_as_text(code, status):
    for written in (code, f'"{code}"'):
        (report,) = CLICKATELL.receive(post(f'{{"messageId":"m","statusCode":{written}}}'))
        assert report.status is status


def test_another_code_is_ignored():
    assert isinstance(CLICKATELL.receive(post('{"messageId":"m","statusCode":-1}'))[0], Ignored)


def test_sends_and_reads_the_answers():
    query = CLICKATELL.send([ONE]).query()
    assert (query["to"], query["content"], query["from"]) == ("989120000001", "سلام", "30001152")
    assert CLICKATELL.outcomes(answered("clickatell/accepted"), [ONE]) == [Accepted(("ct-3",))]
    assert CLICKATELL.outcomes(answered("clickatell/refused"), [ONE]) == [Refused("not accepted")]
    broken = HttpResponse(200, b'{"messages":[],"error":"From number is not related"}')
    assert isinstance(CLICKATELL.outcomes(broken, [ONE])[0], ChannelBroken)
