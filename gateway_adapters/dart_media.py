"""Dart Media (Indonesia) and its twin Hub9: GET in both directions, senders may be masked.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
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

TAKEN = "000"
ACCOUNT_CODES = ("001", "101")
"""Wrong log-in; account expired or parameters that it may not use."""


@dataclass(frozen=True, kw_only=True)
class DartMedia(FormCarrier):
    SENDER: ClassVar[Names] = ("original",)
    TEXT: ClassVar[Names] = ("message",)
    ANSWER: ClassVar[str] = "000"
    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "hub9": {"send_url": "http://175.103.48.29:28078/testing/smsmt.php"},
    }

    username: str = ""
    password: str = secret("")
    send_url: str = "http://202.43.169.11/APIhttpU/receive2waysms.php"

    def is_report(self, fields: Fields) -> bool:
        return "status" in fields and not fields.get("original")

    def message(self, fields: Fields) -> Event:
        """The sender may be an opaque id of the carrier's, which can be answered all the same."""
        sender, line = fields.filled("original"), fields.filled("sendto")
        return Message(sender, fields["message"], line, fields.get("messageid").strip())

    def report(self, fields: Fields) -> Event:
        code = fields.integer("status")
        our_id = fields.filled("messageid").partition(".")[0]
        if not any(letter.isdigit() for letter in our_id):
            raise BadPayload("the report is not about one of our ids")
        delivered, failed = 10 <= code <= 12, code > 20
        status = Status.DELIVERED if delivered else Status.FAILED if failed else Status.SENT
        return Report(status, our_id=our_id, reason=f"status {code}" if failed else "")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "userid": self.username,
            "password": self.password,
            "sendto": message.to.removeprefix("+"),
            "original": message.sender.removeprefix("+"),
            "udhl": "0",
            "dcs": "0",
            "message": message.text,
            "messageid": message.our_id,
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        code = response.text.strip()[:3]
        if len(code) != 3:
            raise BadPayload("the answer has no code")
        if code == TAKEN:
            return Accepted()
        return ChannelBroken(f"code {code}") if code in ACCOUNT_CODES else Refused("another code")
