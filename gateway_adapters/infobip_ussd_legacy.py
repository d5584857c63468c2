"""Infobip's earlier USSD API: JSON to `<our URL>/session/<id>/start`, `/response` and `/end`.

Read 2026-11: the Vumi transport, which ran in production. Errors are said inside an HTTP 200.
Infobip's USSD of today is documented to customers only.
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
from gateway_adapters.ussd import opened, the_screen

OK, BAD = 200, 400


@dataclass(frozen=True, kw_only=True)
class InfobipUssdLegacy(HearsOnly):
    SETUP: ClassVar[str] = """
        Give Infobip this as the base URL of your service; it appends `/session/<id>/start` and
        the like:

            https://<your host>/hooks/<channel>/<secret>
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        dialog_id, action = _place(request)
        if action == "end":
            return [DialogEnded(dialog_id, "", "end")]
        if action == "status":
            return [Ignored("a question whether the dialog is open")]
        fields = request.json_fields()
        sender, code, text = fields.phone("msisdn"), fields.get("shortCode"), fields["text"]
        if action == "start":
            return [opened(dialog_id, sender, text, code)]
        return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, code)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens)
        said = {"responseExitCode": OK, "responseMessage": ""}
        if screen:
            return HttpResponse.of_json(
                {"shouldClose": not screen.more, "ussdMenu": screen.text, **said}
            )
        if any(isinstance(event, Ignored) for event in events):  # who asks cannot be told
            said = {"responseExitCode": BAD, "responseMessage": "status is not kept here"}
        return HttpResponse.of_json(said)

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.of_json({"responseExitCode": BAD, "responseMessage": reason})


def _place(request: HttpRequest) -> tuple[str, str]:
    """The dialog's id and what is happening to it, the last two words of the path."""
    words = [word for word in request.path.split("/") if word]
    if len(words) < 3 or words[-3].lower() != "session":
        raise BadPayload("the path names no dialog")
    if (action := words[-1].lower()) not in ("start", "response", "end", "status"):
        raise BadPayload("the path names nothing that can happen to a dialog")
    return words[-2], action
