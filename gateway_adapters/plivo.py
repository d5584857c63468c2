"""Plivo: form webhooks signed by HMAC-SHA256 (signature versions 2 and 3); JSON sends.

Sources: plivo.com/docs/messaging (handling incoming, message status callbacks, error codes) and
plivo/plivo-python; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OptedIn,
    OptedOut,
    OutboundMessage,
    Outcome,
    Report,
    Screen,
    Status,
    same_secret,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import in_base64, sign
from gateway_adapters.reading import decimal, entries, inner, json_object, sms

STATUSES = {
    "queued": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "rejected": Status.REJECTED,
}
EXPIRED = "420"
STOPPED = "200"
"""The recipient has sent STOP to this source number."""
V2 = "x-plivo-signature-v2"
V3 = "x-plivo-signature-v3"


@dataclass(frozen=True, kw_only=True)
class Plivo(OneByOne):
    SETUP: ClassVar[str] = """
        Under **Messaging → Applications**, make an *XML application* with this *Message URL*
        (method POST) and give it to your number or Powerpack:

            https://<your host>/hooks/<channel>/<secret>

        `auth_id` and `auth_token` are on the console's overview page."""

    guards: ClassVar[tuple[str, ...]] = ("auth_token",)
    auth_id: str = ""
    auth_token: str = secret()
    base_url: str = "https://api.plivo.com/v1/Account"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        """Accept any signature that one of the two schemes makes with our token."""
        url = (public_url or request.url).partition("#")[0]
        for name, signed in ((V3, _signed_v3(request, url)), (V2, url.partition("?")[0])):
            nonce = request.headers.get(f"{name}-nonce", "")
            between = "." if name == V3 else ""
            expected = in_base64(sign(self.auth_token, f"{signed}{between}{nonce}"))
            for given in request.headers.get(name, "").split(","):
                if nonce and self.auth_token and same_secret(given.strip(), expected):
                    return
        raise NotFromCarrier("wrong or missing signature")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.fields()
        if not fields:
            return [Ignored("a check of our URL")]
        if "Status" in fields:
            return [_report(fields)]
        if "Text" not in fields and "MessageIntent" not in fields:
            raise BadPayload("neither a message nor a report")
        sender, line, message_id = fields.get("From"), fields.get("To"), fields.get("MessageUUID")
        message = sms(sender, fields.get("Text"), recipient=line, carrier_id=message_id)
        if isinstance(message, Message):
            match fields.get("MessageIntent").lower():
                case "optout":  # Plivo has answered and blocks what we would still send
                    return [OptedOut(message.sender, message.recipient, message_id)]
                case "optin":
                    return [message, OptedIn(message.sender, message.recipient, message_id)]
        return [message]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_xml("<Response/>")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "src": message.sender.removeprefix("+"),
            "dst": message.to.removeprefix("+"),
            "text": message.text,
        }
        if message.report_url:
            payload |= {"url": message.report_url, "method": "POST"}
        return HttpRequest.post_json(
            f"{self.base_url}/{self.auth_id}/Message/", payload, authorization=self._key()
        )

    def verdict(self, response: HttpResponse) -> Outcome:
        ids = [str(found) for found in entries(json_object(response.body).get("message_uuid"))]
        if not ids:
            raise BadPayload("the answer has no message_uuid")
        return Accepted(tuple(ids))

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 402 or b"insufficient credit" in response.body.lower():
            return ChannelBroken("no credit")
        return super().refusal(response)

    def balance(self) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base_url}/{self.auth_id}/", {}, authorization=self._key())

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(decimal(inner(json_object(response.body))["cash_credits"]), "USD")

    def _key(self) -> str:
        return basic(self.auth_id, self.auth_token)


def _signed_v3(request: HttpRequest, url: str) -> str:
    """The URL, its query sorted, and the form's fields sorted and glued together."""
    base, _, _ = url.partition("?")
    query = "&".join(f"{name}={value}" for name, value in sorted(request.query_pairs()))
    form = "".join(f"{name}{value}" for name, value in sorted(request.form_pairs()))
    if not form:
        return f"{base}?{query}" if query else base
    return f"{base}?{query}{'.' if query else ''}{form}"


def _report(fields: Fields) -> Event:
    """A long message is reported part by part; its parent's id is the one we were given."""
    code = fields.get("ErrorCode").lstrip("0")
    status = STATUSES.get(fields.get("Status").lower())
    if status is None:
        return Ignored("a report of an unknown status")
    carrier_id = fields.first("ParentMessageUUID", "MessageUUID")
    if not carrier_id:
        raise BadPayload("the report has no id")
    if status is Status.FAILED and code == EXPIRED:
        status = Status.EXPIRED
    return Report(
        status,
        carrier_id,
        reason=f"error {code}"[:20] if code else "",
        recipient=fields.get("To"),
        opted_out=code == STOPPED,
    )
