"""Infobip SMS API v3: many messages or reports in one JSON request; we choose the message ids.

Source: infobip/infobip-api-python-client and infobip.com/docs/api/channels/sms; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    Adapter,
    BadPayload,
    Balance,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotKnown,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
    by_http_status,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.reading import (
    any_case,
    decimal,
    each,
    entries,
    inner,
    json_object,
    rfc3339,
    sms,
)

GROUPS = {
    "PENDING": Status.QUEUED,
    "UNDELIVERABLE": Status.FAILED,
    "DELIVERED": Status.DELIVERED,
    "EXPIRED": Status.EXPIRED,
    "REJECTED": Status.REJECTED,
}
GROUP_NAMES = {
    "1": "PENDING",
    "2": "UNDELIVERABLE",
    "3": "DELIVERED",
    "4": "EXPIRED",
    "5": "REJECTED",
}
WITH_OPERATOR = "DELIVERED_TO_OPERATOR"

REFUSALS: Mapping[str, type[TryLater] | type[ChannelBroken]] = {
    "REJECTED_SYSTEM_ERROR": TryLater,
    "REJECTED_NOT_ENOUGH_CREDITS": ChannelBroken,
    "REJECTED_PREPAID_PACKAGE_EXPIRED": ChannelBroken,
    "REJECTED_SENDER": ChannelBroken,
}
"""What is not about this one message; every other refusal is."""

TAKEN_BEFORE = "REJECTED_DUPLICATE_MESSAGE_ID"
"""The ids are ours, so an earlier try of the same message arrived."""


@dataclass(frozen=True, kw_only=True)
class Infobip(Adapter):
    SETUP: ClassVar[str] = """
        Under **Numbers**, open your number, add an *SMS* keyword or default *Forward action*
        *to HTTP*, method POST, with the URL

            https://<your host>/hooks/<channel>/<secret>

        Reports come to the URL that is given with each message; nothing is to be set for them.
        `base_url` is the personal one that the portal's home page shows."""

    batch_size: ClassVar[int] = 100
    api_key: str = secret("")
    username: str = ""
    password: str = secret("")
    base_url: str = "https://api.infobip.com"
    transliteration: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body)
        if not isinstance(results := found.get("results"), list):
            raise BadPayload("no field 'results'")
        return each(results, _event)

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        payload = {"messages": [self._message(message) for message in messages]}
        url = f"{self.base_url}/sms/3/messages"
        return HttpRequest.post_json(url, payload, authorization=self._key())

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        if said := by_http_status(response):
            return [said] * len(messages)
        found = entries(json_object(response.body).get("messages"))
        if len(found) != len(messages):
            raise BadPayload("the answer is about other messages")
        by_id = {inner(entry).get("messageid"): entry for entry in found}
        in_order = zip(messages, found, strict=True)
        return [_outcome(by_id.get(message.our_id, entry)) for message, entry in in_order]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        url = f"{self.base_url}/sms/3/logs?messageId={quote(message.our_id)}"
        return HttpRequest.get(url, {}, authorization=self._key())

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        """The log may lag behind, so what it does not show is not known to be missing."""
        if said := by_http_status(response):
            return Unclear(f"no look-up: {type(said).__name__}")
        for entry in entries(json_object(response.body).get("results")):
            if inner(entry).get("messageid") == message.our_id:
                return _outcome(entry)
        return Unclear("not in the log")

    def balance(self) -> HttpRequest | None:
        url = f"{self.base_url}/account/1/balance"
        return HttpRequest.get(url, {}, authorization=self._key())

    def balance_from(self, response: HttpResponse) -> Balance:
        found = inner(any_case(response.body))
        return Balance(decimal(found["balance"]), found.get("currency"))

    def _key(self) -> str:
        return f"App {self.api_key}" if self.api_key else basic(self.username, self.password)

    def _message(self, message: OutboundMessage) -> Mapping[str, Any]:
        content = {"text": message.text}
        if self.transliteration:
            content["transliteration"] = self.transliteration
        payload: dict[str, Any] = {
            "sender": message.sender.removeprefix("+"),
            "destinations": [
                {"to": message.to.removeprefix("+"), "messageId": message.our_id},
            ],
            "content": content,
        }
        if message.report_url:
            delivery = {"url": message.report_url, "intermediateReport": True}
            delivery["contentType"] = "application/json"
            payload["webhooks"] = {"delivery": delivery}
        if message.expires_in:
            minutes = max(1, round(message.expires_in.total_seconds() / 60))
            period = {"amount": minutes, "timeUnit": "MINUTES"}
            payload["options"] = {"validityPeriod": period}
        return payload


def _event(entry: Any) -> Event:
    fields = inner(entry)
    if "status" in fields:
        return _report(fields, inner(entry["status"]), inner(entry.get("error")))
    if not (text := _text(entry, fields)).strip():
        return Ignored("an empty text")
    return sms(
        fields.get("from") or fields.get("sender"),
        text,
        recipient=fields.get("to"),
        carrier_id=fields.get("messageid"),
        sent_at=rfc3339(fields.get("receivedat")),
    )


def _text(entry: Mapping[str, Any], fields: Fields) -> str:
    """`text` keeps the keyword that `cleanText` has lost; MMS come as a list of contents."""
    if "text" in fields or "message" not in fields:
        return fields["text"]
    parts = [inner(part) for part in entries(entry["message"])]
    return "\n".join(part["value"] for part in parts if "value" in part)


def _status(status: Fields) -> Status | None:
    if status.get("name").upper() == WITH_OPERATOR:
        return Status.SENT
    group = status.get("groupname").upper() or GROUP_NAMES.get(status.get("groupid"), "")
    return GROUPS.get(group)


def _report(fields: Fields, status: Fields, error: Fields) -> Event:
    message_id = fields.filled("messageid")
    if (reached := _status(status)) is None:
        return Ignored("a report of an unknown status")
    failed = reached in (Status.FAILED, Status.EXPIRED, Status.REJECTED)
    reason = (error.get("name") or status.get("name")) if failed else ""
    return Report(reached, message_id, reason=reason[:60], recipient=fields.get("to"))


def _outcome(entry: Any) -> Outcome:
    status = inner(entry.get("status") if isinstance(entry, Mapping) else None)
    name = status.get("name")
    ids = (inner(entry).get("messageid"),) if inner(entry).get("messageid") else ()
    match _status(status):
        case Status.QUEUED | Status.SENT | Status.DELIVERED:
            return Accepted(ids)
        case None:
            return Unclear("a status that is not in the manual")
        case _ if name == TAKEN_BEFORE:
            return Accepted(ids)
        case reached:
            return REFUSALS.get(name, Refused)(name or reached)
