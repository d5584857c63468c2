"""Hubtel (Ghana), Programmable Services: JSON in, JSON out.

Read 2026-11: developers.hubtel.com, API Reference - Prog Services; "Timeout" was seen in
integrations. Hubtel waits two minutes for a person; the same calls come from its app and web.
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

LABEL = 30  # a title that only Hubtel's app shows


@dataclass(frozen=True, kw_only=True)
class Hubtel(HearsOnly):
    SETUP: ClassVar[str] = """
        Set the *Service Interaction URL* of your programmable service to

            https://<your host>/hooks/<channel>/<secret>

        and have your Hubtel engineer allow your address. A *Service Fulfilment URL* is for payments
        and is not needed.
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.json_fields()
        dialog_id, sender = fields.filled("SessionId"), fields.phone("Mobile")
        code, message = fields.get("ServiceCode"), fields.get("Message")
        # Sequence counts the requests of a dialog: a repeated one has the same.
        sequence = fields.get("Sequence")
        carrier_id = f"{dialog_id}/{sequence}" if sequence else ""
        match kind := fields.filled("Type").lower():
            case "initiation":
                return [opened(dialog_id, sender, message, code, carrier_id=carrier_id)]
            case "response":
                phase = Phase.CONTINUE
                return [DialogInput(dialog_id, sender, phase, message, code, carrier_id=carrier_id)]
            case "release" | "timeout":
                return [DialogEnded(dialog_id, sender, kind)]
            case _:
                return [Ignored("a type of request that was not documented")]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        answer = {
            "SessionId": request.json_fields().get("SessionId"),
            "Type": "response" if screen.more else "release",
            "Message": screen.text,
            "Label": screen.text.partition("\n")[0][:LABEL],
            "ClientState": "",
            "DataType": "input" if screen.more else "display",
            "FieldType": "text",
        }
        return HttpResponse.of_json(answer)
