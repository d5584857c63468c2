"""FarazSMS (iranpayamak.com): sends only; what it tells us of received messages is not published.

Reference: the drivers of https://github.com/amyavari/iran-sms-laravel, read 2026-11; the vendor's
own pages could not be reached. Despite old documents this is no longer IPPanel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    by_http_status,
    secret,
)
from gateway_adapters.http import national
from gateway_adapters.json_answers import inner, json_object, number
from gateway_adapters.one_by_one import OneByOne


@dataclass(frozen=True, kw_only=True)
class FarazSms(OneByOne):
    api_key: str = secret()
    base_url: str = "https://api.iranpayamak.com/ws/v1"
    broken_words: tuple[str, ...] = ("auth", "credit", "اعتبار")
    """In an error's text, what is about the account; `auth` is known, the others assumed."""

    SETUP: ClassVar[str] = """
        Make an API key in the panel. Nothing is known of how it forwards received messages: if
        the panel lets you write a URL, take them on a second channel with the `template` adapter.
    """

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        asks = {
            "text": message.text,
            "line_number": message.sender,
            "recipients": [national(message.to)],
            "number_format": "english",
            "schedule": None,
        }
        return HttpRequest.post_json(f"{self.base_url}/sms/simple", asks, api_key=self.api_key)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        try:
            said = json_object(response)
        except BadPayload:
            return by_http_status(response)
        if said.get("status") != "error" or response.status == 429:
            return by_http_status(response)
        reason = str(said.get("messages"))[:80]
        if any(word in reason.lower() for word in self.broken_words):
            return ChannelBroken(reason)
        return by_http_status(response) or Refused(reason)

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = json_object(response)
        if answer.get("status") != "success":
            raise BadPayload("neither success nor error")
        carrier_id = number(answer, "data")
        return Accepted((str(carrier_id),) if carrier_id else ())

    def balance(self) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base_url}/account/balance", {}, api_key=self.api_key)

    def balance_from(self, response: HttpResponse) -> Balance:
        data: dict[str, Any] = inner(json_object(response), "data")
        names: Sequence[str] = ("balanceamount", "balance_amount")
        return Balance(Decimal(number(data, next((n for n in names if n in data), ""))), "IRR")
