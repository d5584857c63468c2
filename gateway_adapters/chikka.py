"""Chikka (Philippines): forms both ways; an answer must quote the request that it answers.

Source: public payloads in nyaruka/courier's tests (retired there in 2024); read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.reading import sms
from gateway_adapters.times import unix_time


@dataclass(frozen=True, kw_only=True)
class Chikka(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile_number",)
    TEXT: ClassVar[Names] = ("message",)
    REPORT_OUR_ID: ClassVar[str] = "message_id"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "sent": Status.SENT,
        "failed": Status.FAILED,
    }
    ANSWER: ClassVar[str] = "Accepted"

    client_id: str = ""
    secret_key: str = secret("")
    request_cost: str = "FREE"
    send_url: str = "https://post.chikka.com/smsapi/request"

    def is_report(self, fields: Fields) -> bool:
        return fields.get("message_type").lower() == "outgoing"

    def message(self, fields: Fields) -> Event:
        if fields["message_type"].lower() != "incoming":
            return Ignored("neither a message nor a report")
        request_id = fields.filled("request_id")
        return sms(
            fields.get("mobile_number"),
            fields.get("message"),
            recipient=fields.get("shortcode"),
            carrier_id=request_id,
            sent_at=self.time(fields.get("timestamp")),
            reply_token=request_id,
        )

    def time(self, text: str) -> datetime | None:
        return unix_time(text)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "message_type": "REPLY" if message.reply_token else "SEND",
            "mobile_number": message.to.removeprefix("+"),
            "shortcode": message.sender.removeprefix("+"),
            "message_id": message.our_id,
            "message": message.text,
            "request_cost": self.request_cost,
            "client_id": self.client_id,
            "secret_key": self.secret_key,
        }
        if message.reply_token:
            form["request_id"] = message.reply_token
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()
