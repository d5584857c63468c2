import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.carriers import carriers, outcome, parse
from gateway_adapters.registry import ADAPTERS

RUN = CliRunner()
DOCS = Path(__file__).parents[2] / "docs" / "carriers"
FORM = "application/x-www-form-urlencoded"


def run(*words, said=""):
    result = RUN.invoke(carriers, words, input=said)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_list_names_every_adapter_and_its_other_names():
    shown = run("list")
    assert [line.split()[0] for line in shown.splitlines()] == sorted(ADAPTERS)
    assert len(ADAPTERS) >= 45
    assert "melipayamak" in shown
    assert "(also farapayamak)" in shown


def test_parse_prints_every_key_of_an_event():
    line = {"method": "GET", "query": {"sender": "+989120000001", "message": "۹", "ts": 1770800000}}
    (event,) = json.loads(run("parse", "kannel", said=json.dumps(line)))["events"]
    assert event == {
        "kind": "message",
        "sender": "+989120000001",
        "text": "۹",
        "recipient": None,
        "carrier_id": None,
        "sent_at": "2026-02-11T08:53:20+00:00",
        "part": None,
        "reply_token": None,
    }


def test_lines_name_their_carriers_and_bad_ones_do_not_stop_the_rest():
    lines = [
        {"carrier": "melipayamak", "query": "from=9120000001&body=9&to=1"},
        {"carrier": "nobody", "query": ""},
        {"carrier": "melipayamak", "query": "from=MTN&body=9"},
        {"carrier": "kannel", "query": "our_id=o&status=1", "options": {"colour": 1}},
        {"carrier": "africastalking", "path": "/h/optout", "query": "phoneNumber=0700100200"},
    ]
    text = "\n".join([json.dumps(lines[0]), "not json", "[]", "", *map(json.dumps, lines[1:])])
    results = [json.loads(line) for line in run("parse", "--lines", said=text).splitlines()]
    assert [result.get("error", result.get("events")) for result in results][1:6] == [
        *["BadInput", "BadInput", "UnknownCarrier", "BadPayload", "BadOptions"],
    ]
    assert results[0]["events"][0]["text"] == "9"
    assert results[6]["events"][0]["kind"] == "opted_out"


@pytest.mark.parametrize(
    "line",
    [
        {"body": "from=0912&text=9", "content_type": FORM},
        {"body": {"from": "0912", "text": 9}, "content_type": "application/json"},
        {"body": {"from": "0912", "text": "9"}, "content_type": FORM},
        {"body_base64": base64.b64encode(b"from=0912&text=9").decode(), "content_type": FORM},
        {"query": {"from": "0912", "text": "9"}, "method": "POST", "body": None},
        {"path": "/h?from=0912", "query": "text=9", "headers": None},
    ],
)
def test_a_request_may_be_written_in_many_ways(line):
    (event,) = parse("template", line)["events"]
    assert (event["sender"], event["text"]) == ("0912", "9")


def test_authentication_is_asked_for_in_the_line():
    line = {
        "method": "POST",
        "path": "/myapp.php",
        "query": "foo=1&bar=2",
        "content_type": FORM,
        "headers": {"X-Twilio-Signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
        "body": "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
        "options": {"auth_token": "12345"},
        "authenticate": True,
    }
    for url in ("https://mycompany.com", "https://mycompany.com/myapp.php?foo=1&bar=2"):
        assert "events" in parse("twilio", {**line, "public_url": url})
    for change in ({"public_url": "https://other.example"}, {"options": {"auth_token": "1"}}):
        refused = parse("twilio", {**line, "public_url": "https://mycompany.com", **change})
        assert refused["error"] == "NotFromCarrier"
    assert "events" in parse("twilio", {**line, "authenticate": False, "options": {}})


def test_a_schemes_own_word_stands_for_the_one_secret():
    line = {"authenticate": True, "headers": {"x-simulator-secret": "s"}, "body": {"id": "1"}}
    for word in ("secret", "auth_token", "signing_key"):
        assert "events" in parse("simulator", {**line, "options": {word: "s"}})


def test_typing_is_read_in_the_light_of_the_request_before():
    query = "sessionId=1&serviceCode=*1%23&phoneNumber=0700100200&text=7*a*b"
    line = {"query": query, "previous_params": "7*a"}
    (event,) = parse("africastalking", line)["events"]
    assert (event["phase"], event["input"]) == ("continue", "b")


def test_a_polls_answer_can_be_read_too():
    body = {"status": 0, "dlrs": [{"mid": 5, "status": 1, "date": None}]}
    (event,) = parse("magfa", {"body": body})["events"]
    assert (event["kind"], event["status"], event["carrier_id"]) == ("report", "delivered", "5")


def test_outcome_of_one_message():
    body = {"sid": "SM1"}
    said = json.dumps({"status": 201, "body": body})
    assert json.loads(run("outcome", "twilio", said=said)) == {
        "outcome": "accepted",
        "carrier_ids": ["SM1"],
        "opted_out": False,
        "reason": None,
    }
    stopped = outcome("twilio", {"status": 400, "body": '{"code": 21610}'})
    assert (stopped["outcome"], stopped["opted_out"]) == ("refused", True)
    later = outcome("twilio", {"status": 429, "headers": {"Retry-After": "9"}})
    assert (later["outcome"], later["after"]) == ("try_later", 9.0)
    assert outcome("kannel", {"status": 200, "body": "what?"})["outcome"] == "unclear"
    assert outcome("nobody", {})["error"] == "UnknownCarrier"


def test_outcome_of_many_messages():
    rows = [{"status": 0, "id": 1}, {"status": 33, "id": None}]
    many = outcome("magfa", {"status": 200, "body": {"status": 0, "messages": rows}})
    assert [one["outcome"] for one in many["outcomes"]] == ["accepted", "refused"]
    named = {"our_id": "o-1"}, {"our_id": "o-2"}
    body = {"results": [{"our_id": "o-2", "outcome": "accepted", "id": "c"}]}
    found = outcome("simulator", {"status": 200, "body": body, "messages": list(named)})
    assert [one["outcome"] for one in found["outcomes"]] == ["unclear", "accepted"]


def test_the_pages_are_as_the_code_says(tmp_path):
    """If this fails, run `muster carriers docs`."""
    run("docs", "--folder", str(tmp_path))
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}
    kept = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert made == {name: kept.get(name) for name in made}
