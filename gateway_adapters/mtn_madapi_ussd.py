"""MTN MADAPI USSD: JSON in, JSON out.

Read 2026-11: MTN's OpenAPI document of its USSD API. MTN's OAuth token is for pushes, which
need a subscription of their own; a dialog that a person opens needs none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Event,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Ignored,
    Phase,
    Screen,
)
from gateway_adapters.ussd import opened, the_screen

BEGIN, CONTINUE, END = "0", "1", "2"
OVER = {END: "end", "4": "cancel", "5": "timeout"}


@dataclass(frozen=True, kw_only=True)
class MtnMadapiUssd(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.json_fields()
        dialog_id, sender = fields.filled("sessionId"), fields.phone("msisdn")
        code, text = fields.get("serviceCode"), fields.get("ussdString")
        match kind := fields.filled("messageType"):
            case "0":
                return [opened(dialog_id, sender, text, code)]
            case "1":
                return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, code)]
            case _ if kind in OVER:
                return [DialogEnded(dialog_id, sender, OVER[kind])]
            case _:
                return [Ignored("a notification, or a type that was not documented")]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        fields = request.json_fields()
        screen = the_screen(events, screens) or Screen("", more=False)
        shown = {
            "inboundResponse": screen.text,
            "userInputRequired": screen.more,
            "messageType": int(CONTINUE if screen.more else END),
            "serviceCode": fields.get("serviceCode"),
            "msisdn": fields.get("msisdn"),
        }
        answer = {
            "statusCode": "0000",
            "statusMessage": "Successful",
            "transactionId": request.headers.get("transactionid") or fields.get("sessionId"),
            "data": shown,
            "_link": {"self": {"href": ""}},
        }
        return HttpResponse.of_json(answer)
