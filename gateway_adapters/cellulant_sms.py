"""Cellulant SMS (Kenya): GET both ways, with noise of the same names in two cases; no reports.

Source: praekeltfoundation/vumi, vumi/transports/cellulant; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    Screen,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names

TAKEN = "1"
BROKEN = ("E1", "E2", "1005")
"""Wrong log-in, no credit, a source address that is not ours."""
REFUSED = ("E0",)


@dataclass(frozen=True, kw_only=True)
class CellulantSms(FormCarrier):
    SENDER: ClassVar[Names] = ("SOURCEADDR",)
    TEXT: ClassVar[Names] = ("MESSAGE",)
    RECIPIENT: ClassVar[Names] = ("DESTADDR",)
    ID: ClassVar[Names] = ("ID",)
    REQUIRED: ClassVar[Names] = ("DESTADDR", "ID")

    send_url: str
    username: str = ""
    password: str = secret("")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_json({"message_id": request.fields().get("ID")})

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "username": self.username,
            "password": self.password,
            "source": message.sender,
            "destination": message.to.removeprefix("+"),
            "message": message.text,
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        match response.text.strip():
            case code if code == TAKEN:
                return Accepted()
            case code if code in BROKEN:
                return ChannelBroken(f"code {code}")
            case code if code in REFUSED:
                return Refused(f"code {code}")
            case _:
                raise BadPayload("a code that is not in the manual")
