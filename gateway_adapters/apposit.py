"""Apposit (Ethiopia): forms both ways; errors are six digits in the body.

Source: praekeltfoundation/vumi, vumi/transports/apposit; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    Screen,
    TryLater,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names

ERRORS: Mapping[str, type[Refused] | type[ChannelBroken] | type[TryLater]] = {
    **dict.fromkeys([f"10200{last}" for last in range(1, 7)], ChannelBroken),  # log-in, service
    "102007": Refused,  # content not set
    "102008": Refused,  # to not set
    "102009": ChannelBroken,  # from not set
    "102010": ChannelBroken,  # channel not set
    "102011": ChannelBroken,  # invalid channel
    "102012": Refused,  # the address is not subscribed
    "102013": Refused,  # content id not approved
    "102014": Refused,
    "102015": Refused,
    "102022": Refused,  # failed while sending
    "102024": ChannelBroken,  # routing not allowed for the service
    "102025": Refused,  # content not approved
    "102999": TryLater,  # other runtime error
}


@dataclass(frozen=True, kw_only=True)
class Apposit(FormCarrier):
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("content",)
    RECIPIENT: ClassVar[Names] = ("to",)
    REQUIRED: ClassVar[Names] = ("to", "channel")

    send_url: str
    username: str = ""
    password: str = secret("")
    service_id: str = ""

    def message(self, fields: Fields) -> Event:
        if fields.get("channel", "SMS").upper() != "SMS":
            return Ignored("not an SMS")
        return super().message(fields)

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_json({"message_id": ""})

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "username": self.username,
            "password": self.password,
            "serviceId": self.service_id,
            "fromAddress": message.sender,
            "toAddress": message.to.removeprefix("+"),
            "content": message.text,
            "channel": "SMS",
        }
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()

    def refusal(self, response: HttpResponse) -> Outcome | None:
        code = response.text.strip()
        if response.status >= 300 and code in ERRORS:
            return ERRORS[code](f"code {code}")
        return super().refusal(response)
