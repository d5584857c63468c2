"""Bandwidth messaging v2: every webhook is a JSON list of events; Basic log-in both ways.

Source: dev.bandwidth.com/docs/messaging (webhooks, errors); read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

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
    Report,
    Status,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_basic
from gateway_adapters.reading import any_case, each, entries, inner, json_object, rfc3339, sms

REPORTS = {
    "message-sending": Status.SENT,
    "message-delivered": Status.DELIVERED,
    "message-failed": Status.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Bandwidth(OneByOne):
    SETUP: ClassVar[str] = """
        In the dashboard under **Applications**, make a *Messaging* application with this as both
        *Inbound callback URL* and *Outbound status callback URL*, tick *Use basic
        authentication* and put the same user and password into `hook_user` and `hook_password`:

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("hook_password",)
    account_id: str = ""
    application_id: str = ""
    api_user: str = ""
    api_password: str = secret("")
    hook_user: str = ""
    hook_password: str = secret("")
    signed: bool = True
    """No: the application's callbacks use no basic authentication."""
    base_url: str = "https://messaging.bandwidth.com/api/v2"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if self.signed:
            check_basic(request, self.hook_user, self.hook_password)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = any_case(request.body)
        if not isinstance(found, list | dict):
            raise BadPayload("the body is no list of events")
        return each(entries(found), _event)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "applicationId": self.application_id,
            "to": [message.to],
            "from": message.sender,
            "text": message.text,
            "tag": message.our_id,
        }
        url = f"{self.base_url}/users/{self.account_id}/messages"
        key = basic(self.api_user, self.api_password)
        return HttpRequest.post_json(url, payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        return Accepted((found["id"],) if found.get("id") else ())


def _event(entry: Any) -> Event:
    fields = inner(entry)
    kind = fields["type"].lower()
    message = entry.get("message")
    about = inner(message)
    if kind == "message-received":
        return sms(
            about.get("from"),
            about["text"],
            recipient=fields.get("to") or about.get("owner"),
            carrier_id=about.get("id"),
            sent_at=rfc3339(about.get("time")),
        )
    if kind in REPORTS:
        return _report(REPORTS[kind], fields, about)
    return Ignored("an event that we do not know")


def _report(status: Status, fields: Fields, about: Fields) -> Event:
    """`tag` is our own id; a message with several recipients has one event for each."""
    code = fields.get("errorcode")
    return Report(
        status,
        about.filled("id"),
        our_id=about.get("tag"),
        reason=f"error {code}"[:20] if code and status is Status.FAILED else "",
        recipient=fields.get("to"),
    )
