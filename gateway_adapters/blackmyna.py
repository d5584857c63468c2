"""Black Myna (Nepal): GET in, forms out; codes of reports are Kannel's.

Source: public payloads in nyaruka/courier's tests (retired there in 2024); read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import any_case, entries, inner


@dataclass(frozen=True, kw_only=True)
class BlackMyna(FormCarrier):
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("to",)
    REPORT_ID: ClassVar[str] = "id"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "1": Status.DELIVERED,
        "2": Status.FAILED,
        "8": Status.SENT,
        "16": Status.FAILED,
    }

    username: str = ""
    password: str = secret("")
    send_url: str = "http://api.blackmyna.com/2/smsmessaging/outbound"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "address": message.to,
            "senderaddress": message.sender,
            "message": message.text,
        }
        key = basic(self.username, self.password)
        return HttpRequest.post_form(self.send_url, form, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        answers = entries(any_case(response.body))
        return Accepted((inner(answers[0] if answers else None).filled("id"),))
