"""mTech (Kenya) SMS: POST with everything in the query, both ways.

Source: praekeltfoundation/vumi, vumi/transports/mtech_kenya; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from gateway_adapters.contract import (
    Accepted,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Message,
    OutboundMessage,
    Outcome,
    Refused,
    Screen,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names


@dataclass(frozen=True, kw_only=True)
class MtechKenya(FormCarrier):
    SENDER: ClassVar[Names] = ("MSISDN",)
    TEXT: ClassVar[Names] = ("MESSAGE",)
    RECIPIENT: ClassVar[Names] = ("shortCode",)
    ID: ClassVar[Names] = ("messageID",)
    REQUIRED: ClassVar[Names] = ("shortCode", "messageID")

    send_url: str
    username: str = ""
    password: str = secret("")
    in_body: bool = False
    """Their second version wants the fields as a form, not in the query."""

    def message(self, fields: Fields) -> Event:
        event = super().message(fields)
        link_id = fields.get("linkID")
        return replace(event, reply_token=link_id) if isinstance(event, Message) else event

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_json({"message_id": request.fields().get("messageID")})

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        fields = {
            "user": self.username,
            "pass": self.password,
            "messageID": message.our_id,
            "shortCode": message.sender,
            "MSISDN": message.to.removeprefix("+"),
            "MESSAGE": message.text,
        }
        if message.reply_token:
            fields["linkID"] = message.reply_token
        if self.in_body:
            return HttpRequest.post_form(self.send_url, fields)
        return HttpRequest.post_form(f"{self.send_url}?{urlencode(fields)}", {})

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 403:
            return Refused("invalid mobile number")
        return super().refusal(response)
