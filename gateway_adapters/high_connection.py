"""High Connection (France): Latin-1 forms in, GET out, reports keyed by our own id.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
from gateway_adapters.reading import time_as

FAILED = ("2", "11", "12", "13", "14", "15", "16")


@dataclass(frozen=True, kw_only=True)
class HighConnection(FormCarrier):
    SENDER: ClassVar[Names] = ("FROM",)
    TEXT: ClassVar[Names] = ("MESSAGE",)
    RECIPIENT: ClassVar[Names] = ("TO",)
    ID: ClassVar[Names] = ("ID",)
    TIME: ClassVar[Names] = ("RECEPTION_DATE",)
    ENCODING: ClassVar[str] = "iso-8859-1"
    REPORT_OUR_ID: ClassVar[str] = "ret_id"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "4": Status.SENT,
        "6": Status.DELIVERED,
        **dict.fromkeys(FAILED, Status.FAILED),
    }

    username: str = ""
    password: str = secret("")
    send_url: str = "https://highpushfastapi-v2.hcnx.eu/api"

    def time(self, text: str) -> datetime | None:
        return time_as(text, "%Y-%m-%dT%H:%M:%S")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "accountid": self.username,
            "password": self.password,
            "text": message.text,
            "to": message.to,
            "ret_id": message.our_id,
            "datacoding": "8",
        }
        if message.report_url:
            params |= {"ret_url": message.report_url, "ret_mo_url": message.report_url}
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        """Its answer is the HTTP status alone."""
        return Accepted()
