"""Messangi (Jamaica and the Caribbean): form in, signed path out with an XML answer.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

import base64
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

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
from gateway_adapters.origin import raw, sign
from gateway_adapters.xml import parse_xml


@dataclass(frozen=True, kw_only=True)
class Messangi(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile",)
    TEXT: ClassVar[Names] = ("mo",)

    instance_id: int = 0
    carrier_number: int = 0
    """The carrier id that Messangi gave with the instance."""
    public_key: str = ""
    private_key: str = secret("")
    send_url: str = "https://flow.messangi.me/mmc/rest/api/sendMT"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        line = quote(message.sender.removeprefix("+"), safe="")
        to = quote(message.to.removeprefix("+"), safe="")
        text = base64.urlsafe_b64encode(raw(message.text)).decode().rstrip("=")
        params = f"{self.instance_id}/{line}/{self.carrier_number}/{to}/{text}"
        signature = sign(self.private_key, params).hex()
        return HttpRequest.get(f"{self.send_url}/{params}/{self.public_key}/{signature}", {})

    def verdict(self, response: HttpResponse) -> Outcome:
        status = parse_xml(response.body).fields().filled("status")
        return Accepted() if status == "OK" else Refused(f"status {status:.20}")
