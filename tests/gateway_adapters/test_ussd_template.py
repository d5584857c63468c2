import pytest

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
from gateway_adapters.ussd_template import UssdTemplate
from tests.gateway_adapters.recorded import recorded

BEGIN, CONTINUE = Phase.BEGIN, Phase.CONTINUE
PLAIN = UssdTemplate()
NAMED = UssdTemplate(
    dialog_field="sid",
    sender_field="from",
    text_field="msg",
    code_field="code",
    phase_field="op",
    begins=("1",),
    ends=("9",),
    id_field="rid",
)
TEXT = 'a "b" <c> {code} \\ \n نام؟'


def get(query):
    return HttpRequest("GET", f"/x?{query}")


@pytest.mark.parametrize(
    ("recording", "before", "expected"),
    [
        ("first", None, ("t-1", "989120000010", BEGIN, "")),
        ("json", "", ("t-2", "989120000011", CONTINUE, "۲")),
        ("xml", "", ("t-3", "989120000012", CONTINUE, "3")),
    ],
)
def test_reads_forms_json_and_xml(recording, before, expected):
    (event,) = PLAIN.receive(recorded(f"ussd_template/{recording}"))
    heard = settled(event, before)
    assert (heard.dialog_id, heard.sender, heard.phase, heard.input) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SID=d&from=989120000010&msg=*384*9%23&code=*384%23&op=1&rid=r-1",
            DialogInput("d", "989120000010", BEGIN, "9", "*384#", carrier_id="r-1"),
        ),
        (
            "sid=d&from=989120000010&msg=2&code=*384%23&op=2&rid=r-2",
            DialogInput("d", "989120000010", CONTINUE, "2", "*384#", carrier_id="r-2"),
        ),
        ("sid=d&from=989120000010&op=9", DialogEnded("d", "989120000010", "9")),
    ],
)
def test_every_name_is_an_option(query, expected):
    assert NAMED.receive(get(query)) == [expected]


def test_texts_may_accumulate():
    adapter = UssdTemplate(accumulates=True, code="*384#")
    (event,) = adapter.receive(get("sessionId=d&msisdn=989120000010&text=*384*1*2%23"))
    assert settled(event, "1").input == "2"


def test_the_sender_stands_in_where_there_is_no_dialog_id():
    (event,) = UssdTemplate(dialog_field="").receive(get("msisdn=989120000010&text=1"))
    assert event.dialog_id == ""


@pytest.mark.parametrize("query", ["msisdn=989120000010&text=1", "sessionId=d&text=1", ""])
def test_what_lacks_a_named_field_is_refused(query):
    with pytest.raises(BadPayload):
        PLAIN.receive(get(query))


@pytest.mark.parametrize(
    ("answer_type", "form", "shown"),
    [
        ("text/plain", "CON {text}", f"CON {TEXT}"),
        (
            "application/json",
            '{"sid": "{dialog}", "say": "{text}", "to": "{sender}"}',
            '{"sid": "d", "say": "a \\"b\\" <c> {code} \\\\ \\n نام؟", "to": "989120000010"}',
        ),
        (
            "text/xml; charset=utf-8",
            "<say code='{code}'>{text}</say>",
            "<say code='*384#'>a &quot;b&quot; &lt;c&gt; {code} \\ \n نام؟</say>",
        ),
    ],
)
def test_the_answer_is_a_form_that_is_filled_once_and_escaped(answer_type, form, shown):
    adapter = UssdTemplate(answer_type=answer_type, answer_more=form, code="*384#")
    request = get("sessionId=d&msisdn=989120000010&text=1")
    answer = adapter.acknowledge(request, adapter.receive(request), [Screen(TEXT, more=True)])
    assert answer.text == shown
    assert answer.headers["content-type"] == answer_type


def test_the_last_screen_and_none_have_forms_of_their_own():
    adapter = UssdTemplate(answer_none="OVER", phase_field="op")
    request = get("sessionId=d&msisdn=989120000010&text=1&op=x")
    events = adapter.receive(request)
    assert adapter.acknowledge(request, events, [Screen("x", more=False)]).text == "END x"
    ended = get("sessionId=d&msisdn=989120000010&op=end")
    assert adapter.acknowledge(ended, adapter.receive(ended), []).text == "OVER"


def test_a_proof_may_be_a_field_or_a_header():
    adapter = UssdTemplate(proof_field="X-Token", proof="made-up")
    adapter.authenticate(get("x-token=made-up"))
    adapter.authenticate(HttpRequest("GET", "/x", {"x-token": "made-up"}))
    for wrong in (get("x-token=other"), get(""), HttpRequest("GET", "/x", {"x-token": ""})):
        with pytest.raises(NotFromCarrier):
            adapter.authenticate(wrong)


def test_half_a_proof_shuts_the_door():
    for adapter in (UssdTemplate(proof_field="token"), UssdTemplate(proof="made-up")):
        with pytest.raises(NotFromCarrier):
            adapter.authenticate(get("token=&x=made-up"))
