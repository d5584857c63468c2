"""Clickatell platform: JSON in, with percent-escaped bytes for other charsets; sends by GET.

Source: docs.clickatell.com (one API, HTTP send, two-way callbacks); read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import raw
from gateway_adapters.reading import entries, inner, json_object, sms
from gateway_adapters.times import unix_time

STATUSES = {
    "1": Status.FAILED,  # unknown message
    "2": Status.QUEUED,
    "3": Status.SENT,
    "4": Status.SENT,
    "5": Status.FAILED,
    "6": Status.FAILED,
    "7": Status.FAILED,
    "8": Status.QUEUED,
    "9": Status.FAILED,
    "10": Status.EXPIRED,
    "11": Status.QUEUED,
    "12": Status.FAILED,  # no credit
    "14": Status.FAILED,  # too long
}
ESCAPED = {"utf-16be": "utf-16-be", "iso-8859-1": "latin-1"}
"""Charsets whose texts come as percent-escaped bytes, and Python's names for them."""


@dataclass(frozen=True, kw_only=True)
class Clickatell(OneByOne):
    SETUP: ClassVar[str] = """
        In your API integration, open **Two-way → Callbacks** and paste this URL for *Reply
        callback* and for *Message status notification*:

            https://<your host>/hooks/<channel>/<secret>"""

    api_key: str = secret("")
    send_url: str = "https://platform.clickatell.com/messages/http/send"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = inner(json_object(request.body))
        if "statuscode" in fields:
            return [_report(fields)]
        return [
            sms(
                fields.get("fromnumber"),
                _text(fields),
                recipient=fields.get("tonumber"),
                carrier_id=fields.get("messageid"),
                sent_at=unix_time(fields.get("timestamp")),
            )
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "apiKey": self.api_key,
            "to": message.to.removeprefix("+"),
            "content": message.text,
        }
        if message.sender:
            params["from"] = message.sender.removeprefix("+")
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        found = json_object(response.body)
        messages = [inner(entry) for entry in entries(found.get("messages"))]
        if inner(found).get("error"):
            return ChannelBroken("the integration refuses every message")
        if not messages:
            raise BadPayload("the answer has no messages")
        if messages[0].get("accepted").lower() != "true":
            return Refused("not accepted")
        return Accepted((messages[0].filled("apimessageid"),))


def _text(fields: Fields) -> str:
    charset = ESCAPED.get(fields.get("charset").strip().lower())
    if charset is None:
        return fields["text"]
    return unquote_to_bytes(raw(fields["text"].replace("+", " "))).decode(charset, "replace")


def _report(fields: Fields) -> Event:
    code = fields["statuscode"].strip()
    if (status := STATUSES.get(code)) is None:
        return Ignored("a report of an unknown status")
    reason = f"status {code}" if status not in (Status.SENT, Status.QUEUED) else ""
    return Report(status, fields.filled("messageid"), reason=reason)
