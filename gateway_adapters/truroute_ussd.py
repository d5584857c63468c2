"""TruRoute USSD (South Africa, Namibia, Malawi): an XML `<ussd>` in and one out.

Read 2026-11: TNM's own public adapter for it (github.com/tnmdevs/ussd), and TruTeq's answer
types. In: 1 first, 2 answer, 3 release, 4 timeout. Out: 2 keeps the dialog open, 3 ends it.
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
    Ignored,
    Phase,
    Screen,
)
from gateway_adapters.ussd import dialled_in, the_screen
from gateway_adapters.xml import escape, parse_xml

KEEP, RELEASE = 2, 3
PREMIUM = "<premium><cost>0</cost><ref>0</ref></premium>"


@dataclass(frozen=True, kw_only=True)
class TruRoute(HearsOnly):
    """`code`, the code that people dial (`*123#`), lets a longer dial bring an answer."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        root = parse_xml(request.body)
        if root.name.lower() != "ussd":
            raise BadPayload("not a USSD request")
        fields = root.fields()
        dialog_id, sender = fields.get("sessionid").strip(), fields.phone("msisdn")
        text = fields.get("msg")
        match fields.filled("type"):
            case "1":
                return [dialled_in(dialog_id, sender, text, self.code)]
            case "2":
                return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, self.code)]
            case "3":
                return [DialogEnded(dialog_id, sender, "released")]
            case "4":
                return [DialogEnded(dialog_id, sender, "timeout")]
            case _:
                return [Ignored("a type that was not documented")]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        kind = KEEP if screen.more else RELEASE
        shown = f"<type>{kind}</type><msg>{escape(screen.text)}</msg>{PREMIUM}"
        return HttpResponse.of_xml(f"<ussd>{shown}</ussd>")
