from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    DialogEnded,
    DialogInput,
    HttpRequest,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Phase,
    Report,
    Status,
)
from gateway_adapters.junebug import EVENTS, Junebug, JunebugUssd
from tests.gateway_adapters.recorded import answered, recorded

JUNEBUG = Junebug(secret="jun3", channel_id="c 1", username="u", password="p")
USSD = JunebugUssd(secret="jun3", channel_id="c-2")
ONE = OutboundMessage("our-1", "+989120000001", "سلام", "30001152", report_url="https://m.example")


def post(body):
    return HttpRequest("POST", "/", {"content-type": "application/json"}, body.encode())


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (
            "message",
            Message(
                "+989120000001",
                "9",
                "30001152",
                "aaaabbbbccccdddd",
                datetime(2026, 11, 20, 8, 15, 30, 120000, tzinfo=UTC),
            ),
        ),
        ("delivered", Report(Status.DELIVERED, "eeeeffff00001111")),
    ],
)
def test_reads_what_junebug_sends(recording, event):
    assert JUNEBUG.receive(recorded(f"junebug/{recording}")) == [event]


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        ("dialled", DialogInput("", "+989120000001", Phase.BEGIN, "", "*384*9#", None, "u-1")),
        ("typed", DialogInput("", "+989120000001", Phase.CONTINUE, "1", "*384*9#", None, "u-2")),
        ("closed", DialogEnded("", "+989120000001", "closed")),
    ],
)
def test_reads_dialogs(recording, event):
    assert USSD.receive(recorded(f"junebug_ussd/{recording}")) == [event]


@pytest.mark.parametrize(("word", "status"), EVENTS.items())
def test_every_event_is_known(word, status):
    body = f'{{"event_type":"{word}","message_id":"m"}}'
    assert JUNEBUG.receive(post(body)) == [Report(status, "m")]


def test_unknown_events_are_ignored_and_nameless_messages_refused():
    assert isinstance(JUNEBUG.receive(post('{"event_type":"x","message_id":"m"}'))[0], Ignored)
    with pytest.raises(BadPayload):
        JUNEBUG.receive(post('{"from":"+989120000001","content":"9"}'))


def test_the_token_opens_the_door_unless_there_is_none():
    JUNEBUG.authenticate(recorded("junebug/message"))
    with pytest.raises(NotFromCarrier):
        replace(JUNEBUG, secret="other").authenticate(recorded("junebug/message"))
    replace(JUNEBUG, secret="", signed=False).authenticate(post("{}"))


def test_sends_and_reads_the_answer():
    request = JUNEBUG.send([ONE])
    assert request.url == "http://localhost:8080/jb/channels/c%201/messages/"
    assert request.json()["event_auth_token"] == "jun3"
    accepted = Accepted(("eeeeffff00001111",))
    assert JUNEBUG.outcomes(answered("junebug/accepted"), [ONE]) == [accepted]


def test_a_screen_says_whether_it_is_the_last():
    for more, word in ((True, "resume"), (False, "close")):
        sent = USSD.send([replace(ONE, more=more)]).json()
        assert sent["channel_data"] == {"session_event": word}
    assert not USSD.inline_screens
