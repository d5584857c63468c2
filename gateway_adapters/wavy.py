"""Wavy, once Movile (Brazil): JSON both ways; sent and delivered reports on two URLs.

Source: public payloads in nyaruka/courier's tests; read 2026-11. Some names end in a space.
"""

from collections.abc import Sequence
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
    Report,
    Status,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, sms
from gateway_adapters.times import unix_time

FAILED = ("101", "102", "103", "201", "202", "203", "204", "205", "207", "301")
STATUSES = {
    "2": Status.SENT,
    "4": Status.DELIVERED,
    "104": Status.SENT,
    **dict.fromkeys(FAILED, Status.FAILED),
}
CODES = ("deliveredstatuscode", "sentstatuscode")


@dataclass(frozen=True, kw_only=True)
class Wavy(OneByOne):
    SETUP: ClassVar[str] = """
        Give support these three callback URLs, for messages, for *sent* and for *delivered*:

            https://<your host>/hooks/<channel>/<secret>
            https://<your host>/hooks/<channel>/<secret>/sent
            https://<your host>/hooks/<channel>/<secret>/delivered"""

    username: str = ""
    token: str = secret("")
    send_url: str = "https://api-messaging.movile.com/v1/send-sms"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = inner(json_object(request.body))
        if "correlationid" in fields and "source" not in fields:
            names = CODES[::-1] if request.purpose == "sent" else CODES
            return [_report(fields, fields.first(*names))]
        return [
            sms(
                fields.get("source"),
                fields["messagetext"],
                recipient=fields.get("shortcode"),
                carrier_id=fields.get("id"),
                sent_at=unix_time(fields.get("receivedat")),
            )
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {"destination": message.to.removeprefix("+"), "messageText": message.text}
        keys = {"username": self.username, "authenticationtoken": self.token}
        return HttpRequest.post_json(self.send_url, payload, **keys)

    def verdict(self, response: HttpResponse) -> Outcome:
        message_id = inner(json_object(response.body)).get("id")
        return Accepted((message_id,) if message_id else ())


def _report(fields: Fields, code: str) -> Event:
    status = STATUSES.get(code.strip())
    if status is None:
        return Ignored("a report of an unknown status")
    reason = f"code {code.strip()}" if status is Status.FAILED else ""
    return Report(status, fields.filled("correlationid"), reason=reason)
