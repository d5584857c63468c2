"""MTN Rwanda USSD: XML-RPC `handleUSSD`, one struct in and one out, within 30 seconds.

Read 2026-11: the Vumi transport, which ran in production. No request says that it is the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    BadPayload,
    DialogInput,
    Event,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Phase,
    Screen,
)
from gateway_adapters.ussd import opened, the_screen, unsure
from gateway_adapters.xmlrpc import answer, called, fault

ECHOED = ("MSISDN", "TransactionId", "TransactionTime", "USSDEncoding", "USSDServiceCode")
FAULT = 8002


@dataclass(frozen=True, kw_only=True)
class MtnRwandaUssd(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        method, fields = called(request.body)
        if method.lower() != "handleussd":
            raise BadPayload("not a call of handleUSSD")
        dialog_id, sender = fields.filled("TransactionId"), fields.phone("MSISDN")
        code, text = fields.filled("USSDServiceCode"), fields["USSDRequestString"]
        fields.filled("TransactionTime")
        return [
            unsure(
                opened(dialog_id, sender, text, code),
                DialogInput(dialog_id, sender, Phase.CONTINUE, text, code),
                guess_first=not text or text.endswith("#"),
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        _, fields = called(request.body)
        screen = the_screen(events, screens) or Screen("", more=False)
        echo = {name: fields[name] for name in ECHOED if name in fields}
        action = "request" if screen.more else "end"
        return answer({**echo, "USSDResponseString": screen.text, "action": action})

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return fault(FAULT, "error")
