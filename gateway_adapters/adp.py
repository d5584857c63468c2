"""ADP Digital, of the 2000… lines: sends by GET, answered in plain text.

Reference: https://github.com/wp-sms/wp-sms (its gateway class for ADP Digital), read 2026-11. How
it hands over received messages and reports is not published: take them with `template`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.one_by_one import OneByOne


@dataclass(frozen=True, kw_only=True)
class Adp(OneByOne):
    username: str
    password: str = secret()
    base_url: str = "https://ws.adpdigital.com/url"

    SETUP: ClassVar[str] = """
        User name and password are those of the web service. The line is written in full, `98200…`.
    """

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        asks = {
            "dstaddress": message.to.removeprefix("+"),
            "body": message.text,
            "srcaddress": message.sender,
            "clientid": message.our_id,
        }
        if not fits_gsm7(message.text):
            asks["unicode"] = "1"
        return self._get("send", asks)

    def verdict(self, response: HttpResponse) -> Outcome:
        said = response.text.strip()
        if said.isdecimal():
            return Accepted((said,))
        if "ERR" in said.upper():
            return Refused("the carrier answers ERR")
        raise BadPayload("neither an id nor ERR")

    def balance(self) -> HttpRequest | None:
        return self._get("balance", {"facility": "send"})

    def balance_from(self, response: HttpResponse) -> Balance:
        try:
            return Balance(Decimal(response.text.strip()), "IRR")
        except InvalidOperation as error:
            raise BadPayload("the balance is not a number") from error

    def _get(self, what: str, asks: Mapping[str, str]) -> HttpRequest:
        login = {"username": self.username, "password": self.password}
        return HttpRequest.get(f"{self.base_url}/{what}", login | dict(asks))
