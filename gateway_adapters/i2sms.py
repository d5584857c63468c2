"""I2SMS (Lebanon): forms both ways; its callbacks want an empty answer.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import inner, json_object

TAKEN = ("00", "000")


@dataclass(frozen=True, kw_only=True)
class I2Sms(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile",)
    TEXT: ClassVar[Names] = ("message",)
    ANSWER: ClassVar[str] = ""

    username: str = ""
    password: str = secret("")
    channel_hash: str = secret("")
    send_url: str = "https://mx2.i2sms.net/mxapi.php"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "action": "send_single",
            "mobile": message.to.removeprefix("+"),
            "channel": self.channel_hash,
            "message": message.text,
        }
        key = basic(self.username, self.password)
        return HttpRequest.post_form(self.send_url, form, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        found = json_object(response.body)
        code = inner(found).filled("error_code")
        if code not in TAKEN:
            return Refused(f"error_code {code:.10}")
        message_id = inner(found.get("result")).get("session_id")
        return Accepted((message_id,) if message_id else ())
