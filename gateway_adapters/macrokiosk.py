"""Macrokiosk BOLD (Malaysia, Thailand, Viet Nam): forms in, JSON out, local times.

Source: public payloads in nyaruka/courier's tests; read 2026-11. It wants the answer "-1".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
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
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.reading import inner, json_object, sms, time_as

KUALA_LUMPUR = timezone(timedelta(hours=8))
PAIRS = (("shortcode", "from"), ("longcode", "msisdn"))
"""Who wrote to which line: the names go together."""
PLAIN, UNICODE = "0", "5"


@dataclass(frozen=True, kw_only=True)
class Macrokiosk(FormCarrier):
    SENDER: ClassVar[Names] = ("from", "msisdn")
    TEXT: ClassVar[Names] = ("text",)
    REPORT_ID: ClassVar[str] = "msgid"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "accepted": Status.SENT,
        "delivered": Status.DELIVERED,
        "undelivered": Status.FAILED,
        "processing": None,
    }
    ANSWER: ClassVar[str] = "-1"

    username: str = ""
    password: str = secret("")
    sender_id: str = ""
    """The alphanumeric sender that was registered; empty sends from the line itself."""
    service_id: str = ""
    send_url: str = "https://www.etracker.cc/bulksms/send"

    def message(self, fields: Fields) -> Event:
        for line, sender in PAIRS:
            if fields.get(line).strip() and fields.get(sender).strip():
                return sms(
                    fields[sender],
                    fields["text"],
                    recipient=fields[line],
                    carrier_id=fields.get("msgid"),
                    sent_at=self.time(fields.get("time")),
                )
        raise BadPayload("neither shortcode and from nor longcode and msisdn")

    def time(self, text: str) -> datetime | None:
        """Read "2016-03-3019:33:06": a space between day and hour is often lost."""
        return time_as(text.replace(" ", "").replace("T", ""), "%Y-%m-%d%H:%M:%S", KUALA_LUMPUR)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "user": self.username,
            "pass": self.password,
            "to": message.to.removeprefix("+"),
            "text": message.text,
            "from": self.sender_id or message.sender.removeprefix("+"),
            "servid": self.service_id,
            "type": PLAIN if fits_gsm7(message.text) else UNICODE,
        }
        return HttpRequest.post_json(self.send_url, payload)

    def verdict(self, response: HttpResponse) -> Outcome:
        message_id = inner(json_object(response.body)).get("msgid")
        return Accepted((message_id,) if message_id else ())
