"""The little of XML-RPC that carriers use: one struct of texts in, one struct or a fault out."""

from collections.abc import Mapping

from gateway_adapters.contract import BadPayload, Fields, HttpResponse
from gateway_adapters.xml import Node, escape, parse_xml


def called(body: bytes) -> tuple[str, Fields]:
    """The method's name and the members of its first struct."""
    root = parse_xml(body)
    if root.name.lower() != "methodcall" or not (name := root.value("methodName").strip()):
        raise BadPayload("not an XML-RPC call")
    return name, Fields.of((member.value("name"), _text(member)) for member in _members(root))


def _members(root: Node) -> list[Node]:
    struct = root.first("struct")
    return [node for node in struct.children if node.name.lower() == "member"] if struct else []


def _text(member: Node) -> str:
    """A value's text, with its type's element around it or without."""
    value = member.first("value")
    if value is None:
        return ""
    return value.children[0].text if value.children else value.text


def answer(members: Mapping[str, str]) -> HttpResponse:
    body = f"<params><param><value>{_struct(members)}</value></param></params>"
    return _response(body)


def fault(code: int, text: str) -> HttpResponse:
    struct = (
        "<struct><member><name>faultCode</name>"
        f"<value><int>{code}</int></value></member>"
        "<member><name>faultString</name>"
        f"<value><string>{escape(text)}</string></value></member></struct>"
    )
    return _response(f"<fault><value>{struct}</value></fault>")


def _struct(members: Mapping[str, str]) -> str:
    inside = "".join(
        f"<member><name>{name}</name><value><string>{escape(text)}</string></value></member>"
        for name, text in members.items()
    )
    return f"<struct>{inside}</struct>"


def _response(body: str) -> HttpResponse:
    return HttpResponse.of_xml(f'<?xml version="1.0"?><methodResponse>{body}</methodResponse>')
