"""ThinQ, now Commio (US): forms in, with numbers in their national ten digits; JSON out.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import inner, json_object, sms


@dataclass(frozen=True, kw_only=True)
class ThinQ(FormCarrier):
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("message",)
    REPORT_ID: ClassVar[str] = "guid"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "delivrd": Status.DELIVERED,
        "expired": Status.EXPIRED,
        "deleted": Status.FAILED,
        "undeliv": Status.FAILED,
        "unknown": Status.FAILED,
        "rejectd": Status.REJECTED,
    }

    account_id: str = ""
    api_user: str = ""
    api_token: str = secret("")
    base_url: str = "https://api.thinq.com"

    def message(self, fields: Fields) -> Event:
        """A picture's `message` is where it lies, not a text."""
        text = fields["message"] if fields.get("type", "sms").lower() == "sms" else ""
        sender = fields.get("from").strip()
        national = len(sender) == 10 and sender.isdigit()
        return sms(f"+1{sender}" if national else sender, text, recipient=fields.get("to"))

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        account = quote(self.account_id, safe="")
        payload = {
            "from_did": message.sender.removeprefix("+1"),
            "to_did": message.to.removeprefix("+1").removeprefix("+"),
            "message": message.text,
        }
        url = f"{self.base_url}/account/{account}/product/origination/sms/send"
        key = basic(self.api_user, self.api_token)
        return HttpRequest.post_json(url, payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body)).filled("guid"),))
