"""Dmark Mobile (Uganda): forms both ways; reports come to a URL that carries our own id.

Source: public payloads in nyaruka/courier's tests; read 2026-11. Codes of reports are Kannel's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

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
from gateway_adapters.reading import inner, json_object


@dataclass(frozen=True, kw_only=True)
class Dmark(FormCarrier):
    SENDER: ClassVar[Names] = ("msisdn",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("short_code",)
    TIME: ClassVar[Names] = ("tstamp",)
    REPORT_OUR_ID: ClassVar[str] = "uuid"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "1": Status.DELIVERED,
        "2": Status.FAILED,
        "4": Status.QUEUED,
        "8": Status.SENT,
        "16": Status.REJECTED,
    }

    auth_token: str = secret("")
    send_url: str = "https://smsapi1.dmarkmobile.com/sms/"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "sender": message.sender.removeprefix("+"),
            "receiver": message.to.removeprefix("+"),
            "text": message.text,
        }
        if message.report_url:
            mark = "&" if "?" in message.report_url else "?"
            our_id = quote(message.our_id, safe="")
            form["dlr_url"] = f"{message.report_url}{mark}uuid={our_id}&status=%s"
        key = f"Token {self.auth_token}"
        return HttpRequest.post_form(self.send_url, form, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body)).filled("sms_id"),))
