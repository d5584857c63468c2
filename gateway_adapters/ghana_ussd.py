"""Nalo, Arkesel and Moolre (Ghana): a JSON object in, the same with our text out.

Read 2026-11: Nalo's USSD API page (Postman), developers.arkesel.com, docs.moolre.com/ussd. Nalo
uses MSGTYPE both ways: true is a first request of theirs, and an answer of ours that goes on.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from gateway_adapters.contract import (
    BadPayload,
    DialogInput,
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Phase,
    Screen,
)
from gateway_adapters.ussd import dialled_in, opened, the_screen

TRUE, FALSE = ("true", "1", "yes"), ("false", "0", "no")


@dataclass(frozen=True, kw_only=True)
class UssdJson(HearsOnly):
    """`code`, the code that people dial (`*920*88#`), lets a longer dial bring an answer."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    DIALOG: ClassVar[str]
    SENDER: ClassVar[str]
    TEXT: ClassVar[str]
    FIRST: ClassVar[str]
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.json_fields()
        sender, text = fields.phone(self.SENDER), fields.get(self.TEXT)
        dialog_id, code = self.dialog_id(fields), self.code_in(fields)
        if _yes(fields, self.FIRST):
            return [self.first(dialog_id, sender, fields)]
        return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, code)]

    def dialog_id(self, fields: Fields) -> str:
        return fields.filled(self.DIALOG)

    def code_in(self, fields: Fields) -> str:
        return self.code

    def first(self, dialog_id: str, sender: str, fields: Fields) -> DialogInput:
        return dialled_in(dialog_id, sender, fields.get(self.TEXT), self.code)

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens) or Screen("", more=False)
        return HttpResponse.of_json(self.answer(request.json_fields(), screen))

    @abstractmethod
    def answer(self, fields: Fields, screen: Screen) -> Mapping[str, Any]:
        """The object that shows this screen."""


def _yes(fields: Fields, name: str) -> bool:
    given = fields[name].strip().lower()
    if given not in TRUE and given not in FALSE:
        raise BadPayload(f"field {name!r} is neither true nor false")
    return given in TRUE


@dataclass(frozen=True, kw_only=True)
class Nalo(UssdJson):
    DIALOG, SENDER, TEXT, FIRST = "SESSIONID", "MSISDN", "USERDATA", "MSGTYPE"

    def dialog_id(self, fields: Fields) -> str:
        return fields.get(self.DIALOG)  # not sent to everyone; the sender stands in

    def answer(self, fields: Fields, screen: Screen) -> Mapping[str, Any]:
        echo = {name: fields.get(name) for name in ("USERID", "MSISDN", "USERDATA")}
        return {**echo, "MSG": screen.text, "MSGTYPE": screen.more}


@dataclass(frozen=True, kw_only=True)
class Arkesel(UssdJson):
    DIALOG, SENDER, TEXT, FIRST = "sessionID", "msisdn", "userData", "newSession"

    def answer(self, fields: Fields, screen: Screen) -> Mapping[str, Any]:
        echo = {name: fields.get(name) for name in ("sessionID", "userID", "msisdn")}
        return {**echo, "message": screen.text, "continueSession": screen.more}


@dataclass(frozen=True, kw_only=True)
class Moolre(UssdJson):
    """All codes are `*203*<extension>#`; what was dialled beyond comes in a field of its own."""

    DIALOG, SENDER, TEXT, FIRST = "sessionid", "msisdn", "message", "new"

    def code_in(self, fields: Fields) -> str:
        return fields.get("extension") or self.code

    def first(self, dialog_id: str, sender: str, fields: Fields) -> DialogInput:
        return opened(dialog_id, sender, fields.get("data"), self.code_in(fields))

    def answer(self, fields: Fields, screen: Screen) -> Mapping[str, Any]:
        return {"message": screen.text, "reply": screen.more}
