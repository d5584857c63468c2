"""`muster carriers parse` reads what was typed since the request before, where a line tells it."""

import pytest

from app.cli.carriers import parse

SAFARICOM = "ORIG=254700100206&DEST=384&SESSION_ID=s-1&USSD_PARAMS="
ADVANTA = "SESSIONID=9&USSDCODE=*415%23&MSISDN=254700100200&INPUT=*415*33*1*2%23"


def read(carrier, query, **told):
    result = parse(carrier, {"method": "GET", "query": query, **told})
    (event,) = result["events"]
    return event["phase"], event["input"]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("7*a", id="its text"),
        pytest.param(SAFARICOM + "7%2Aa", id="its query"),
        pytest.param(
            {"ORIG": "254700100206", "DEST": "384", "SESSION_ID": "s-1", "USSD_PARAMS": "7*a"},
            id="its parameters",
        ),
    ],
)
def test_the_request_before_may_be_told_in_several_ways(before):
    typed = read("safaricom_ussd", SAFARICOM + "7%2Aa%2A%2Ab", previous_params=before)
    assert typed == ("continue", "*b")


def test_none_before_means_the_first():
    assert read("safaricom_ussd", SAFARICOM + "7%2A1", previous_params=None) == ("begin", "")
    assert read("safaricom_ussd", SAFARICOM + "7%2A1") == ("continue", "1")


def test_the_text_before_may_hold_the_code():
    assert read("advanta_ussd", ADVANTA, previous_params="*415*33*1#") == ("continue", "2")


def test_carriers_that_do_not_accumulate_are_read_as_they_are():
    query = "MSISDN=254711100200&INPUT=9&opCode=&ABORT=0&sessionID=5"
    assert read("cellulant_ussd", query, previous_params="9") == ("continue", "9")
