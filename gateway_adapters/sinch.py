"""Sinch SMS (XMS, once Mblox): messages and reports as JSON on one URL.

Source: developers.sinch.com/docs/sms/api-reference (batches, webhooks, delivery reports);
read 2026-11. 4xx answers are never sent again, 5xx and 429 are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotKnown,
    OutboundMessage,
    Outcome,
    Report,
    Status,
    Unclear,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_basic
from gateway_adapters.reading import entries, inner, json_object, rfc3339, sms

STATUSES = {
    "queued": Status.QUEUED,
    "dispatched": Status.SENT,
    "delivered": Status.DELIVERED,
    "aborted": Status.FAILED,
    "cancelled": Status.FAILED,
    "rejected": Status.REJECTED,
    "failed": Status.FAILED,
    "expired": Status.EXPIRED,
    "deleted": Status.SENT,
    "unknown": Status.SENT,
}


@dataclass(frozen=True, kw_only=True)
class Sinch(OneByOne):
    SETUP: ClassVar[str] = """
        In the dashboard under **SMS → APIs**, open your service plan and paste this as *Callback
        URL*; `service_plan_id` and `api_token` stand beside it. Ask your account manager for
        Basic authentication of callbacks (`hook_user`, `hook_password`), or set `signed` to no.

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("hook_password",)
    report_batch: ClassVar[int] = 1
    service_plan_id: str = ""
    api_token: str = secret("")
    hook_user: str = ""
    hook_password: str = secret("")
    signed: bool = True
    """No: callbacks come without Basic authentication."""
    base_url: str = "https://us.sms.api.sinch.com/xms/v1"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if self.signed:
            check_basic(request, self.hook_user, self.hook_password)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body)
        fields = inner(found)
        match fields["type"].lower():
            case "mo_text":
                return [
                    sms(
                        fields["from"],
                        fields["body"],
                        recipient=fields["to"],
                        carrier_id=fields.get("id"),
                        sent_at=rfc3339(fields.get("received_at")),
                    )
                ]
            case kind if kind.startswith("recipient_delivery_report_"):
                return [_report(found, found)]
            case kind if kind.startswith("delivery_report_"):
                return _summary(found)
            case _:
                return [Ignored("no text and no report")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload: dict[str, Any] = {
            "from": message.sender.removeprefix("+"),
            "to": [message.to.removeprefix("+")],
            "body": message.text,
            "delivery_report": "per_recipient",
            "client_reference": message.our_id,
        }
        if message.report_url:
            payload["callback_url"] = message.report_url
        return HttpRequest.post_json(self._url("batches"), payload, authorization=self._key())

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        return Accepted((found["id"],) if found.get("id") else ())

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        url = self._url(f"batches?client_reference={quote(message.our_id, safe='')}")
        return HttpRequest.get(url, {}, authorization=self._key())

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        """The list covers a day and may lag, so what it does not show may still have arrived."""
        if self.refusal(response):
            return Unclear("no look-up")
        for batch in entries(json_object(response.body).get("batches")):
            if inner(batch).get("client_reference") == message.our_id:
                return Accepted((inner(batch).filled("id"),))
        return Unclear("not in the list")

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        ids = [message.carrier_id for message in messages if message.carrier_id]
        if len(ids) != 1:
            return None
        url = self._url(f"batches/{quote(ids[0], safe='')}/delivery_report?type=full")
        return HttpRequest.get(url, {}, authorization=self._key())

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        events = _summary(json_object(response.body))
        return [event for event in events if isinstance(event, Report)]

    def _url(self, rest: str) -> str:
        return f"{self.base_url}/{quote(self.service_plan_id, safe='')}/{rest}"

    def _key(self) -> str:
        return f"Bearer {self.api_token}"


def _report(batch: dict[str, Any], about: Any) -> Event:
    fields, named = inner(about), inner(batch)
    status = STATUSES.get(fields["status"].lower())
    if status is None:
        return Ignored("a report of an unknown status")
    return Report(
        status,
        named.filled("batch_id"),
        our_id=named.get("client_reference"),
        reason=f"code {fields.get('code')}"[:20] if fields.get("code") not in ("", "0") else "",
        recipient=fields.get("recipient"),
    )


def _summary(found: dict[str, Any]) -> list[Event]:
    """A batch of ours has one recipient, so its one status is the message's."""
    if "statuses" not in found:
        raise BadPayload("the report has no statuses")
    return [_report(found, status) for status in entries(found["statuses"])] or [
        Ignored("a report without a status")
    ]
