"""SMS Central (Nepal): forms both ways; its answer is the HTTP status alone.

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
    secret,
)
from gateway_adapters.forms import FormCarrier, Names


@dataclass(frozen=True, kw_only=True)
class SmsCentral(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile",)
    TEXT: ClassVar[Names] = ("message",)

    username: str = ""
    password: str = secret("")
    send_url: str = "http://smail.smscentral.com.np/bp/ApiSms.php"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "user": self.username,
            "pass": self.password,
            "mobile": message.to.removeprefix("+"),
            "content": message.text,
        }
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()
