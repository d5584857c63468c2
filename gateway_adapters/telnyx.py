"""Telnyx: JSON events signed with Ed25519; a webhook must be answered within two seconds.

Source: developers.telnyx.com/docs/messaging (receiving-webhooks, error-codes); read 2026-11.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    TryLater,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_age, raw
from gateway_adapters.reading import decimal, each, entries, inner, json_object, rfc3339, sms

STATUSES = {
    "queued": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "sending": Status.SENT,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "delivery_unconfirmed": Status.SENT,
    "delivery_failed": Status.FAILED,
    "sending_failed": Status.FAILED,
    "expired": Status.EXPIRED,
    "cancelled": Status.FAILED,
}
STOPPED = "40300"
BUSY = ("10011", "40011", "40006", "10007", "10008")
"""Rate limits, the recipient's carrier being down, failures inside Telnyx."""
BROKEN = ("10001", "10009", "10010", "40003")
"""Our number or key: inactive, not known, not allowed, blocked for good."""


@dataclass(frozen=True, kw_only=True)
class Telnyx(OneByOne):
    SETUP: ClassVar[str] = """
        Under **Messaging → Messaging profiles**, open your profile and paste this into *Send a
        webhook to this URL*, API version 2; `public_key_b64` is under **Keys & Credentials →
        Public Key**.

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("public_key_b64",)
    public_key_b64: str = secret()
    api_key: str = secret("")
    messaging_profile_id: str = ""
    base_url: str = "https://api.telnyx.com/v2"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        stamp = request.headers.get("telnyx-timestamp", "")
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public_key_b64))
            signature = base64.b64decode(request.headers.get("telnyx-signature-ed25519", ""))
            key.verify(signature, raw(f"{stamp}|") + request.body)
        except (ValueError, InvalidSignature) as error:
            raise NotFromCarrier("wrong or missing signature") from error
        check_age(stamp, now)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        data = json_object(request.body).get("data")
        payload = data.get("payload") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(payload, Mapping):
            raise BadPayload("no data with a payload")
        match inner(data)["event_type"].lower():
            case "message.received":
                return [_message(data, payload)]
            case "message.sent" | "message.finalized":
                return each(entries(payload.get("to")), lambda to: _report(payload, to))
            case _:
                return [Ignored("an event that we do not know")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {"from": message.sender, "to": message.to, "text": message.text}
        if self.messaging_profile_id:
            payload["messaging_profile_id"] = self.messaging_profile_id
        if message.report_url:
            payload["webhook_url"] = message.report_url
        url, key = f"{self.base_url}/messages", f"Bearer {self.api_key}"
        return HttpRequest.post_json(url, payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body).get("data")).filled("id"),))

    def refusal(self, response: HttpResponse) -> Outcome | None:
        said = super().refusal(response)
        if said is None or not isinstance(said, Refused | ChannelBroken):
            return said
        codes = _codes(_errors(response))
        if STOPPED in codes:
            return Refused("blocked by STOP", opted_out=True)
        if response.status == 402 or any(code in BROKEN for code in codes):
            return ChannelBroken(" ".join(codes) or "HTTP 402")
        return TryLater(" ".join(codes)) if any(code in BUSY for code in codes) else said

    def balance(self) -> HttpRequest | None:
        key = f"Bearer {self.api_key}"
        return HttpRequest.get(f"{self.base_url}/balance", {}, authorization=key)

    def balance_from(self, response: HttpResponse) -> Balance:
        found = inner(json_object(response.body).get("data"))
        return Balance(decimal(found["available_credit"]), found.get("currency"))


def _message(data: Mapping[str, Any], payload: Mapping[str, Any]) -> Event:
    fields, sender = inner(payload), inner(payload.get("from"))
    lines = [inner(to).get("phone_number") for to in entries(payload.get("to"))]
    return sms(
        sender.get("phone_number"),
        fields["text"],
        recipient=next(iter(lines), ""),
        carrier_id=fields.get("id"),
        sent_at=rfc3339(inner(data).get("occurred_at")),
    )


def _report(payload: Mapping[str, Any], to: Any) -> Event:
    """Each recipient has its own status; errors are about the message."""
    status = STATUSES.get(inner(to).get("status").lower())
    if status is None:
        return Ignored("a report of an unknown status")
    codes = _codes(payload)
    return Report(
        status,
        inner(payload).filled("id"),
        reason=" ".join(codes)[:60],
        recipient=inner(to).get("phone_number"),
        opted_out=STOPPED in codes,
    )


def _errors(response: HttpResponse) -> Mapping[str, Any]:
    try:
        return json_object(response.body)
    except BadPayload:
        return {}


def _codes(found: Mapping[str, Any]) -> list[str]:
    return [inner(error).get("code") for error in entries(found.get("errors"))]
