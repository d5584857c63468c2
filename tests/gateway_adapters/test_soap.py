import pytest

from gateway_adapters import soap
from gateway_adapters.contract import Accepted, BadPayload, HttpResponse, Refused, TryLater
from gateway_adapters.xml import parse_xml
from tests.gateway_adapters.recorded import answered

NAMESPACE = "http://www.csapi.org/schema/parlayx/sms/send/v2_2/local"


def test_the_published_password_comes_out():
    """The one vector that is published for this scheme."""
    made = soap.password_at("user", "password", "20130618105933")
    assert made == "1f2e67e642b16f6623459fa76dc3894f"


def test_the_header_proves_who_asks_at_this_moment():
    header = soap.huawei_header("sp-9", "made-up", "svc-9", subscriber="23480", link_id="l & 1")
    fields = parse_xml(header.encode()).fields()
    assert fields["spPassword"] == soap.password_at("sp-9", "made-up", fields["timeStamp"])
    assert (fields["spId"], fields["serviceId"], fields["linkid"]) == ("sp-9", "svc-9", "l & 1")
    assert (fields["OA"], fields["FA"]) == ("23480", "23480")
    assert len(fields["timeStamp"]) == 14


def test_what_is_not_known_is_left_out_of_the_header():
    fields = parse_xml(soap.huawei_header("sp-9", "", "svc-9").encode()).fields()
    assert set(fields) == {"spid", "serviceid", "timestamp"}


def test_a_message_opens_as_it_was_put_together():
    whole = soap.envelope(soap.elements(a="1 < 2", b=3), NAMESPACE, "<linkid>5</linkid>")
    element, header = soap.opened(whole.encode())
    assert (element.name, element.text) == ("a", "1 < 2")
    assert header.value("linkid") == "5"
    without = "<e:Envelope xmlns:e='x'><e:Body><z/></e:Body></e:Envelope>"
    element, header = soap.opened(without.encode())
    assert (element.name, header.children) == ("z", [])


@pytest.mark.parametrize(
    "body", [b"", b"sup", b"<a/>", b"<Envelope/>", b"<Envelope><Body/></Envelope>"]
)
def test_what_is_no_soap_is_refused(body):
    with pytest.raises(BadPayload):
        soap.opened(body)


@pytest.mark.parametrize(
    ("recording", "outcome"),
    [
        ("taken", Accepted(("req-77",))),
        ("refused", Refused("SVC0004 No valid address")),
        ("server_fault", TryLater("soapenv:Server busy")),
    ],
)
def test_outcomes(recording, outcome):
    assert soap.outcome(answered(f"parlayx_sms/{recording}")) == outcome


def test_an_answer_that_is_neither_result_nor_fault_cannot_be_read():
    body = soap.envelope("<loc:other/>", NAMESPACE)
    with pytest.raises(BadPayload):
        soap.outcome(HttpResponse(200, body.encode()))


def test_a_fault_says_why_with_a_500():
    answer = soap.fault("a < b")
    assert answer.status == 500
    root = parse_xml(answer.body)
    assert (root.value("faultcode"), root.value("faultstring")) == ("soapenv:Server", "a < b")
