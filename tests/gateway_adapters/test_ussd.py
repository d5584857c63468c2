"""What was dialled and what was typed: the rules that every USSD adapter leans on."""

import random
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    HttpRequest,
    Ignored,
    Phase,
    Screen,
    dialled_suffix,
    latest_input,
    settled,
)
from gateway_adapters.options import build
from gateway_adapters.registry import ADAPTERS, find
from gateway_adapters.ussd import (
    accumulated,
    con_or_end,
    dialled_in,
    looks_dialled,
    opened,
    unsure,
)
from gateway_adapters.ussd_forms import Advanta, Crossgate, Hellio, Safaricom

SENDER = "254700100200"


def at(phase, text, **changes):
    return DialogInput("d-1", SENDER, phase, text, "*384#", **changes)


@pytest.mark.parametrize(
    ("dialled", "code", "suffix"),
    [
        ("*384#", "*384#", ""),
        ("384", "*384#", ""),
        ("*384*9#", "*384#", "9"),
        ("*384*9*2#", "384", "9*2"),
        ("*384*11*9#", "*384*11#", "9"),
        ("*3849#", "*384#", None),
        ("*385#", "*384#", None),
        ("*384#", "", None),
        ("", "*384#", None),
        ("*384*#", "*384#", ""),
    ],
)
def test_what_was_dialled_beyond_the_code(dialled, code, suffix):
    assert dialled_suffix(dialled, code) == suffix


@pytest.mark.parametrize(
    ("before", "typed", "latest"),
    [
        ("", "1", "1"),
        ("1", "1*2", "2"),
        ("1*2", "1*2*Nairobi West", "Nairobi West"),
        ("1", "1", ""),
        ("1", "1*", ""),
        ("7*a*b", "7*a*b*****", "****"),
        ("1", "12", "12"),
        ("1*2", "5", "5"),
    ],
)
def test_the_latest_input_is_a_difference_not_a_piece(before, typed, latest):
    assert latest_input(before, typed) == latest


@pytest.mark.parametrize("text", ["", " ", "*384#", "#345#", "*384*9#", "*#"])
def test_looks_dialled(text):
    assert looks_dialled(text)


@pytest.mark.parametrize("text", ["1", "Nairobi", "384#", "*1", "a*b#"])
def test_does_not_look_dialled(text):
    assert not looks_dialled(text)


@pytest.mark.parametrize(
    ("text", "code", "recipient", "suffix"),
    [
        ("*384#", "*384#", "*384#", ""),
        ("*384*9#", "*384#", "*384#", "9"),
        ("*999#", "*384#", "*384#", ""),
        ("start", "gate", "gate", "start"),
        ("", "*384#", "*384#", ""),
    ],
)
def test_a_first_request_with_the_code_told(text, code, recipient, suffix):
    event = opened("d-1", SENDER, text, code)
    assert (event.phase, event.recipient, event.input) == (Phase.BEGIN, recipient, suffix)


@pytest.mark.parametrize(
    ("dialled", "known", "recipient", "suffix"),
    [
        ("*384*9#", "", "*384*9#", ""),
        ("*384*9#", "*384#", "*384#", "9"),
        ("*385*9#", "*384#", "*385*9#", ""),
        ("", "*384#", "*384#", ""),
        ("120", "", "120", ""),
    ],
)
def test_a_first_request_that_tells_only_what_was_dialled(dialled, known, recipient, suffix):
    event = dialled_in("d-1", SENDER, dialled, known)
    assert (event.phase, event.recipient, event.input) == (Phase.BEGIN, recipient, suffix)


# --- settled: an open dialog decides --------------------------------------------------------


def test_an_open_dialog_decides_where_the_request_does_not_say():
    first, later = at(Phase.BEGIN, ""), at(Phase.CONTINUE, "121")
    for guess_first in (True, False):
        event = unsure(first, later, guess_first=guess_first)
        assert replace(settled(event, None), otherwise=None) == first
        assert replace(settled(event, ""), otherwise=None) == later


def test_a_request_that_says_where_it_stands_is_believed():
    for phase in (Phase.BEGIN, Phase.CONTINUE, Phase.END):
        event = at(phase, "1")
        assert settled(event, None) == settled(event, "") == event


def test_the_first_text_of_a_carrier_that_accumulates_was_dialled():
    event = accumulated("d-1", SENDER, "*384#", "9")
    assert event.phase is Phase.CONTINUE, "nothing but an open dialog can tell"
    assert settled(event, None) == at(Phase.BEGIN, "9", typed_so_far="9")
    assert settled(event, "") == at(Phase.CONTINUE, "9", typed_so_far="9")


def test_an_equal_text_is_an_empty_answer():
    event = accumulated("d-1", SENDER, "*384#", "7*3")
    assert settled(event, "7*3") == at(Phase.CONTINUE, "", typed_so_far="7*3")


SHAPES = [
    (Hellio(), "sessionId={}&phoneNumber=254700100200&serviceCode=%2A384%23&text={}"),
    (Crossgate(), "session_id={}&msisdn=254700100200&service_code=%2A384%23&ussd_string={}"),
    (Advanta(), "SESSIONID={}&MSISDN=254700100200&USSDCODE=%2A384%23&INPUT={}"),
    (Safaricom(), "SESSION_ID={}&ORIG=254700100200&DEST=384&USSD_PARAMS={}"),
]


@pytest.mark.parametrize(("adapter", "query"), SHAPES)
def test_whole_dialogs_come_back_as_they_were_typed(adapter, query):
    """People type stars, nothing at all, and the same again; every answer must come out."""
    chance = random.Random(384)
    for number in range(200):
        answers = [
            "".join(chance.choices("*0129a ", k=chance.randrange(4)))
            for _ in range(chance.randrange(1, 6))
        ]
        before, so_far = None, ""
        for count, answer in enumerate(["", *answers]):
            if count:
                so_far = f"{so_far}*{answer}" if so_far else answer
            event = read(adapter, query, f"d-{number}", so_far)
            # An empty answer to the first screen changes nothing on the wire.
            expected = answer if count and so_far != before else ""
            heard = settled(event, before)
            assert heard.input == expected, (answers, count)
            assert heard.phase is (Phase.CONTINUE if count else Phase.BEGIN)
            before = event.typed_so_far


def read(adapter, query, dialog_id, typed):
    if isinstance(adapter, Advanta):
        typed = f"*384*{typed}#" if typed else "*384#"
    typed = typed.replace("*", "%2A").replace("#", "%23").replace(" ", "%20")
    (event,) = adapter.receive(
        HttpRequest("GET", "/hooks/main/x?" + query.format(dialog_id, typed))
    )
    return event


# --- answers --------------------------------------------------------------------------------


def test_con_or_end():
    events = [at(Phase.BEGIN, "")]
    assert con_or_end(events, [Screen("نام؟", more=True)]).text == "CON نام؟"
    assert con_or_end(events, [Screen("تمام", more=False)]).text == "END تمام"


@pytest.mark.parametrize("event", [DialogEnded("d-1"), Ignored("new")])
def test_nothing_is_shown_where_nobody_looks(event):
    assert con_or_end([event], []).body == b""


# --- docs/ussd.md ---------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs" / "ussd.md").read_text(encoding="utf-8")


def test_the_guide_names_every_adapter_that_carries_ussd():
    ussd = {name for name, kind in ADAPTERS.items() if "ussd" in kind.carries}
    missing = {name for name in ussd - {"simulator"} if f"`{name}`" not in GUIDE}
    assert not missing


def test_the_guides_example_is_a_channel_that_can_be_made():
    block = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    (channel,) = tomllib.loads(block[1])["channels"].values()
    adapter = build(find(channel["adapter"])[0], channel["options"])
    body = {"session_id": "1", "msisdn": "989120000010", "input": "", "type": "begin"}
    request = HttpRequest.post_json("/x?service_code=*1152%23", body)
    assert adapter.receive(request) == [DialogInput("1", "989120000010", Phase.BEGIN, "", "*1152#")]
    answer = adapter.acknowledge(request, adapter.receive(request), [Screen('"نام"؟', more=True)])
    assert answer.json() == {"session_id": "1", "type": "continue", "message": '"نام"؟'}
