"""JustCall (US): messages and reports in one JSON shape, told apart by their direction.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, sms, time_as

STATUSES = {
    "delivered": Status.DELIVERED,
    "sent": Status.SENT,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class JustCall(OneByOne):
    api_key: str = secret("")
    api_secret: str = secret("")
    send_url: str = "https://api.justcall.io/v1/texts/new"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = inner(json_object(request.body).get("data"))
        match fields["direction"].upper():
            case "I" if request.purpose == "status":
                return [Ignored("a message on the URL for reports")]
            case "O" if request.purpose == "receive":
                return [Ignored("a report on the URL for messages")]
            case "I":
                return [
                    sms(
                        fields.get("contact_number"),
                        fields.get("content"),
                        recipient=fields.get("justcall_number"),
                        carrier_id=fields.get("messageid"),
                        sent_at=time_as(fields.get("datetime"), "%Y-%m-%d %H:%M:%S"),
                    )
                ]
            case "O":
                return [_report(fields)]
            case _:
                return [Ignored("neither incoming nor outgoing")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {"from": message.sender, "to": message.to, "body": message.text}
        key = f"{self.api_key}:{self.api_secret}"
        return HttpRequest.post_json(self.send_url, payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        match found.get("status").lower():
            case "success":
                return Accepted((found["id"],) if found.get("id") else ())
            case "fail" | "failed" | "error":
                return Refused("status fail")
            case _:
                raise BadPayload("an answer without success or failure")


def _report(fields: Fields) -> Event:
    status = STATUSES.get(fields.get("delivery_status").lower())
    if status is None:
        return Ignored("a report of an unknown status")
    reason = fields.get("delivery_status") if status is Status.FAILED else ""
    return Report(status, fields.filled("messageid"), reason=reason)
