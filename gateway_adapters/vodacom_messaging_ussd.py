"""Vodacom Messaging (South Africa) USSD: GET in, an XML `<request>` out.

Read 2026-11: the Vumi transport, which ran in production. A first request brings what was
dialled; an answer without options ends the dialog, one hidden option takes any text.
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
from gateway_adapters.ussd import dialled_in, looks_dialled, the_screen, unsure
from gateway_adapters.xml import escape


@dataclass(frozen=True, kw_only=True)
class VodacomMessagingUssd(HearsOnly):
    """`callback_url` is this channel's own URL: each screen must name where its answer goes."""

    SETUP: ClassVar[str] = """
        Give Vodacom this URL for your code, and write it into `callback_url` too, as every screen
        of ours has to name where its answer goes:

            https://<your host>/hooks/<channel>/<secret>
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    callback_url: str
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled("ussdSessionId"), fields.phone("msisdn")
        text = fields["request"]
        return [
            unsure(
                dialled_in(dialog_id, sender, text, self.code),
                DialogInput(dialog_id, sender, Phase.CONTINUE, text, self.code),
                guess_first=looks_dialled(text),
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        options = ""
        if screen.more:
            callback = escape(self.callback_url)
            options = (
                f'\t<options>\n\t\t<option command="1" order="1" callback="{callback}"'
                ' display="False" ></option>\n\t</options>\n'
            )
        shown = f"\t<headertext>{escape(screen.text)}</headertext>\n"
        return HttpResponse.of_xml(f"<request>\n{shown}{options}</request>")
