"""IdeaBiz (Dialog, Sri Lanka) USSD over GSMA OneAPI: the send side, all that is documented.

Read 2026-11: docs.ideabiz.lk/APIs/USSD. What a person types comes to our URL in a form that their
page does not show, so this channel can open dialogs (`mtinit`) but not hold one by itself.
"""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    secret,
)
from gateway_adapters.one_by_one import OneByOne


@dataclass(frozen=True, kw_only=True)
class IdeaBizUssd(OneByOne):
    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    inline_screens: ClassVar[bool] = False

    short_code: str
    token: str = secret()
    keyword: str = ""
    version: str = "v1"
    url: str = "https://ideabiz.lk/apicall/ussd"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        address = f"tel:{message.to}"
        action = ("mtcont" if message.more else "mtfin") if message.dialog_id else "mtinit"
        asked = {
            "address": address,
            "shortCode": f"tel:{self.short_code}",
            "keyword": self.keyword,
            "outboundUSSDMessage": message.text,
            "clientCorrelator": message.our_id,
            "responseRequest": {"notifyURL": message.report_url, "callbackData": message.our_id},
            "ussdAction": action,
        }
        return HttpRequest.post_json(
            f"{self.url}/{self.version}/outbound/{quote(address)}",
            {"outboundUSSDMessageRequest": asked},
            authorization=f"Bearer {self.token}",
            accept="application/json",
        )

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()
