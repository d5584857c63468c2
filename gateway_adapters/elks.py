"""46elks (Sweden): forms both ways; the body of our answer would be sent to the sender.

Source: 46elks.com/docs (receive-sms, send-sms, sms-delivery-reports); read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import inner, json_object, time_as


@dataclass(frozen=True, kw_only=True)
class Elks(FormCarrier):
    SETUP: ClassVar[str] = """
        Under **Numbers**, open yours and put this into *sms_url*:

            https://<your host>/hooks/<channel>/<secret>"""

    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("message",)
    RECIPIENT: ClassVar[Names] = ("to",)
    ID: ClassVar[Names] = ("id",)
    TIME: ClassVar[Names] = ("created",)
    REPORT_ID: ClassVar[str] = "id"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "created": Status.QUEUED,
        "sent": Status.SENT,
        "delivered": Status.DELIVERED,
        "failed": Status.FAILED,
    }
    ANSWER: ClassVar[str] = ""

    api_user: str = ""
    api_password: str = secret("")
    send_url: str = "https://api.46elks.com/a1/sms"

    def message(self, fields: Fields) -> Event:
        if fields.get("direction", "incoming").lower() != "incoming":
            return Ignored("not an incoming message")
        return super().message(fields)

    def time(self, text: str) -> datetime | None:
        return time_as(text, "%Y-%m-%dT%H:%M:%S.%f") or time_as(text, "%Y-%m-%dT%H:%M:%S")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {"from": message.sender, "to": message.to, "message": message.text}
        if message.report_url:
            form["whendelivered"] = message.report_url
        key = basic(self.api_user, self.api_password)
        return HttpRequest.post_form(self.send_url, form, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        if found.get("status") == "failed":
            return Refused("failed")
        return Accepted((found.filled("id"),))

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 402:
            return ChannelBroken("HTTP 402: no credit")
        return super().refusal(response)
