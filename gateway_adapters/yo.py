"""Yo! Payments (Uganda): GET both ways, no reports.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names

WRONG_LOGIN = "wrong authorization code"


@dataclass(frozen=True, kw_only=True)
class Yo(FormCarrier):
    SENDER: ClassVar[Names] = ("sender", "from")
    TEXT: ClassVar[Names] = ("message",)
    RECIPIENT: ClassVar[Names] = ("dest",)
    TIME: ClassVar[Names] = ("date", "time")

    username: str = ""
    password: str = secret("")
    send_url: str = "http://smgw1.yo.co.ug:9100/sendsms"
    """One of three hosts; the others serve as a second channel."""

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "origin": message.sender.removeprefix("+"),
            "sms_content": message.text,
            "destinations": message.to.removeprefix("+"),
            "ybsacctno": self.username,
            "password": self.password,
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        try:
            found = parse_qs(response.text.strip(), max_num_fields=100)
        except ValueError as error:
            raise BadPayload("too many fields") from error
        status = found.get("ybs_autocreate_status", [""])[0]
        says = found.get("ybs_autocreate_message", [""])[0]
        if not status:
            raise BadPayload("the answer has no status")
        if "BLACKLISTED" in says.upper():
            return Refused("blacklisted", opted_out=True)
        if status == "OK":
            return Accepted()
        return ChannelBroken("wrong log-in") if WRONG_LOGIN in says else Refused("an error")
