"""Oltranz (Rwanda): JSON with Africa's Talking's names, but the text is the last input alone.

Read 2026-11: Oltranz' USSD document. The answer is their own object with ours filled in.
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
from gateway_adapters.ussd import looks_dialled, opened, the_screen, unsure


@dataclass(frozen=True, kw_only=True)
class Oltranz(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.json_fields()
        dialog_id, sender = fields.filled("sessionId"), fields.phone("phoneNumber")
        code, text = fields.get("serviceCode"), fields.get("text")
        # `newRequest` was 0 in a first request of their own document, so only a 1 is believed.
        first = fields.get("newRequest").lower() in ("1", "true") or looks_dialled(text)
        return [
            unsure(
                opened(dialog_id, sender, text, code),
                DialogInput(dialog_id, sender, Phase.CONTINUE, text, code),
                guess_first=first,
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        answer = {
            **request.json_object(),
            "response": screen.text,
            "action": "CON" if screen.more else "END",
            "newRequest": 0 if screen.more else 1,
        }
        return HttpResponse.of_json(answer)
