"""HollaTags (Nigeria) USSD: GET in, JSON out, at most 160 characters a screen.

Read 2026-11: docs.hollatags.com/ussd/inbound. session_type 1 asks for input, 4 shows and ends.
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

ASK, SHOW_AND_END = 1, 4


@dataclass(frozen=True, kw_only=True)
class HollaTags(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled("session_id"), fields.phone("session_msisdn")
        code, text = fields.get("session_from"), fields.get("session_msg")
        match fields.filled("session_operation").lower():
            case "begin":
                return [opened(dialog_id, sender, text, code)]
            case "continue":
                return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, code)]
            case "end":
                return [DialogEnded(dialog_id, sender, "end")]
            case _:
                return [Ignored("an operation that was not documented")]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        answer = {
            "session_operation": "continue" if screen.more else "end",
            "session_type": ASK if screen.more else SHOW_AND_END,
            "session_id": request.any_fields().get("session_id"),
            "session_msg": screen.text,
        }
        return HttpResponse.of_json(answer)
