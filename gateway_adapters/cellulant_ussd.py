"""Cellulant (Kenya) USSD: GET in, six fields between bars out.

Read 2026-11: the Vumi transport, which ran in production. The first request brings the whole
code that was dialled; an abort is a request of its own and is answered with nothing.
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
    Phase,
    Screen,
)
from gateway_adapters.ussd import dialled_in, the_screen

NOT_ABORTED = ("", "0", "null")


@dataclass(frozen=True, kw_only=True)
class CellulantUssd(HearsOnly):
    """`code`, the code that people dial (`*120*1#`), lets a longer dial bring an answer."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled("sessionID"), fields.phone("MSISDN")
        operation, text = fields["opCode"].strip().upper(), fields["INPUT"]
        if operation == "ABO" or fields.get("ABORT").strip().lower() not in NOT_ABORTED:
            return [DialogEnded(dialog_id, sender, "aborted")]
        if operation == "BEG":
            return [dialled_in(dialog_id, sender, text, self.code)]
        return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, self.code)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens)
        if screen is None:
            return HttpResponse.plain("")
        text = screen.text.replace("|", "/")  # a bar would end the field
        last = "null" if screen.more else "end"
        return HttpResponse.plain(f"1|{text}|null|null|{last}|null")
