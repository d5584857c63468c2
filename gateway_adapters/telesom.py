"""Telesom (Somaliland): form or GET in; forms out, signed with the day's date.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.origin import raw


@dataclass(frozen=True, kw_only=True)
class Telesom(FormCarrier):
    SENDER: ClassVar[Names] = ("mobile",)
    TEXT: ClassVar[Names] = ("msg",)

    username: str = ""
    password: str = secret("")
    private_key: str = secret("")
    country_code: str = "252"
    send_url: str = "http://telesom.com/sendsms"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        to = "0" + message.to.removeprefix("+").removeprefix(self.country_code)
        sender = message.sender.removeprefix("+")
        day = (message.at or datetime.now(UTC)).astimezone(UTC).strftime("%d/%m/%Y")
        signed = [self.username, self.password, to, message.text, sender, day, self.private_key]
        key = md5(raw("|".join(signed)), usedforsecurity=False).hexdigest().upper()
        form = {"to": to, "from": sender, "msg": message.text, "key": key}
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted() if "Success" in response.text else Refused("not a Success")
