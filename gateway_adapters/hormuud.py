"""Hormuud (Somalia): POST with the message in the query; JSON out with a token log-in.

Source: public payloads in nyaruka/courier's tests; read 2026-11. Its times cannot be relied on.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Self

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.reading import inner, json_object


@dataclass(frozen=True, kw_only=True)
class Hormuud(FormCarrier):
    SENDER: ClassVar[Names] = ("Sender",)
    TEXT: ClassVar[Names] = ("MessageText",)
    RECIPIENT: ClassVar[Names] = ("ShortCode",)

    username: str = ""
    password: str = secret("")
    base_url: str = "https://smsapi.hormuud.com"
    access_token: str = secret("")
    """Filled by the log-in; leave it out."""

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "mobile": message.to.removeprefix("+"),
            "message": message.text,
            "senderid": message.sender,
            "mType": -1,
            "eType": -1,
            "UDH": "",
        }
        key = f"Bearer {self.access_token}"
        return HttpRequest.post_json(f"{self.base_url}/api/SendSMS", payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        message_id = inner(json_object(response.body).get("data")).get("messageid")
        return Accepted((message_id,) if message_id else ())

    def login(self) -> HttpRequest | None:
        form = {"Username": self.username, "Password": self.password, "grant_type": "password"}
        return HttpRequest.post_form(f"{self.base_url}/token", form)

    def logged_in(self, response: HttpResponse) -> tuple[Self, timedelta]:
        if not 200 <= response.status < 300:
            raise BadPayload(f"the log-in was refused: HTTP {response.status}")
        found = inner(json_object(response.body))
        lasts = found.get("expires_in")
        seconds = int(lasts) if lasts.isdecimal() and len(lasts) < 8 else 3600
        return replace(self, access_token=found.filled("access_token")), timedelta(seconds=seconds)
