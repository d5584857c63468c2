"""Integrat HIGATE (South Africa) USSD: XML events in, each screen by a call of its own.

Read 2026-11: the Vumi transport, which ran in production. Every dialog opens with three events;
only `Open` counts, `New` and the text `REQ` say the same again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    DialogEnded,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Phase,
    Refused,
    Screen,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.ussd import dialled_in
from gateway_adapters.xml import escape, parse_xml

KEEP, CLOSE = 0, 1


@dataclass(frozen=True, kw_only=True)
class IntegratHigate(OneByOne):
    """`code`, the code that people dial (`*120*44#`), lets a longer dial bring an answer."""

    SETUP: ClassVar[str] = """
        Give Integrat this URL for your code; `url`, `user` and `password` of HIGATE come from them:

            https://<your host>/hooks/<channel>/<secret>
    """
    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    inline_screens: ClassVar[bool] = False

    url: str
    user: str
    password: str = secret()
    code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        root = parse_xml(request.body)
        event, context = root.first("OnUSSEvent"), root.first("USSContext")
        if event is None or context is None:
            return [Ignored("not a USSD event")]
        about = Fields.of(context.attributes.items())
        dialog_id, sender = about.filled("SessionID"), about.phone("MSISDN")
        dialled, text = about.filled("ConnStr"), root.value("USSText").strip()
        match event.attributes.get("type", "").lower():
            case "new":
                return [Ignored("Open says it better")]
            case "request" if text == "REQ":
                return [Ignored("Open says it better")]
            case "open":
                return [dialled_in(dialog_id, sender, dialled, self.code)]
            case "close":
                return [DialogEnded(dialog_id, sender, "closed")]
            case _:
                first = dialled_in(dialog_id, sender, dialled, self.code)
                return [replace(first, phase=Phase.CONTINUE, input=text)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain("")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        flags, dialog = KEEP if message.more else CLOSE, escape(message.dialog_id)
        body = (
            f'<Message><Version Version="1.0" />'
            f'<Request Flags="{flags}" SessionID="{dialog}" Type="USSReply">'
            f'<UserID Orientation="TR">{escape(self.user)}</UserID>'
            f"<Password>{escape(self.password)}</Password>"
            f'<USSText Type="TEXT">{escape(message.text)}</USSText></Request></Message>'
        )
        headers = {"content-type": "text/xml; charset=utf-8"}
        return HttpRequest("POST", self.url, headers, body.encode())

    def verdict(self, response: HttpResponse) -> Outcome:
        root = parse_xml(response.body)
        answer = root.first("Response")
        if answer is None:
            raise BadPayload("not an answer of HIGATE")
        if answer.attributes.get("status_code") == "0":
            return Accepted()
        fields = [node.attributes for node in root.all("field")]
        reasons = [f"{each.get('name')}: {each.get('value')}" for each in fields]
        return Refused(", ".join(reasons) or "refused without a reason")
