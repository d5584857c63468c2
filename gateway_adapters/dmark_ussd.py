"""Dmark (Uganda) USSD: GET in, JSON out.

Read 2026-11: the interface as the Vumi transport documents it. `response` says if a request is
an answer, but nobody relied on it there, so an open dialog overrules it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    DialogInput,
    Event,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Phase,
    Screen,
)
from gateway_adapters.ussd import opened, the_screen, unsure


@dataclass(frozen=True, kw_only=True)
class DmarkUssd(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled("transactionId"), fields.phone("msisdn")
        code, text = fields["ussdServiceCode"], fields["ussdRequestString"]
        return [
            unsure(
                opened(dialog_id, sender, text, code),
                DialogInput(dialog_id, sender, Phase.CONTINUE, text, code),
                guess_first=fields["response"].strip().lower() != "true",
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        action = "request" if screen.more else "end"
        return HttpResponse.of_json({"responseString": screen.text, "action": action})
