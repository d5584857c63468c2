"""Vas2Nets (Nigeria): forms both ways; an answer quotes the message and the network it is for.

Source: praekeltfoundation/vumi, vumi/transports/vas2nets; read 2026-11.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

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
    Report,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.reading import time_as

DELIVERED = (2, 14)


@dataclass(frozen=True, kw_only=True)
class Vas2Nets(FormCarrier):
    SENDER: ClassVar[Names] = ("sender",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("destination",)
    ID: ClassVar[Names] = ("messageid",)
    TIME: ClassVar[Names] = ("time",)
    REQUIRED: ClassVar[Names] = ("destination", "messageid")
    ANSWER: ClassVar[str] = ""

    send_url: str
    username: str = ""
    password: str = secret("")
    owner: str = ""
    service: str = ""
    subservice: str = ""
    provider: str = ""
    """The network for messages that answer nobody."""
    id_header: str = "x-nth-smsid"

    def is_report(self, fields: Fields) -> bool:
        return "status" in fields

    def message(self, fields: Fields) -> Event:
        """The token for our answer is the message's id and network."""
        event = super().message(fields)
        if not isinstance(event, Message):
            return event
        token = f"{event.carrier_id}/{fields.get('provider')}"
        sender = "+" + event.sender[2:] if event.sender.startswith("00") else event.sender
        return replace(event, sender=sender, reply_token=token)

    def report(self, fields: Fields) -> Event:
        code = fields.integer("status")
        status = Status.FAILED if code < 0 else Status.SENT
        if code in DELIVERED:
            status = Status.DELIVERED
        reason = f"status {code}"[:20] if status is Status.FAILED else ""
        return Report(status, fields.filled("messageid"), reason=reason)

    def time(self, text: str) -> datetime | None:
        return time_as(text, "%Y.%m.%d %H:%M:%S")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        quoted, _, provider = message.reply_token.rpartition("/")
        form = {
            "username": self.username,
            "password": self.password,
            "owner": self.owner,
            "service": self.service,
            "subservice": self.subservice,
            "call-number": message.to.replace("+", "00", 1),
            "origin": message.sender,
            "messageid": quoted or message.our_id,
            "provider": provider or self.provider,
            "tariff": "0",
            "text": message.text,
        }
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        message_id = response.headers.get(self.id_header.lower(), "")
        return Accepted((message_id,)) if message_id else Refused("no id in the header")
