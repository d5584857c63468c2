"""mtarget (France): forms in, long messages in parts that we join; GET out.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Message,
    OptedOut,
    OutboundMessage,
    Outcome,
    Part,
    Refused,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.reading import entries, inner, json_object


@dataclass(frozen=True, kw_only=True)
class Mtarget(FormCarrier):
    SENDER: ClassVar[Names] = ("Msisdn",)
    TEXT: ClassVar[Names] = ("Content",)
    ID: ClassVar[Names] = ("MsgId",)
    REPORT_ID: ClassVar[str] = "MsgId"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {
        "0": Status.QUEUED,
        "1": Status.QUEUED,
        "2": Status.SENT,
        "3": Status.DELIVERED,
        "4": Status.FAILED,
        "6": Status.FAILED,
    }

    username: str = ""
    password: str = secret("")
    service_id: str = ""
    """Empty: the line itself."""
    send_url: str = "https://api-public.mtarget.fr/api-sms.json"

    def message(self, fields: Fields) -> Event:
        event = super().message(fields)
        if not isinstance(event, Message):
            return event
        if fields.get("Keyword").lower() == "stop":
            return OptedOut(event.sender, event.recipient, event.carrier_id)
        return replace(event, part=_part(fields)) if "msglong.id" in fields else event

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "username": self.username,
            "password": self.password,
            "msisdn": message.to,
            "msg": message.text,
            "serviceid": self.service_id or message.sender.removeprefix("+"),
            "allowunicode": "true",
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        results = entries(json_object(response.body).get("results"))
        result = inner(results[0] if results else None)
        ticket = result.get("ticket")
        if result.filled("code") == "0" and ticket not in ("", "null"):
            return Accepted((ticket,))
        return Refused(f"code {result['code']:.10}")


def _part(fields: Fields) -> Part:
    number, total = fields.integer("msglong.msgref"), fields.integer("msglong.msgcount")
    if not 1 <= number <= total <= 255:
        raise BadPayload("a part that cannot be")
    return Part(fields["msglong.id"], number, total)
