"""Gateways that speak USSD as Africa's Talking does: flat fields in, `CON` or `END` out.

Read 2026-11: docs of Advanta, Bonga (Olivetree), Crossgate, Hellio, Mobilesasa, Techsavanna; for
Safaricom the Vumi transport, which ran in production. None of them proves its origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from gateway_adapters.contract import (
    DialogInput,
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Phase,
    Screen,
    dialled_suffix,
)
from gateway_adapters.ussd import accumulated, con_or_end, looks_dialled, opened, unsure


@dataclass(frozen=True, kw_only=True)
class UssdForm(HearsOnly):
    """The names of the fields, and whether the text repeats everything typed so far."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    DIALOG: ClassVar[str]
    SENDER: ClassVar[str]
    CODE: ClassVar[str]
    TEXT: ClassVar[str]
    ACCUMULATES: ClassVar[bool] = True

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled(self.DIALOG), fields.phone(self.SENDER)
        return [self.read(dialog_id, sender, fields.filled(self.CODE), fields)]

    def read(self, dialog_id: str, sender: str, code: str, fields: Fields) -> DialogInput:
        text = fields[self.TEXT]
        if self.ACCUMULATES:
            return accumulated(dialog_id, sender, code, text)
        return unsure(
            opened(dialog_id, sender, text, code),
            DialogInput(dialog_id, sender, Phase.CONTINUE, text, code),
            guess_first=looks_dialled(text),
        )

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return con_or_end(events, screens)


@dataclass(frozen=True, kw_only=True)
class Advanta(UssdForm):
    """INPUT holds the code too: `*415*33*1#`."""

    DIALOG, SENDER, CODE, TEXT = "SESSIONID", "MSISDN", "USSDCODE", "INPUT"


@dataclass(frozen=True, kw_only=True)
class Bonga(UssdForm):
    DIALOG, SENDER, CODE, TEXT = "session_id", "mobile_number", "service_code", "message"
    ACCUMULATES = False


@dataclass(frozen=True, kw_only=True)
class Crossgate(UssdForm):
    DIALOG, SENDER, CODE, TEXT = "session_id", "msisdn", "service_code", "ussd_string"


@dataclass(frozen=True, kw_only=True)
class Hellio(UssdForm):
    DIALOG, SENDER, CODE, TEXT = "sessionId", "phoneNumber", "serviceCode", "text"


@dataclass(frozen=True, kw_only=True)
class Mobilesasa(UssdForm):
    DIALOG, SENDER, CODE, TEXT = "sessionId", "phoneNumber", "serviceCode", "text"


@dataclass(frozen=True, kw_only=True)
class Techsavanna(UssdForm):
    DIALOG, SENDER, CODE, TEXT = "SESSIONID", "MSISDN", "USSDCODE", "INPUT"
    ACCUMULATES = False


@dataclass(frozen=True, kw_only=True)
class Safaricom(UssdForm):
    """DEST is the bare number (`167`); the first value of USSD_PARAMS was dialled with it.

    `code` says how far the code goes (`*167*7#`), if not up to that first value.
    """

    DIALOG, SENDER, CODE, TEXT = "SESSION_ID", "ORIG", "DEST", "USSD_PARAMS"
    code: str = ""

    def read(self, dialog_id: str, sender: str, code: str, fields: Fields) -> DialogInput:
        typed = fields[self.TEXT]
        dialled = f"*{code}*{typed}#" if typed else f"*{code}#"
        if (beyond := dialled_suffix(dialled, self.code)) is not None:
            return accumulated(dialog_id, sender, self.code, beyond)
        first = DialogInput(dialog_id, sender, Phase.BEGIN, "", dialled, typed)
        head, more, _ = typed.partition("*")
        later = replace(
            first,
            phase=Phase.CONTINUE,
            input=typed.rpartition("*")[2],
            recipient=f"*{code}*{head}#" if head else f"*{code}#",
        )
        return unsure(first, later, guess_first=not more)
