"""Telerivet: form webhooks that carry their own secret; sends through its REST API.

Sources: telerivet.com/api/webhook and telerivet.com/api/rest; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    same_secret,
)
from gateway_adapters.contract import secret as hidden
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, sms
from gateway_adapters.times import unix_time

STATUSES: Mapping[str, Status] = {
    "queued": Status.QUEUED,
    "failed_queued": Status.QUEUED,  # Telerivet tries again by itself
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "not_delivered": Status.FAILED,
    "failed": Status.FAILED,
    "cancelled": Status.FAILED,
}
MESSAGE_EVENTS = ("incoming_message", "default")
TEXTS = ("sms", "mms")


@dataclass(frozen=True, kw_only=True)
class Telerivet(OneByOne):
    SETUP: ClassVar[str] = """
        Under **Services**, add a *Webhook API* service with the URL below and copy its *Secret*
        into `secret`. `api_key` and `project_id` are under **Developer API**.

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("secret",)
    secret: str = hidden()
    api_key: str = hidden("")
    project_id: str = ""
    route_id: str = ""
    base_url: str = "https://api.telerivet.com/v1"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not same_secret(request.fields().get("secret"), self.secret):
            raise NotFromCarrier("wrong secret")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.fields()
        match fields["event"].lower():
            case "send_status":
                return [_report(fields)]
            case event if event in MESSAGE_EVENTS and fields.get("message_type", "sms") in TEXTS:
                return [
                    sms(
                        fields.get("from_number"),
                        fields.get("content"),
                        recipient=fields.get("to_number"),
                        carrier_id=fields.get("id"),
                        sent_at=unix_time(fields.get("time_created")),
                    )
                ]
            case _:
                return [Ignored("another event, or no SMS")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        url = f"{self.base_url}/projects/{quote(self.project_id)}/messages/send"
        payload = {"to_number": message.to, "content": message.text, "message_type": "sms"}
        if self.route_id:
            payload["route_id"] = self.route_id
        if message.report_url:
            payload |= {"status_url": message.report_url, "status_secret": self.secret}
        return HttpRequest.post_json(url, payload, authorization=basic(self.api_key, ""))

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        if STATUSES.get(found.get("status")) is Status.FAILED:
            return Refused(found.get("status"))
        return Accepted((found.filled("id"),))

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 402:
            return ChannelBroken("HTTP 402: the plan or the balance is used up")
        return super().refusal(response)


def _report(fields: Fields) -> Event:
    status = STATUSES.get(fields.get("status").lower())
    if status is None:
        return Ignored("a report of an unknown status")
    reason = fields.get("status") if status is Status.FAILED else ""
    return Report(status, fields.filled("id"), reason=reason)
