"""Fill `{{to}}`, `{{text}}` and the like into URLs, bodies and headers, escaped for their place."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from gateway_adapters.contract import OutboundMessage
from gateway_adapters.http import FORM, JSON, basic
from gateway_adapters.xml import escape

HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NAMES = frozenset(
    [
        *("to", "to_digits", "to_national", "to_bare", "from", "text", "text_hex", "our_id"),
        *("number", "report_url", "user", "password", "basic"),
    ]
)
FORMS = {
    "form": FORM,
    "json": JSON,
    "xml": "text/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
"""How values are escaped, and the content type that goes with it."""


def placeholders(text: str) -> set[str]:
    """The names to be filled in. Raises ValueError for one that we do not know."""
    found = set(HOLE.findall(text))
    if unknown := sorted(found - NAMES):
        raise ValueError(
            f"unknown placeholder {unknown[0]!r}; known are {', '.join(sorted(NAMES))}"
        )
    return found


def fill(
    text: str, message: OutboundMessage, known: Mapping[str, str], form: str, encoding: str
) -> str:
    """Fill in what is known of the message and the account."""
    values, escaped = _values(message, known), _escape(form, encoding)
    return HOLE.sub(lambda hole: escaped(values[hole[1]]), text)


def _values(message: OutboundMessage, known: Mapping[str, str]) -> Mapping[str, str]:
    digits = message.to.removeprefix("+")
    bare = digits.removeprefix(known["country"])
    return {
        "to": message.to,
        "to_digits": digits,
        "to_national": f"0{bare}",
        "to_bare": bare,
        "from": message.sender,
        "text": message.text,
        "text_hex": message.text.encode("utf-16-be", "replace").hex(),
        "our_id": message.our_id,
        "number": str(message.number),
        "report_url": message.report_url,
        "user": known["user"],
        "password": known["password"],
        "basic": basic(known["user"], known["password"]),
    }


def _escape(form: str, encoding: str) -> Callable[[str], str]:
    match form:
        case "form":
            return lambda value: quote(value, safe="", encoding=encoding, errors="replace")
        case "json":
            return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
        case "xml":
            return escape
        case "header":
            return lambda value: value.replace("\r", "").replace("\n", " ")
    return str
