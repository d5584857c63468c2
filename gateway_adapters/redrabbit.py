"""Red Rabbit, Javna's gateway (Jordan): sends by GET; nothing comes in.

Source: public payloads in nyaruka/courier's tests (retired there in 2024); read 2026-11.
"""

from dataclasses import dataclass

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    secret,
)
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.one_by_one import OneByOne

LONG, UNICODE, LONG_UNICODE = "5", "9", "10"


@dataclass(frozen=True, kw_only=True)
class RedRabbit(OneByOne):
    username: str = ""
    password: str = secret("")
    send_url: str = "http://http1.javna.com/epicenter/GatewaySendG.asp"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "LoginName": self.username,
            "Password": self.password,
            "Tracking": "1",
            "Mobtyp": "1",
            "MessageRecipients": message.to.removeprefix("+"),
            "MessageBody": message.text,
            "SenderName": message.sender.removeprefix("+"),
        }
        if kind := _kind(message.text):
            params["MsgTyp"] = kind
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        if "SENT" not in response.text.upper():
            raise BadPayload("an answer that is not SENT")
        return Accepted()


def _kind(text: str) -> str:
    if fits_gsm7(text):
        return LONG if len(text) > 160 else ""
    return LONG_UNICODE if len(text) > 70 else UNICODE
