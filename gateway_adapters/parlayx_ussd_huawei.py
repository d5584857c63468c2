"""ParlayX USSD of Huawei's SDP (MTN in many countries): SOAP in, each screen by its own call.

Read 2026-11: the Vumi transport and public clients of it. `senderCB` is the dialog's id; our
calls name it on both sides, as those clients did in production.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters import soap
from gateway_adapters.contract import (
    BadPayload,
    DialogEnded,
    DialogInput,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Phase,
    Screen,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.ussd import opened

NOTIFICATION = f"{soap.SCHEMA}/ussd/notification/v1_0/local"
SEND = f"{soap.SCHEMA}/ussd/send/v1_0/local"
BEGIN, CONTINUE, END = "0", "1", "2"  # msgType
ASK, SHOW = 1, 3  # ussdOpType


@dataclass(frozen=True, kw_only=True)
class ParlayXUssd(OneByOne):
    """`code_scheme` 68 is what MTN's own requests carry; 15 is the default GSM alphabet."""

    SETUP: ClassVar[str] = """
        Ask the operator to register this endpoint for your service code (`startUSSDNotification`):

            https://<your host>/hooks/<channel>/<secret>

        `sp_id`, `service_id` and `password` come with the contract, `url` is its SendUssd service
        (port 8310, `/SendUssdService/services/SendUssd`, as a rule).
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    inline_screens: ClassVar[bool] = False

    sp_id: str
    password: str = secret()
    service_id: str
    service_code: str
    url: str
    code_scheme: int = 68

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        element, _ = soap.opened(request.body)
        fields = element.fields()
        match element.name.lower():
            case "notifyussdreception":
                pass
            case "notifyussdabort":
                reason = fields.get("abortReason")
                return [DialogEnded(fields.filled("senderCB"), fields.get("msIsdn"), reason)]
            case name:
                raise BadPayload(f"no handler for {name[:40]}")
        dialog_id, sender = fields.filled("senderCB"), fields.phone("msIsdn")
        code, text = fields.get("serviceCode"), fields["ussdString"]
        match fields.filled("msgType"):
            case "0":
                return [opened(dialog_id, sender, text, code)]
            case "1":
                return [DialogInput(dialog_id, sender, Phase.CONTINUE, text, code)]
            case "2":
                return [DialogEnded(dialog_id, sender, "ended")]
            case _:
                raise BadPayload("msgType is none of 0, 1 and 2")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        element, _ = soap.opened(request.body)
        result = "<loc:result>0</loc:result>" if "reception" in element.name.lower() else ""
        body = f"<loc:{element.name}Response>{result}</loc:{element.name}Response>"
        return HttpResponse.of_xml(soap.envelope(body, NOTIFICATION))

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return soap.fault(reason)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        subscriber = message.to.lstrip("+")
        body = soap.elements(
            msgType=CONTINUE if message.more else END,
            senderCB=message.dialog_id,
            receiveCB=message.dialog_id,
            ussdOpType=ASK if message.more else SHOW,
            msIsdn=subscriber,
            serviceCode=self.service_code,
            codeScheme=self.code_scheme,
            ussdString=message.text,
        )
        header = soap.huawei_header(
            self.sp_id, self.password, self.service_id, subscriber=subscriber
        )
        whole = soap.envelope(f"<loc:sendUssd>{body}</loc:sendUssd>", SEND, header)
        return soap.post(self.url, whole)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        """Faults come with HTTP 500 and say more than the status."""
        return None if b"Envelope" in response.body else super().refusal(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        return soap.outcome(response)
