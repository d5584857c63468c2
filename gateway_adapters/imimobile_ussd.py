"""IMIMobile USSD: GET in, plain text with an `X-USSD-SESSION` header out.

Read 2026-11: the Vumi transport, which ran in production. There is no dialog id and no code, no
request says that it is the first, and a person's hang-up is known by its text alone.
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
from gateway_adapters.ussd import opened, the_screen, unsure


@dataclass(frozen=True, kw_only=True)
class ImiMobileUssd(HearsOnly):
    """`abort_text` is how the text of a hang-up begins; `code` is ours, as none is sent."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    code: str = ""
    abort_text: str = "Map Dialog User Abort User Reason"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        sender, text, _ = fields.phone("msisdn"), fields["msg"], fields.filled("tid")
        if self.abort_text and text.lower().startswith(self.abort_text.lower()):
            return [DialogEnded("", sender, "the person ended it")]
        return [
            unsure(
                opened("", sender, text, self.code),
                DialogInput("", sender, Phase.CONTINUE, text, self.code),
                guess_first=True,
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        answer = HttpResponse.plain(screen.text)
        headers = {**answer.headers, "x-ussd-session": "1" if screen.more else "0"}
        return HttpResponse(200, answer.body, headers)
