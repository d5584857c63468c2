"""Arabia Cell (Middle East): form in, form out with an XML answer, no reports.

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
from gateway_adapters.xml import parse_xml

TAKEN = "204"


@dataclass(frozen=True, kw_only=True)
class ArabiaCell(FormCarrier):
    SENDER: ClassVar[Names] = ("M",)
    TEXT: ClassVar[Names] = ("B",)
    RECIPIENT: ClassVar[Names] = ("S",)

    username: str = ""
    password: str = secret("")
    service_id: str = ""
    charging_level: str = "0"
    send_url: str = "https://acsdp.arabiacell.net"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "userName": self.username,
            "password": self.password,
            "handlerType": "send_msg",
            "serviceId": self.service_id,
            "msisdn": message.to,
            "messageBody": message.text,
            "chargingLevel": self.charging_level,
        }
        return HttpRequest.post_form(self.send_url, form, accept="application/xml")

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = parse_xml(response.body).fields()
        if answer.filled("code") != TAKEN:
            return Refused(f"code {answer['code'].strip():.10}")
        return Accepted((answer["message_id"],) if answer.get("message_id").strip() else ())
