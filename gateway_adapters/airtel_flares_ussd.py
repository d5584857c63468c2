"""Airtel (Comviva Flares 1.5 HTTP pull): GET in, plain text with `Freeflow` headers out.

Read 2026-11: the Vumi transport, which ran in production. No request says that it is the first;
the first brings the code without its star and hash, and real ones carry nameless parameters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Event,
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
from gateway_adapters.ussd import dialled_in, the_screen, unsure

_LIKE_A_CODE = re.compile(r"[0-9]{3,5}(\*[0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class AirtelFlares(HearsOnly):
    """`logs_in` false: this Airtel sends no userid and password, and our URL must be enough."""

    guards: ClassVar[tuple[str, ...]] = ("password",)
    SETUP: ClassVar[str] = """
        Give Airtel this URL for your code, for requests and for clean-ups, and agree on the
        `userid` and `password` that it sends with each (options `user` and `password`):

            https://<your host>/hooks/<channel>/<secret>

        If yours sends none, set `logs_in = false`.
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)

    user: str = ""
    password: str = secret("")
    logs_in: bool = True
    code: str = ""
    charge: bool = False
    amount: int = 0

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        fields = shown_fields(request)
        is_user = same_secret(fields.get("userid"), self.user)
        if self.logs_in and not (same_secret(fields.get("password"), self.password) and is_user):
            raise NotFromCarrier("wrong userid or password")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        dialog_id, sender = fields.filled("SessionID"), fields.phone("MSISDN")
        if "clean" in fields:
            return [DialogEnded(dialog_id, sender, f"clean-up, error {fields['error']}")]
        text, _ = fields["input"], fields["MSC"]
        return [
            unsure(
                dialled_in(dialog_id, sender, f"*{text}#", self.code),
                DialogInput(dialog_id, sender, Phase.CONTINUE, text, self.code),
                guess_first=bool(_LIKE_A_CODE.fullmatch(text)),
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        screen = the_screen(events, screens)
        if screen is None:
            return HttpResponse.plain("")
        answer = HttpResponse.plain(screen.text.lstrip("\n"))
        headers = {
            **answer.headers,
            "freeflow": "FC" if screen.more else "FB",
            "charge": "Y" if self.charge else "N",
            "amount": str(self.amount),
        }
        return HttpResponse(200, answer.body, headers)
