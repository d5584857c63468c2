"""Burst SMS, also called TransmitSMS (Australia): callbacks by GET, sends as forms.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import inner, json_object


@dataclass(frozen=True, kw_only=True)
class BurstSms(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile",)
    TEXT: ClassVar[Names] = ("response",)
    RECIPIENT: ClassVar[Names] = ("longcode",)
    REPORT_ID: ClassVar[str] = "message_id"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "delivered": Status.DELIVERED,
        "pending": Status.SENT,
        "soft-bounce": Status.FAILED,
        "hard-bounce": Status.FAILED,
    }

    api_key: str = ""
    api_secret: str = secret("")
    send_url: str = "https://api.transmitsms.com/send-sms.json"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "to": message.to.removeprefix("+"),
            "message": message.text,
            "from": message.sender.removeprefix("+"),
        }
        key = basic(self.api_key, self.api_secret)
        return HttpRequest.post_form(self.send_url, form, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        message_id = inner(json_object(response.body)).get("message_id").strip()
        return Accepted((message_id,)) if message_id not in ("", "0") else Refused("no message_id")
