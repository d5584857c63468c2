"""Novo Technologies (Trinidad and Tobago): forms with a shared header in, signed GET out.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Refused,
    same_secret,
)
from gateway_adapters.contract import secret as hidden
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.origin import sign
from gateway_adapters.reading import inner, json_object


@dataclass(frozen=True, kw_only=True)
class Novo(FormCarrier):
    guards: ClassVar[tuple[str, ...]] = ("secret",)
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("to",)

    secret: str = hidden()
    """What Novo sends in the header `Authorization`."""
    merchant_id: str = ""
    merchant_secret: str = hidden("")
    base_url: str = "http://novosmstools.com/novo_te"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not same_secret(request.headers.get("authorization", ""), self.secret):
            raise NotFromCarrier("wrong Authorization")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        sender, to = message.sender.removeprefix("+"), message.to.removeprefix("+")
        params = {
            "from": sender,
            "to": to,
            "msg": message.text,
            "signature": sign(self.merchant_secret, f"{sender};{to};{message.text};").hex(),
        }
        merchant = quote(self.merchant_id, safe="")
        return HttpRequest.get(f"{self.base_url}/{merchant}/sendSMS", params)

    def verdict(self, response: HttpResponse) -> Outcome:
        """HTTP 200 also stands before errors."""
        found = inner(json_object(response.body))
        if "error" in found:
            return Refused("an error instead of a blastId")
        return Accepted((found.filled("blastid"),))
