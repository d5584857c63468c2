"""USSD gateways that call us with flat fields: who was read, and the exact answer of each."""

from datetime import UTC, datetime

import pytest

from gateway_adapters.airtel_flares_ussd import AirtelFlares
from gateway_adapters.cellulant_ussd import CellulantUssd
from gateway_adapters.contract import (
    BadPayload,
    DialogEnded,
    DialogInput,
    HttpRequest,
    NotFromCarrier,
    Phase,
    Screen,
    settled,
)
from gateway_adapters.dmark_ussd import DmarkUssd
from gateway_adapters.hollatags_ussd import HollaTags
from gateway_adapters.imimobile_ussd import ImiMobileUssd
from gateway_adapters.ussd_forms import (
    Advanta,
    Bonga,
    Crossgate,
    Hellio,
    Mobilesasa,
    Safaricom,
    Techsavanna,
)
from gateway_adapters.vodacom_messaging_ussd import VodacomMessagingUssd
from tests.gateway_adapters.recorded import recorded

BEGIN, CONTINUE = Phase.BEGIN, Phase.CONTINUE
MORE, LAST = Screen("نام؟", more=True), Screen("تمام", more=False)
AIRTEL = AirtelFlares(user="muster", password="made-up")
VODACOM = VodacomMessagingUssd(callback_url="https://muster.example/hooks/main/s?a=1&b=2")


def only(adapter, recording, before=None):
    (event,) = adapter.receive(recorded(recording))
    return settled(event, before) if isinstance(event, DialogInput) else event


# --- the look-alikes of Africa's Talking ----------------------------------------------------


@pytest.mark.parametrize(
    ("adapter", "recording", "before", "expected"),
    [
        (Advanta(), "first", None, ("9001", "254700100200", BEGIN, "", "*415#")),
        (Advanta(), "answer", "2", ("9001", "254700100200", CONTINUE, "Nairobi West", "*415#")),
        (Advanta(), "posted", None, ("9002", "254700100201", BEGIN, "9", "*415#")),
        (Bonga(), "first", None, ("81", "254700100202", BEGIN, "", "*384*11#")),
        (Bonga(), "answer", "", ("81", "254700100202", CONTINUE, "12", "*384*11#")),
        (Crossgate(), "first", None, ("c-5", "254700100203", BEGIN, "", "*483#")),
        (Crossgate(), "answer", "1*Kisumu", ("c-5", "254700100203", CONTINUE, "3", "*483#")),
        (Hellio(), "first", None, ("h-1", "233200100200", BEGIN, "", "*714*9#")),
        (Hellio(), "answer", "2", ("h-1", "233200100200", CONTINUE, "40", "*714*9#")),
        (Mobilesasa(), "first", None, ("m-1", "254700100204", BEGIN, "", "*384*11#")),
        (Mobilesasa(), "answer", "", ("m-1", "254700100204", CONTINUE, "3", "*384*11#")),
        (Techsavanna(), "first", None, ("771", "254700100205", BEGIN, "", "*468#")),
        (Techsavanna(), "answer", "", ("771", "254700100205", CONTINUE, "2", "*468#")),
        (Safaricom(), "first", None, ("s-1", "254700100206", BEGIN, "", "*384#")),
        (Safaricom(), "dialled_further", None, ("s-2", "254700100206", BEGIN, "", "*384*9#")),
        (Safaricom(), "answer", "9", ("s-2", "254700100206", CONTINUE, "Mombasa", "*384*9#")),
    ],
)
def test_reads(adapter, recording, before, expected):
    folder = {"Bonga": "bonga_olivetree_ussd"}.get(
        type(adapter).__name__, f"{type(adapter).__name__.lower()}_ussd"
    )
    event = only(adapter, f"{folder}/{recording}", before)
    read = (event.dialog_id, event.sender, event.phase, event.input, event.recipient)
    assert read == expected


def test_with_its_code_set_safaricom_knows_what_was_dialled_beyond_it():
    adapter = Safaricom(code="*384#")
    event = only(adapter, "safaricom_ussd/dialled_further")
    assert (event.phase, event.input, event.recipient) == (BEGIN, "9", "*384#")
    event = only(adapter, "safaricom_ussd/answer", "9")
    assert (event.phase, event.input, event.recipient) == (CONTINUE, "Mombasa", "*384#")


def test_fields_may_come_as_a_form_json_or_in_the_query_of_a_post_in_any_case():
    query = "SESSIONID=1&UssdCode=*415%23&msisdn=254700100200&input=*415*9%23&new=x"
    kinds = [
        HttpRequest("GET", f"/x?{query}"),
        HttpRequest("POST", f"/x?{query}"),
        HttpRequest("POST", "/x", {"content-type": "application/json"}, JSON_BODY),
    ]
    assert len({str(Advanta().receive(kind)) for kind in kinds}) == 1


JSON_BODY = b'{"sessionid":1,"USSDCODE":"*415#","MSISDN":254700100200,"INPUT":"*415*9#"}'


@pytest.mark.parametrize(
    "query",
    [
        "ORIG=254700100200&USSD_PARAMS=7*a&SESSION_ID=s",
        "DEST=167&USSD_PARAMS=7*a&SESSION_ID=s",
        "ORIG=MPESA&DEST=167&USSD_PARAMS=7&SESSION_ID=s",
        "ORIG=254700100200&DEST=167&USSD_PARAMS=7",
        "ORIG=254700100200&DEST=167&SESSION_ID=s",
        "",
    ],
)
def test_what_lacks_a_documented_field_is_refused(query):
    with pytest.raises(BadPayload):
        Safaricom().receive(HttpRequest("GET", f"/x?{query}"))


# --- the others -----------------------------------------------------------------------------


def test_airtel_does_not_say_which_request_is_the_first():
    first = only(AIRTEL, "airtel_flares_ussd/first")
    assert (first.dialog_id, first.sender) == ("a-1", "254730100200")
    assert (first.phase, first.input, first.recipient) == (BEGIN, "", "*384*9#")
    assert only(AIRTEL, "airtel_flares_ussd/first", "").input == "384*9"
    answer = only(AIRTEL, "airtel_flares_ussd/answer", "")
    assert (answer.phase, answer.input) == (CONTINUE, "2")


def test_airtel_with_its_code_set_offers_what_was_dialled_beyond_it():
    known = AirtelFlares(user="muster", password="made-up", code="*384#")
    event = only(known, "airtel_flares_ussd/first")
    assert (event.input, event.recipient) == ("9", "*384#")


def test_airtel_cleans_up():
    event = only(AIRTEL, "airtel_flares_ussd/cleaned_up")
    assert event == DialogEnded("a-1", "254730100200", "clean-up, error 523")
    with pytest.raises(BadPayload):
        AIRTEL.receive(HttpRequest("GET", "/x?clean=clean-session"))


@pytest.mark.parametrize("wrong", ["userid=muster&password=x", "password=made-up", ""])
def test_airtel_logs_in(wrong):
    AIRTEL.authenticate(recorded("airtel_flares_ussd/first"))
    with pytest.raises(NotFromCarrier):
        AIRTEL.authenticate(
            HttpRequest("GET", f"/x?{wrong}"), "", datetime(2026, 11, 1, tzinfo=UTC)
        )


def test_an_airtel_without_log_in_is_a_decision_of_its_own():
    AirtelFlares(logs_in=False).authenticate(HttpRequest("GET", "/x"))


@pytest.mark.parametrize(
    ("screen", "freeflow"), [(MORE, "FC"), (LAST, "FB"), (Screen("\n\nنام؟", more=True), "FC")]
)
def test_airtel_is_told_by_headers(screen, freeflow):
    request = recorded("airtel_flares_ussd/first")
    answer = AIRTEL.acknowledge(request, AIRTEL.receive(request), [screen])
    assert answer.text == screen.text.lstrip("\n")
    assert answer.headers["freeflow"] == freeflow
    assert (answer.headers["charge"], answer.headers["amount"]) == ("N", "0")


def test_airtel_may_charge():
    adapter = AirtelFlares(password="made-up", charge=True, amount=5)
    request = recorded("airtel_flares_ussd/first")
    headers = adapter.acknowledge(request, adapter.receive(request), [MORE]).headers
    assert (headers["charge"], headers["amount"]) == ("Y", "5")


@pytest.mark.parametrize(
    ("adapter", "recording", "expected"),
    [
        (
            CellulantUssd(),
            "cellulant_ussd/first",
            DialogInput("51", "254711100200", BEGIN, "", "*384*9#"),
        ),
        (
            CellulantUssd(code="*384#"),
            "cellulant_ussd/first",
            DialogInput("51", "254711100200", BEGIN, "9", "*384#"),
        ),
        (
            CellulantUssd(),
            "cellulant_ussd/answer",
            DialogInput("51", "254711100200", CONTINUE, "Eldoret", ""),
        ),
        (
            CellulantUssd(),
            "cellulant_ussd/aborted",
            DialogEnded("51", "254711100200", "aborted"),
        ),
        (
            HollaTags(),
            "hollatags_ussd/first",
            DialogInput("700100", "2348030100200", BEGIN, "9", "*4441#"),
        ),
        (
            HollaTags(),
            "hollatags_ussd/answer",
            DialogInput("700100", "2348030100200", CONTINUE, "Kano", "*4441#"),
        ),
        (
            HollaTags(),
            "hollatags_ussd/ended",
            DialogEnded("700100", "2348030100200", "end"),
        ),
        (
            ImiMobileUssd(),
            "imimobile_ussd/aborted",
            DialogEnded("", "919000100200", "the person ended it"),
        ),
    ],
)
def test_reads_those_that_say_where_they_stand(adapter, recording, expected):
    assert only(adapter, recording) == expected


def test_an_abort_wins_over_a_beginning():
    request = HttpRequest("GET", "/x?MSISDN=254711100200&INPUT=&opCode=BEG&ABORT=1&sessionID=5")
    assert CellulantUssd().receive(request) == [DialogEnded("5", "254711100200", "aborted")]


@pytest.mark.parametrize(
    ("adapter", "recording", "first", "later"),
    [
        (DmarkUssd(), "dmark_ussd/first", "9", "*284*9#"),
        (DmarkUssd(), "dmark_ussd/answer", "Kampala", "Kampala"),
        (ImiMobileUssd(), "imimobile_ussd/request", "2", "2"),
        (VODACOM, "vodacom_messaging_ussd/first", "", "*120*666#"),
        (VODACOM, "vodacom_messaging_ussd/answer", "", "Durban"),
    ],
)
def test_an_open_dialog_decides_for_those_that_do_not_say(adapter, recording, first, later):
    event = only(adapter, recording)
    assert (event.phase, event.input) == (BEGIN, first)
    event = only(adapter, recording, "")
    assert (event.phase, event.input) == (CONTINUE, later)


HOLLATAGS = (
    '{"session_operation": "%s", "session_type": %d, "session_id": "700100", "session_msg": "%s"}'
)
VODACOM_SCREEN = (
    '<request>\n\t<headertext>نام؟</headertext>\n\t<options>\n\t\t<option command="1" order="1"'
    ' callback="https://muster.example/hooks/main/s?a=1&amp;b=2" display="False" ></option>'
    "\n\t</options>\n</request>"
)


@pytest.mark.parametrize(
    ("adapter", "recording", "more", "last"),
    [
        (Advanta(), "advanta_ussd/answer", "CON نام؟", "END تمام"),
        (
            CellulantUssd(),
            "cellulant_ussd/answer",
            "1|نام؟|null|null|null|null",
            "1|تمام|null|null|end|null",
        ),
        (
            DmarkUssd(),
            "dmark_ussd/answer",
            '{"responseString": "نام؟", "action": "request"}',
            '{"responseString": "تمام", "action": "end"}',
        ),
        (
            HollaTags(),
            "hollatags_ussd/answer",
            HOLLATAGS % ("continue", 1, "نام؟"),
            HOLLATAGS % ("end", 4, "تمام"),
        ),
        (ImiMobileUssd(), "imimobile_ussd/request", "نام؟", "تمام"),
        (
            VODACOM,
            "vodacom_messaging_ussd/answer",
            VODACOM_SCREEN,
            "<request>\n\t<headertext>تمام</headertext>\n</request>",
        ),
    ],
)
def test_answers(adapter, recording, more, last):
    request = recorded(recording)
    events = adapter.receive(request)
    assert adapter.acknowledge(request, events, [MORE]).text == more
    assert adapter.acknowledge(request, events, [LAST]).text == last


def test_imimobile_is_told_by_a_header():
    adapter, request = ImiMobileUssd(), recorded("imimobile_ussd/request")
    events = adapter.receive(request)
    for screen, says in ((MORE, "1"), (LAST, "0")):
        answer = adapter.acknowledge(request, events, [screen])
        assert answer.headers["x-ussd-session"] == says


def test_a_bar_in_a_text_does_not_end_cellulants_field():
    request = recorded("cellulant_ussd/answer")
    events = CellulantUssd().receive(request)
    answer = CellulantUssd().acknowledge(request, events, [Screen("a|b", more=True)])
    assert answer.text == "1|a/b|null|null|null|null"


@pytest.mark.parametrize(
    ("adapter", "recording"),
    [(CellulantUssd(), "cellulant_ussd/aborted"), (AIRTEL, "airtel_flares_ussd/cleaned_up")],
)
def test_an_end_is_answered_with_nothing(adapter, recording):
    request = recorded(recording)
    assert adapter.acknowledge(request, adapter.receive(request), []).body == b""
