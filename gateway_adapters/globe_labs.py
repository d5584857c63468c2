"""Globe Labs (Philippines): GSMA OneAPI lists of messages in, JSON out, no reports.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each, entries, inner, json_object, sms, time_as


@dataclass(frozen=True, kw_only=True)
class GlobeLabs(OneByOne):
    app_id: str = ""
    app_secret: str = secret("")
    passphrase: str = secret("")
    base_url: str = "https://devapi.globelabs.com.ph/smsmessaging/v1/outbound"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body).get("inboundsmsmessagelist")
        if not isinstance(found, dict) or "inboundsmsmessage" not in found:
            raise BadPayload("no list of messages")
        return each(entries(found["inboundsmsmessage"]), _event)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        line = quote(message.sender.removeprefix("+"), safe="")
        payload = {
            "address": message.to.removeprefix("+"),
            "message": message.text,
            "passphrase": self.passphrase,
            "app_id": self.app_id,
            "app_secret": self.app_secret,
        }
        return HttpRequest.post_json(f"{self.base_url}/{line}/requests", payload)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()


def _event(entry: Any) -> Event:
    fields = inner(entry)
    return sms(
        fields.get("senderaddress"),
        fields["message"],
        recipient=fields.get("destinationaddress"),
        carrier_id=fields.get("messageid"),
        sent_at=_time(fields.get("datetime")),
    )


def _time(text: str) -> datetime | None:
    """Read "Fri Nov 22 2013 12:12:13 GMT+0000 (UTC)", as browsers write it."""
    return time_as(text.partition("(")[0], "%a %b %d %Y %H:%M:%S GMT%z")
