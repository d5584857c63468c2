from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    DialogEnded,
    DialogInput,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Phase,
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    Unclear,
)
from gateway_adapters.simulator import Simulator
from tests.gateway_adapters.recorded import answered, recorded

SIMULATOR = Simulator(secret="made-up")
SENT_AT = datetime(2026, 2, 11, 8, 53, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recording", "events"),
    [
        ("message", [Message("+989120000001", "۹", "30001152", "m-1", SENT_AT)]),
        (
            "many",
            [
                Message("+989120000002", "9", "30001152", "m-2"),
                Report(Status.DELIVERED, carrier_id="c-7"),
                Report(Status.FAILED, our_id="our-8", opted_out=True),
                Ignored("an item of a kind we do not know"),
            ],
        ),
        (
            "dialled",
            [DialogInput("d-1", "+989120000003", Phase.BEGIN, "", "*1152#", carrier_id="u-1")],
        ),
        ("hung_up", [DialogEnded("d-1", "+989120000003", "hung up")]),
    ],
)
def test_reads_what_phones_send(recording, events):
    request = recorded(f"simulator/{recording}")
    SIMULATOR.authenticate(request)
    assert SIMULATOR.receive(request) == events


def test_a_dialog_is_answered_with_its_screens():
    answer = SIMULATOR.acknowledge(recorded("simulator/dialled"), [], [Screen("نام؟", more=True)])
    assert answer.json() == {"ok": True, "screens": [{"text": "نام؟", "more": True}]}


def test_outcomes_are_matched_by_our_id():
    messages = [OutboundMessage(f"our-{n}", "+989120000001", "-") for n in (2, 1, 3, 4)]
    assert SIMULATOR.outcomes(answered("simulator/sent"), messages) == [
        Refused("said the simulator", opted_out=True),
        Accepted(("c-1",)),
        TryLater("busy"),
        Unclear("no result for this message"),
    ]


def test_half_an_answer_cannot_be_read():
    with pytest.raises(BadPayload):
        SIMULATOR.outcomes(HttpResponse(200, b'{"results": [{"our'), [])


def test_an_unknown_phase_is_refused():
    request = HttpRequest("POST", "/", body=b'{"dialog": "d", "from": "+98912", "phase": "?"}')
    with pytest.raises(BadPayload):
        SIMULATOR.receive(request)
