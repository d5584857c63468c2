"""Mtech (Nigeria) USSD: an XML `<page>` in and one out; no navigation in ours ends the dialog.

Read 2026-11: the Vumi transport, which ran in production. Only the first page brings the number
and the gate; page 0 also came in the middle of a dialog; a `<status>` is a kind of cancel.
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
    Phase,
    Screen,
)
from gateway_adapters.ussd import opened, the_screen
from gateway_adapters.xml import escape, parse_xml

FREE_TEXT = '<navigation><link accesskey="*" pageId="indexX" /></navigation>'


@dataclass(frozen=True, kw_only=True)
class MtechUssd(HearsOnly):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        root = parse_xml(request.body)
        if root.name.lower() != "page":
            raise BadPayload("not a page")
        fields = root.fields()
        dialog_id, sender = fields.filled("session_id"), fields.get("mobile_number").strip()
        if "status" in fields:
            return [DialogEnded(dialog_id, sender, "cancelled")]
        page, text, gate = fields.filled("page_id"), fields["data"], fields.get("gate")
        if page == "0" and sender:
            return [opened(dialog_id, fields.phone("mobile_number"), text, gate)]
        return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, gate)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        dialog_id = parse_xml(request.body).fields()["session_id"]
        screen = the_screen(events, screens)
        shown = ""
        if screen:  # a line end anywhere in the page breaks it
            lines = [escape(line) for line in screen.text.splitlines()]
            shown = f"<div>{'<br />'.join(lines)}</div>{FREE_TEXT if screen.more else ''}"
        page = f'<page version="2.0"><session_id>{escape(dialog_id)}</session_id>{shown}</page>'
        return HttpResponse.of_xml(f"<?xml version='1.0' encoding='UTF-8'?>{page}")

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.plain("", 400)
