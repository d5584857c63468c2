"""A USSD gateway described by options: for operators whose interface is in their contract alone.

No operator of Iran publishes its USSD interface (looked for 2026-11), so nothing is assumed:
fields may come by GET or POST, as query, form, JSON or XML, with names in any case. The answer is
a text with `{text}`, `{dialog}`, `{sender}` and `{code}` in it, escaped as its type asks.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    NotFromCarrier,
    Phase,
    Screen,
    same_secret,
    secret,
)
from gateway_adapters.origin import shown_fields
from gateway_adapters.ussd import accumulated, looks_dialled, opened, the_screen, unsure
from gateway_adapters.xml import escape, parse_xml

_PLACE = re.compile(r"\{(text|dialog|sender|code)\}")


@dataclass(frozen=True, kw_only=True)
class UssdTemplate(HearsOnly):
    """`phase_field` empty: the carrier does not say where a request stands in its dialog."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    dialog_field: str = "sessionId"
    sender_field: str = "msisdn"
    text_field: str = "text"
    code_field: str = ""
    code: str = ""
    id_field: str = ""
    accumulates: bool = False
    phase_field: str = ""
    begins: tuple[str, ...] = ("begin", "new", "start", "1", "true")
    ends: tuple[str, ...] = ("end", "release", "abort", "timeout", "cancel")
    answer_type: str = "text/plain; charset=utf-8"
    answer_more: str = "CON {text}"
    answer_last: str = "END {text}"
    answer_none: str = ""
    proof_field: str = ""
    """A field or header in which the carrier repeats `proof`; empty: it proves nothing."""
    proof: str = secret("")

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not self.proof_field and not self.proof:
            return
        given = request.headers.get(self.proof_field.lower())
        if given is None:
            given = shown_fields(request).get(self.proof_field)
        if not same_secret(given, self.proof):
            raise NotFromCarrier("wrong shared secret")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = _fields(request)
        sender = fields.phone(self.sender_field)
        dialog_id = fields.filled(self.dialog_field) if self.dialog_field else ""
        phase = fields[self.phase_field].strip().lower() if self.phase_field else ""
        if phase and phase in self.ends:
            return [DialogEnded(dialog_id, sender, phase)]
        return [self._input(dialog_id, sender, phase, fields)]

    def _input(self, dialog_id: str, sender: str, phase: str, fields: Fields) -> DialogInput:
        text = fields[self.text_field]
        code = (fields.get(self.code_field) if self.code_field else "") or self.code
        carrier_id = fields.get(self.id_field) if self.id_field else ""
        if self.accumulates:
            return accumulated(dialog_id, sender, code, text)
        first = opened(dialog_id, sender, text, code, carrier_id=carrier_id)
        later = DialogInput(dialog_id, sender, Phase.CONTINUE, text, code, carrier_id=carrier_id)
        if self.phase_field:
            return first if phase in self.begins else later
        return unsure(first, later, guess_first=looks_dialled(text))

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen, fields = the_screen(events, screens), _fields(request)
        form = self.answer_none
        if screen:
            form = self.answer_more if screen.more else self.answer_last
        values = {
            "text": screen.text if screen else "",
            "dialog": fields.get(self.dialog_field),
            "sender": fields.get(self.sender_field),
            "code": fields.get(self.code_field) or self.code,
        }
        filled = _PLACE.sub(lambda place: self._escaped(values[place[1]]), form)
        return HttpResponse(200, filled.encode(), {"content-type": self.answer_type})

    def _escaped(self, value: str) -> str:
        if "json" in self.answer_type:
            return json.dumps(value, ensure_ascii=False)[1:-1]
        return escape(value) if "xml" in self.answer_type else value


def _fields(request: HttpRequest) -> Fields:
    if request.body.lstrip()[:1] == b"<":
        return parse_xml(request.body).fields()
    return request.any_fields()
