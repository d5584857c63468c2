"""MessageBird (Bird) SMS: three form shapes in, reports by GET, two signature schemes.

Sources: developers.messagebird.com (SMS messaging, signing), messagebird/python-rest-api;
read 2026-11.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

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
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Report,
    Screen,
    Status,
    same_secret,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import (
    check_age,
    check_times,
    in_base64,
    jwt_claims,
    raw,
    sha256_hex,
    sign,
)
from gateway_adapters.reading import decimal, entries, inner, json_object, rfc3339, sms, time_as

STATUSES = {
    "scheduled": Status.QUEUED,
    "buffered": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "delivery_failed": Status.FAILED,
    "expired": Status.EXPIRED,
}
STOPPED = "103"
"""`statusErrorCode` of a subscriber who has opted out."""
ACCOUNT_CODES = ("2", "25")
"""Error codes about the account: the access key, the balance."""


@dataclass(frozen=True, kw_only=True)
class MessageBird(OneByOne):
    SETUP: ClassVar[str] = """
        Under **Numbers**, open your number, add a flow *Forward to URL* (POST) with the URL
        below; under **Developers → API settings** set the same URL for *status reports* (GET)
        and copy the *Signing key* into `signing_key`.

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("signing_key",)
    access_key: str = secret("")
    signing_key: str = secret()
    base_url: str = "https://rest.messagebird.com"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        headers = request.headers
        if token := headers.get("messagebird-signature-jwt", ""):
            self._check_token(token, request, public_url or request.url, now)
            return
        stamp = headers.get("messagebird-request-timestamp", "")
        query = urlencode(sorted(request.query_pairs()))
        content = raw(f"{stamp}\n{query}\n") + hashlib.sha256(request.body).digest()
        expected = in_base64(sign(self.signing_key, content)) if self.signing_key else ""
        if not same_secret(headers.get("messagebird-signature", ""), expected):
            raise NotFromCarrier("wrong or missing signature")
        check_age(stamp, now)

    def _check_token(
        self, token: str, request: HttpRequest, url: str, now: datetime | None
    ) -> None:
        claims = jwt_claims(token, self.signing_key)
        check_times(claims, now)
        body_hash = sha256_hex(request.body) if request.body else None
        wanted = {"iss": "MessageBird", "url_hash": sha256_hex(url), "payload_hash": body_hash}
        if any(claims.get(name) != value for name, value in wanted.items()):
            raise NotFromCarrier("the token was made for another request")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        """Some names come twice, an older value before the message's own: the last counts."""
        fields = Fields.of(reversed([*request.query_pairs(), *request.form_pairs()]))
        if "status" in fields:
            return [_report(fields)]
        if not fields.first("originator", "body", "message", "shortcode", "recipient"):
            return [Ignored("a check of our URL")]
        return [_message(fields)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain("OK")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload: dict[str, object] = {
            "recipients": [message.to.removeprefix("+")],
            "reference": message.our_id,
            "originator": message.sender.removeprefix("+"),
            "body": message.text,
            "datacoding": "auto",
        }
        if message.expires_in:
            payload["validity"] = max(1, int(message.expires_in.total_seconds()))
        if message.report_url:
            payload["reportUrl"] = message.report_url
        key = f"AccessKey {self.access_key}"
        return HttpRequest.post_json(f"{self.base_url}/messages", payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body)).filled("id"),))

    def refusal(self, response: HttpResponse) -> Outcome | None:
        said = super().refusal(response)
        if said and _codes(response).intersection(ACCOUNT_CODES):
            return ChannelBroken("the access key or the balance")
        return said

    def balance(self) -> HttpRequest | None:
        key = f"AccessKey {self.access_key}"
        return HttpRequest.get(f"{self.base_url}/balance", {}, authorization=key)

    def balance_from(self, response: HttpResponse) -> Balance:
        found = inner(json_object(response.body))
        return Balance(decimal(found["amount"]), found.get("type"))


def _message(fields: Fields) -> Event:
    """A shortcode's form has `message` and `mid`, a long number's `body` and `id`."""
    short = "shortcode" in fields
    text = fields.first("message", "body") if short else fields.first("body", "message")
    if not text and not fields.get("mediaURLs"):
        raise BadPayload("the message has neither text nor media")
    ids = ("mid", "message_id", "id") if short else ("id", "message_id", "mid")
    at = time_as(fields.get("receive_datetime"), "%Y%m%d%H%M%S")
    return sms(
        fields.get("originator"),
        text,
        recipient=fields.first("recipient", "receiver", "shortcode"),
        carrier_id=fields.first(*ids),
        sent_at=at or rfc3339(fields.get("createdDatetime")),
    )


def _report(fields: Fields) -> Event:
    status = STATUSES.get(fields.get("status").lower())
    if status is None:
        return Ignored("a report of an unknown status")
    code = fields.get("statusErrorCode")
    return Report(
        status,
        fields.filled("id"),
        our_id=fields.get("reference"),
        reason=f"error {code}"[:20] if code else "",
        recipient=fields.get("recipient"),
        opted_out=code == STOPPED,
    )


def _codes(response: HttpResponse) -> set[str]:
    try:
        errors = entries(json_object(response.body).get("errors"))
    except BadPayload:
        return set()
    return {inner(error).get("code") for error in errors}
