"""hSenid TAP USSD (Ideamart in Sri Lanka, mSpace, BDApps): JSON in, each screen by its own call.

Read 2026-11: docs.ideamart.io USSD API and response codes. Numbers are masked (`tel:5C74B588F97`)
and stay as they are; applications are told apart by their id, not by the code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    DialogEnded,
    DialogInput,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Phase,
    Refused,
    Screen,
    TryLater,
    secret,
)
from gateway_adapters.http import Fields, parse_json
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.ussd import looks_dialled

TRY_LATER = {"E1315", "E1316", "E1318", "E1319", "E1363", "E1364", "E1600", "E1603"}
BROKEN = {"E1301", "E1302", "E1303", "E1304", "E1305", "E1306", "E1307", "E1309", "E1310"} | {
    "E1311",
    "E1313",
    "E1381",
    "E1383",
}
OPTED_OUT = {"E1342"}


@dataclass(frozen=True, kw_only=True)
class HsenidTap(OneByOne):
    SETUP: ClassVar[str] = """
        In the application's USSD settings give this URL for messages from people, and list the
        address that we send from among the allowed hosts:

            https://<your host>/hooks/<channel>/<secret>

        `application_id` and `password` were given when the application was provisioned.
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    inline_screens: ClassVar[bool] = False

    application_id: str
    password: str = secret()
    url: str = "https://api.ideamart.io/ussd/send"
    encoding: str = "440"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.json_fields()
        dialog_id = fields.filled("sessionId")
        sender = fields.filled("sourceAddress")
        text, carrier_id = fields.get("message"), fields.get("requestId")
        match fields.filled("ussdOperation").lower():
            case "mo-init":
                text = "" if looks_dialled(text) else text
                phase = Phase.BEGIN
            case "mo-cont":
                phase = Phase.CONTINUE
            case "mo-fin":
                return [DialogEnded(dialog_id, sender, "mo-fin")]
            case _:
                return [Ignored("an operation that was not documented")]
        return [DialogInput(dialog_id, sender, phase, text, carrier_id=carrier_id)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_json({"statusCode": "S1000", "statusDetail": "Success"})

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.of_json({"statusCode": "E1312", "statusDetail": reason}, 400)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        operation = "mt-cont" if message.more else "mt-fin"
        to = message.to if message.to.startswith("tel:") else f"tel:{message.to.lstrip('+')}"
        payload = {
            "applicationId": self.application_id,
            "password": self.password,
            "version": "1.0",
            "message": message.text,
            "sessionId": message.dialog_id,
            "ussdOperation": operation if message.dialog_id else "mt-init",
            "destinationAddress": to,
            "encoding": self.encoding,
        }
        return HttpRequest.post_json(self.url, payload)

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = parse_json(response.body)
        fields = Fields.of(answer.items() if isinstance(answer, dict) else [])
        code = fields.filled("statusCode").upper()
        reason = f"{code} {fields.get('statusDetail')}".strip()
        if code.startswith("S"):
            return Accepted(tuple(filter(None, [fields.get("requestId")])))
        if code in TRY_LATER:
            return TryLater(reason)
        if code in BROKEN:
            return ChannelBroken(reason)
        return Refused(reason, opted_out=code in OPTED_OUT)
