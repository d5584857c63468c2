"""TrueAfrican (Uganda) USSD: XML-RPC calls `USSD.INIT`, `USSD.CONT` and `USSD.END`.

Read 2026-11: the Vumi transport, which ran in production. Only the first call brings the number
and the code; later ones have the dialog's id alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    BadPayload,
    DialogEnded,
    DialogInput,
    Event,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Phase,
    Screen,
)
from gateway_adapters.ussd import dialled_in, the_screen
from gateway_adapters.xmlrpc import answer, called, fault

BAD_CALL = 400


@dataclass(frozen=True, kw_only=True)
class TrueAfricanUssd(HearsOnly):
    """`code`, the code that people dial (`*23#`), lets a longer dial bring an answer."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        method, fields = called(request.body)
        dialog_id = fields.filled("session")
        match method.upper():
            case "USSD.INIT":
                dialled = fields.filled("shortcode")
                return [dialled_in(dialog_id, fields.phone("msisdn"), dialled, self.code)]
            case "USSD.CONT":
                sender = fields.get("msisdn")
                text = fields["response"]
                return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, self.code)]
            case "USSD.END":
                return [DialogEnded(dialog_id, fields.get("msisdn"), "end")]
            case _:
                raise BadPayload("not a USSD call")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens)
        if screen is None:
            return answer({})
        _, fields = called(request.body)
        kind = "cont" if screen.more else "end"
        return answer({"session": fields["session"], "type": kind, "message": screen.text})

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return fault(BAD_CALL, reason)
