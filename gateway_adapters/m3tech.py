"""M3Tech (Pakistan): POST with the message in the query; GET out, no reports.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.reading import any_case, entries, inner

UNICODE, PLAIN = "7", "0"


@dataclass(frozen=True, kw_only=True)
class M3Tech(FormCarrier):
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("to",)
    ANSWER: ClassVar[str] = "SMS Accepted"

    username: str = ""
    password: str = secret("")
    auth_key: str = "m3-Tech"
    send_url: str = "https://secure.m3techservice.com/GenericServiceRestAPI/api/SendSMS"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "AuthKey": self.auth_key,
            "UserId": self.username,
            "Password": self.password,
            "MobileNo": message.to.removeprefix("+"),
            "MsgId": message.our_id,
            "SMS": message.text,
            "MsgHeader": message.sender.removeprefix("+"),
            "SMSType": PLAIN if fits_gsm7(message.text) else UNICODE,
            "HandsetPort": "0",
            "SMSChannel": "0",
            "Telco": "0",
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        answers = entries(any_case(response.body))
        if not answers:
            raise BadPayload("an empty answer")
        code = inner(answers[0]).filled("response")
        return Accepted() if code == "0" else Refused(f"response {code:.10}")
