"""Requests and answers as JSON lines, read by an adapter: what `muster carriers parse` prints."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from gateway_adapters.contract import (
    Accepted,
    Adapter,
    BadPayload,
    DialogInput,
    Event,
    HttpRequest,
    HttpResponse,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Refused,
    TryLater,
    dialled_suffix,
    settled,
)
from gateway_adapters.describe import tells
from gateway_adapters.http import FORM
from gateway_adapters.options import BadOptions, build
from gateway_adapters.registry import UnknownCarrier, find
from gateway_adapters.times import iso_time, unix_time

KINDS = {
    "Message": "message",
    "Report": "report",
    "DialogInput": "dialog",
    "DialogEnded": "dialog_ended",
    "OptedOut": "opted_out",
    "OptedIn": "opted_in",
    "Ignored": "ignored",
}
OUTCOMES = {
    "Accepted": "accepted",
    "Refused": "refused",
    "TryLater": "try_later",
    "ChannelBroken": "channel_broken",
    "Unclear": "unclear",
}
EXPECTED = (BadOptions, BadPayload, NotFromCarrier, UnknownCarrier)
SECRET_WORDS = ("secret", "auth_token", "signing_key", "public_key_b64")
STAYS = ("text", "input")  # printed even when empty


# --- parse ----------------------------------------------------------------------------------


def parse(name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Read one request; a refusal is a result like any other."""
    try:
        adapter = _adapter(name, line)
        request = _request(line)
        if line.get("authenticate"):
            adapter.authenticate(request, _public_url(line, request), _now(line.get("now")))
        events = tells(adapter, request, _messages(line) or [_message(0, {})])
        events = _after(line, adapter, events)
    except EXPECTED as error:
        return {"error": type(error).__name__, "reason": str(error)}
    return {"events": [_event(event) for event in events]}


def _adapter(name: str, line: Mapping[str, Any]) -> Adapter:
    kind, preset = find(name)
    options = dict(line.get("options") or {})
    known = {field.name for field in fields(kind)}
    for word in SECRET_WORDS:  # a scheme's own word for its secret stands for the one guard
        if word in options and word not in known and kind.guards:
            options[kind.guards[0]] = options.pop(word)
    return build(kind, options, lenient=True, preset=preset)


def _request(line: Mapping[str, Any]) -> HttpRequest:
    headers = _headers(line)
    content_type = line.get("content_type") or headers.get("content-type") or ""
    if content_type:
        headers["content-type"] = str(content_type)
    body = _body(line, content_type)
    query = line.get("query") or ""
    query = _encoded(query) if isinstance(query, Mapping | list) else str(query).lstrip("?")
    url = str(line.get("path") or "/")
    if query:
        url += ("&" if "?" in url else "?") + query
    method = str(line.get("method") or ("POST" if body else "GET")).upper()
    return HttpRequest(method, url, headers, body)


def _headers(line: Mapping[str, Any]) -> dict[str, str]:
    given = line.get("headers") or {}
    return {str(key).lower(): str(value) for key, value in given.items()}


def _body(line: Mapping[str, Any], content_type: str) -> bytes:
    if line.get("body_base64"):
        return base64.b64decode(line["body_base64"])
    match line.get("body"):
        case None:
            return b""
        case str(text):
            return text.encode("utf-8", "surrogatepass")
        case dict() as values if content_type.startswith(FORM):
            return _encoded(values).encode()
        case value:
            return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _encoded(values: Any) -> str:
    return urlencode(values, doseq=True, encoding="utf-8", errors="replace")


def _public_url(line: Mapping[str, Any], request: HttpRequest) -> str:
    """The URL as called from outside; an origin alone is completed with path and query."""
    given = str(line.get("public_url") or "")
    parts = urlsplit(given)
    if not given:
        return request.url
    if parts.path in ("", "/") and not parts.query and request.path != "/":
        return f"{parts.scheme}://{parts.netloc}{request.url}"
    if request.query_string and not parts.query:
        return f"{given}?{request.query_string}"
    return given


def _now(given: object) -> datetime | None:
    if isinstance(given, str):
        return iso_time(given)
    return unix_time(given) if isinstance(given, int | float) else None


def _after(line: Mapping[str, Any], adapter: Adapter, events: Sequence[Event]) -> Sequence[Event]:
    """Read what was typed since the request before, where the line tells it."""
    if "previous_params" not in line:
        return events
    before = _typed_before(line, adapter)
    return [_since(event, before) if isinstance(event, DialogInput) else event for event in events]


def _since(event: DialogInput, before: str | None) -> DialogInput:
    """With nothing before, only a carrier that offers both readings needs to be told so."""
    if event.typed_so_far is None or (before is None and event.otherwise is None):
        return event
    if before and before.startswith("*"):  # with the code before it, as Advanta writes it
        beyond = dialled_suffix(before, event.recipient)
        before = before if beyond is None else beyond
    return settled(event, before)


def _typed_before(line: Mapping[str, Any], adapter: Adapter) -> str | None:
    """The text of the request before: given as it is, or as that request's own parameters."""
    given = line["previous_params"]
    if given is None or not (isinstance(given, Mapping) or "=" in str(given)):
        return None if given is None else str(given)
    place = "body" if line.get("body") else "query"
    try:
        events = adapter.receive(_request({**line, place: given}))
    except BadPayload:
        return str(given)
    typed = [event.typed_so_far for event in events if isinstance(event, DialogInput)]
    return (typed[0] if typed else None) or ""


def _event(event: Event) -> dict[str, Any]:
    name = type(event).__name__
    return {"kind": KINDS[name], **{key: _plain(key, value) for key, value in _items(event)}}


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(value, field.name)) for field in fields(value)]


def _plain(key: str, value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case "" if key not in STAYS:
            return None
        case str():
            return str(value)
        case None | bool():
            return value
        case part:
            return dict(_items(part))


# --- outcome --------------------------------------------------------------------------------


def outcome(name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Read the answer to a send, of one message or of as many as the line or the answer says."""
    try:
        outcomes = _outcomes(_adapter(name, line), _response(line), line)
    except (BadOptions, UnknownCarrier) as error:
        return {"error": type(error).__name__, "reason": str(error)}
    except BadPayload as error:
        return {**_blank(), "outcome": "unclear", "reason": str(error)}
    results = [_outcome(each) for each in outcomes]
    return results[0] if len(results) == 1 else {**results[0], "outcomes": results}


def _response(line: Mapping[str, Any]) -> HttpResponse:
    headers = _headers(line)
    return HttpResponse(int(line.get("status") or 200), _body(line, "application/json"), headers)


def _outcomes(
    adapter: Adapter, response: HttpResponse, line: Mapping[str, Any]
) -> Sequence[Outcome]:
    """Ask the adapter; where nothing says how many messages went out, try what fits."""
    if messages := _messages(line):
        return adapter.outcomes(response, messages)
    first: BadPayload | None = None
    for count in range(1, adapter.batch_size + 1):
        try:
            return adapter.outcomes(response, [_message(index, {}) for index in range(count)])
        except BadPayload as error:
            first = first or error
    raise first or BadPayload("no messages")


def _messages(line: Mapping[str, Any]) -> list[OutboundMessage]:
    given = line.get("messages")
    found = given if isinstance(given, list) else []
    return [_message(index, each) for index, each in enumerate(found) if isinstance(each, dict)]


def _message(index: int, given: Mapping[str, Any]) -> OutboundMessage:
    number = index + 1
    known = {field.name for field in fields(OutboundMessage)}
    made: dict[str, Any] = {"our_id": str(number), "to": f"+98912000{number:04}", "text": "-"}
    return OutboundMessage(
        **{"number": number, **made, **{k: v for k, v in given.items() if k in known}}
    )


def _blank() -> dict[str, Any]:
    return {"outcome": "", "carrier_ids": [], "opted_out": False, "reason": None}


def _outcome(result: Outcome) -> dict[str, Any]:
    shown = {**_blank(), "outcome": OUTCOMES[type(result).__name__]}
    match result:
        case Accepted(carrier_ids):
            shown["carrier_ids"] = list(carrier_ids)
        case Refused(reason, opted_out):
            shown |= {"reason": reason, "opted_out": opted_out}
        case TryLater(reason, after):
            shown |= {"reason": reason, "after": after.total_seconds() if after else None}
        case other:
            shown["reason"] = other.reason
    return shown
