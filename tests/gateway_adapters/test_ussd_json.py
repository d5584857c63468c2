"""USSD gateways that call us with a JSON object and want one back."""

import json

import pytest

from gateway_adapters.contract import (
    BadPayload,
    DialogEnded,
    DialogInput,
    HttpRequest,
    Ignored,
    Phase,
    Screen,
    settled,
)
from gateway_adapters.ghana_ussd import Arkesel, Moolre, Nalo
from gateway_adapters.hubtel_ussd import Hubtel
from gateway_adapters.infobip_ussd_legacy import InfobipUssdLegacy
from gateway_adapters.mtn_madapi_ussd import MtnMadapiUssd
from gateway_adapters.oltranz_ussd import Oltranz
from tests.gateway_adapters.recorded import recorded

BEGIN, CONTINUE = Phase.BEGIN, Phase.CONTINUE
MORE, LAST = Screen("خوش آمدید\n۱. ثبت", more=True), Screen("تمام", more=False)


@pytest.mark.parametrize(
    ("adapter", "recording", "expected"),
    [
        (
            Hubtel(),
            "hubtel_ussd/first",
            DialogInput("hu-1", "233240100200", BEGIN, "9", "713", carrier_id="hu-1/1"),
        ),
        (
            Hubtel(),
            "hubtel_ussd/answer",
            DialogInput("hu-1", "233240100200", CONTINUE, "Kumasi", "713", carrier_id="hu-1/2"),
        ),
        (Hubtel(), "hubtel_ussd/timeout", DialogEnded("hu-1", "233240100200", "timeout")),
        (Hubtel(), "hubtel_ussd/cart", Ignored("a type of request that was not documented")),
        (Nalo(), "nalo_ussd/first", DialogInput("na-1", "233540100200", BEGIN)),
        (
            Nalo(code="*920*88#"),
            "nalo_ussd/first",
            DialogInput("na-1", "233540100200", BEGIN, "", "*920*88#"),
        ),
        (Nalo(), "nalo_ussd/answer", DialogInput("na-1", "233540100200", CONTINUE, "2")),
        (Nalo(), "nalo_ussd/without_session", DialogInput("", "233540100201", CONTINUE, "1")),
        (
            Arkesel(),
            "arkesel_ussd/first",
            DialogInput("ar-1", "233540100202", BEGIN, "", "*928*99#"),
        ),
        (
            Arkesel(code="*928#"),
            "arkesel_ussd/first",
            DialogInput("ar-1", "233540100202", BEGIN, "99", "*928#"),
        ),
        (
            Arkesel(),
            "arkesel_ussd/answer",
            DialogInput("ar-1", "233540100202", CONTINUE, "Tamale"),
        ),
        (
            Moolre(),
            "moolre_ussd/first",
            DialogInput("mo-1", "233540100203", BEGIN, "9", "109"),
        ),
        (
            Moolre(),
            "moolre_ussd/answer",
            DialogInput("mo-1", "233540100203", CONTINUE, "4", "109"),
        ),
        (
            MtnMadapiUssd(),
            "mtn_madapi_ussd/first",
            DialogInput("ma-1", "2250500100200", BEGIN, "9", "1152"),
        ),
        (
            MtnMadapiUssd(),
            "mtn_madapi_ussd/answer",
            DialogInput("ma-1", "2250500100200", CONTINUE, "Bouake", "1152"),
        ),
        (
            MtnMadapiUssd(),
            "mtn_madapi_ussd/cancelled",
            DialogEnded("ma-1", "2250500100200", "cancel"),
        ),
        (
            MtnMadapiUssd(),
            "mtn_madapi_ussd/notification",
            Ignored("a notification, or a type that was not documented"),
        ),
        (
            InfobipUssdLegacy(),
            "infobip_ussd_legacy/first",
            DialogInput("ib-1", "385950100200", BEGIN, "9", "*123#"),
        ),
        (
            InfobipUssdLegacy(),
            "infobip_ussd_legacy/answer",
            DialogInput("ib-1", "385950100200", CONTINUE, "Split", "*123#"),
        ),
        (InfobipUssdLegacy(), "infobip_ussd_legacy/ended", DialogEnded("ib-1", "", "end")),
        (
            InfobipUssdLegacy(),
            "infobip_ussd_legacy/status",
            Ignored("a question whether the dialog is open"),
        ),
    ],
)
def test_reads(adapter, recording, expected):
    assert adapter.receive(recorded(recording)) == [expected]


@pytest.mark.parametrize(("kind", "reason"), [("2", "end"), ("4", "cancel"), (5, "timeout")])
def test_madapi_says_how_a_dialog_ended(kind, reason):
    body = {"sessionId": "1", "messageType": kind, "msisdn": "2250500100200"}
    request = HttpRequest.post_json("/x", body)
    assert MtnMadapiUssd().receive(request) == [DialogEnded("1", "2250500100200", reason)]


def test_oltranz_repeats_africas_talkings_names_but_not_its_meaning():
    (event,) = Oltranz().receive(recorded("oltranz_ussd/answer"))
    assert event.typed_so_far is None
    heard = settled(event, "")
    assert (heard.phase, heard.input, heard.recipient) == (CONTINUE, "Huye", "384")
    (event,) = Oltranz().receive(recorded("oltranz_ussd/first"))
    assert settled(event, None).phase is BEGIN


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        (Hubtel(), {"Type": "Response", "Message": "2", "Sequence": 2}),
        (Hubtel(), {"SessionId": "1", "Mobile": "233240100200"}),
        (Nalo(), {"USERID": "M", "USERDATA": "1", "MSGTYPE": False}),
        (Nalo(), {"MSISDN": "233240100200", "USERDATA": "1", "MSGTYPE": "maybe"}),
        (Nalo(), {"MSISDN": "233240100200", "USERDATA": "1"}),
        (Arkesel(), {"msisdn": "233240100200", "newSession": True}),
        (MtnMadapiUssd(), {"statusCode": "3001", "statusMessage": "A system error"}),
        (Oltranz(), {"sessionId": "1", "text": ""}),
    ],
)
def test_what_lacks_a_documented_field_is_refused(adapter, body):
    with pytest.raises(BadPayload):
        adapter.receive(HttpRequest.post_json("/x", body))


@pytest.mark.parametrize("given", [True, "true", "TRUE", 1])
def test_nalo_says_true_in_many_ways(given):
    body = {"MSISDN": "233240100200", "USERDATA": "", "MSGTYPE": given, "SESSIONID": 7}
    (event,) = Nalo().receive(HttpRequest.post_json("/x", body))
    assert (event.phase, event.dialog_id) == (BEGIN, "7")


# --- answers --------------------------------------------------------------------------------


def answer(adapter, recording, screen):
    request = recorded(recording)
    screens = [screen] if screen else []
    return adapter.acknowledge(request, adapter.receive(request), screens)


def test_hubtel():
    assert answer(Hubtel(), "hubtel_ussd/answer", MORE).json() == {
        "SessionId": "hu-1",
        "Type": "response",
        "Message": "خوش آمدید\n۱. ثبت",
        "Label": "خوش آمدید",
        "ClientState": "",
        "DataType": "input",
        "FieldType": "text",
    }
    last = answer(Hubtel(), "hubtel_ussd/answer", LAST).json()
    assert (last["Type"], last["DataType"]) == ("release", "display")


def test_nalo_uses_one_name_in_two_ways():
    more = answer(Nalo(), "nalo_ussd/answer", MORE).json()
    assert more == {
        "USERID": "MUSTER1",
        "MSISDN": "233540100200",
        "USERDATA": "2",
        "MSG": MORE.text,
        "MSGTYPE": True,
    }
    assert answer(Nalo(), "nalo_ussd/answer", LAST).json()["MSGTYPE"] is False


def test_arkesel():
    assert answer(Arkesel(), "arkesel_ussd/answer", LAST).json() == {
        "sessionID": "ar-1",
        "userID": "MUSTER_1",
        "msisdn": "233540100202",
        "message": "تمام",
        "continueSession": False,
    }


def test_moolre():
    shown = answer(Moolre(), "moolre_ussd/answer", MORE).json()
    assert shown == {"message": MORE.text, "reply": True}


def test_oltranz_gets_its_own_object_back():
    request = recorded("oltranz_ussd/answer")
    sent = json.loads(request.body)
    more = answer(Oltranz(), "oltranz_ussd/answer", MORE).json()
    assert more == {**sent, "response": MORE.text, "action": "CON", "newRequest": 0}
    last = answer(Oltranz(), "oltranz_ussd/answer", LAST).json()
    assert (last["action"], last["newRequest"], last["amount"]) == ("END", 1, 0.0)


def test_madapi():
    shown = answer(MtnMadapiUssd(), "mtn_madapi_ussd/answer", MORE).json()
    assert (shown["statusCode"], shown["transactionId"]) == ("0000", "ma-1")
    assert shown["data"] == {
        "inboundResponse": MORE.text,
        "userInputRequired": True,
        "messageType": 1,
        "serviceCode": "1152",
        "msisdn": "2250500100200",
    }
    last = answer(MtnMadapiUssd(), "mtn_madapi_ussd/answer", LAST).json()["data"]
    assert (last["userInputRequired"], last["messageType"]) == (False, 2)


def test_infobip_says_errors_inside_a_200():
    adapter = InfobipUssdLegacy()
    assert answer(adapter, "infobip_ussd_legacy/answer", LAST).json() == {
        "shouldClose": True,
        "ussdMenu": "تمام",
        "responseExitCode": 200,
        "responseMessage": "",
    }
    ended = answer(adapter, "infobip_ussd_legacy/ended", None)
    assert ended.json() == {"responseExitCode": 200, "responseMessage": ""}
    refused = adapter.refuse(recorded("infobip_ussd_legacy/first"), "no field 'text'")
    assert refused.status == 200
    assert refused.json()["responseExitCode"] == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/hooks/main/s/session/1/start", b'{"msisdn": "385950100200"}'),
        ("/hooks/main/s/session/1/start", b'{"text": "no number"}'),
        ("/hooks/main/s/session/1/start", b"not json at all"),
        ("/hooks/main/s/session/1/paint", b"{}"),
        ("/hooks/main/s", b'{"msisdn": "385950100200", "text": ""}'),
    ],
)
def test_infobips_path_and_fields_must_make_sense(path, body):
    with pytest.raises(BadPayload):
        InfobipUssdLegacy().receive(HttpRequest("POST", path, {}, body))


def test_half_a_character_does_not_break_an_answer():
    body = b'{"MSISDN":"233240100200","USERDATA":"\\ud83d","MSGTYPE":false,"SESSIONID":"1"}'
    request = HttpRequest("POST", "/x", {"content-type": "application/json"}, body)
    assert Nalo().acknowledge(request, Nalo().receive(request), [LAST]).json()["USERDATA"] == "?"
