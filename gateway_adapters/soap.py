"""SOAP 1.1 as ParlayX platforms speak it, with Huawei's header that proves who asks.

Read 2026-11: Huawei SDP's ParlayX interfaces through public clients of them, and Vumi's.
"""

import hashlib
from datetime import UTC, datetime

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    Outcome,
    Refused,
    TryLater,
)
from gateway_adapters.origin import raw
from gateway_adapters.xml import Node, escape, parse_xml

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
HUAWEI = "http://www.huawei.com.cn/schema/common/v2_1"
SCHEMA = "http://www.csapi.org/schema/parlayx"


def opened(body: bytes) -> tuple[Node, Node]:
    """The first element in the Body, and the Header (an empty element where there is none)."""
    root = parse_xml(body)
    inside = root.first("Body")
    if root.name.lower() != "envelope" or inside is None or not inside.children:
        raise BadPayload("not a SOAP message")
    return inside.children[0], root.first("Header") or Node("Header")


def envelope(body: str, namespace: str, header: str = "") -> str:
    """A message; elements of `body` carry the prefix `loc` for `namespace`."""
    return (
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:loc="{namespace}">'
        f"<soapenv:Header>{header}</soapenv:Header>"
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )


def fault(reason: str) -> HttpResponse:
    """Faults come with HTTP 500, as SOAP asks."""
    body = (
        f"<soapenv:Fault><faultcode>soapenv:Server</faultcode>"
        f"<faultstring>{escape(reason)}</faultstring></soapenv:Fault>"
    )
    return HttpResponse.of_xml(envelope(body, f"{SCHEMA}/common/v2_1"), 500)


def outcome(response: HttpResponse) -> Outcome:
    """Read the answer to a send: its result is the id, exceptions of ours stay refused.

    A fault of the server that names no exception is its own trouble and may be tried again.
    """
    element, _ = opened(response.body)
    if element.name.lower().endswith("response"):
        result = element.value("result").strip()
        return Accepted((result,) if result else ())
    if element.name.lower() != "fault":
        raise BadPayload("neither a result nor a fault")
    code = element.value("messageId", "faultcode").strip()
    reason = f"{code} {element.value('text', 'faultstring').strip()}".strip()
    named = element.first("ServiceExceptionDetail", "PolicyExceptionDetail", "messageId")
    is_theirs = element.value("faultcode").strip().lower().endswith("server")
    return TryLater(reason) if is_theirs and named is None else Refused(reason)


def post(url: str, message: str) -> HttpRequest:
    headers = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}
    return HttpRequest("POST", url, headers, message.encode())


def stamp() -> str:
    """The time that the password is made with, as these platforms write it."""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


def password_at(sp_id: str, password: str, time: str) -> str:
    """The password that holds for this one request. MD5 is the platform's choice."""
    return hashlib.md5(raw(sp_id + password + time), usedforsecurity=False).hexdigest()


def huawei_header(
    sp_id: str, password: str, service_id: str, *, subscriber: str = "", link_id: str = ""
) -> str:
    """The header with which every request of ours must begin."""
    time = stamp()
    fields = {
        "spId": sp_id,
        "spPassword": password_at(sp_id, password, time) if password else "",
        "serviceId": service_id,
        "timeStamp": time,
        "OA": subscriber,
        "FA": subscriber,
        "linkid": link_id,
    }
    inside = "".join(
        f"<tns:{name}>{escape(value)}</tns:{name}>" for name, value in fields.items() if value
    )
    return f'<tns:RequestSOAPHeader xmlns:tns="{HUAWEI}">{inside}</tns:RequestSOAPHeader>'


def elements(**values: str | int) -> str:
    """Elements of the message's own namespace, in the order given."""
    return "".join(
        f"<loc:{name}>{escape(str(value))}</loc:{name}>" for name, value in values.items()
    )
