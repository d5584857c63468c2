"""Bongo Live, now Beem (Tanzania): messages and reports as forms on one URL, told by `msgtype`.

Source: public payloads in nyaruka/courier's tests; read 2026-11. Names come in either case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.reading import entries, inner, json_object

MESSAGE, REPORT = "1", "5"


@dataclass(frozen=True, kw_only=True)
class BongoLive(FormCarrier):
    SENDER: ClassVar[Names] = ("sourceaddr",)
    TEXT: ClassVar[Names] = ("message",)
    RECIPIENT: ClassVar[Names] = ("destaddr",)
    ID: ClassVar[Names] = ("id",)
    REPORT_ID: ClassVar[str] = "dlrid"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "1": Status.DELIVERED,
        "2": Status.SENT,
        "8": Status.SENT,
        **dict.fromkeys(["3", "4", "5", "6", "7", "9", "10", "11"], Status.FAILED),
    }
    ANSWER: ClassVar[str] = ""

    username: str = ""
    password: str = secret("")
    send_url: str = "https://api.blsmsgw.com:8443/bin/send.json"

    def is_report(self, fields: Fields) -> bool:
        return fields.get("msgtype").strip() == REPORT

    def message(self, fields: Fields) -> Event:
        if fields.filled("msgtype") != MESSAGE:
            return Ignored("neither a message nor a report")
        return super().message(fields)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "USERNAME": self.username,
            "PASSWORD": self.password,
            "SOURCEADDR": message.sender.removeprefix("+"),
            "DESTADDR": message.to.removeprefix("+"),
            "MESSAGE": message.text,
            "DLR": "1",
        }
        if not fits_gsm7(message.text):
            params["CHARCODE"] = "2"
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        results = entries(json_object(response.body).get("results"))
        result = inner(results[0] if results else None)
        if result.filled("status") != "0":
            return Refused(f"status {result['status']:.10}")
        return Accepted((result["msgid"],) if result.get("msgid") else ())
