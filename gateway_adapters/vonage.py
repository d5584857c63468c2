"""Vonage (formerly Nexmo) SMS API: webhooks by GET, form or JSON; sends as forms.

Sources: developer.vonage.com/messaging/sms (inbound-sms, delivery-receipts, troubleshooting-sms),
Nexmo/api-specification and Vonage/vonage-python-sdk; read 2026-11.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any, ClassVar

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
    Part,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
    same_secret,
)
from gateway_adapters.contract import secret as hidden
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.http import parse_json
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_age, raw, sign
from gateway_adapters.reading import decimal, entries, inner, sms, time_as

STATUSES = {
    "delivered": Status.DELIVERED,
    "expired": Status.EXPIRED,
    "failed": Status.FAILED,
    "rejected": Status.REJECTED,
    "accepted": Status.SENT,
    "buffered": Status.SENT,
}
HASHES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""The HMAC's hash, by the length of its hexadecimal signature."""

BUSY = {"1", "5", "10"}
BROKEN = {"4", "8", "9", "11", "14", "15"}
"""Credentials, barred account, quota, not enabled, our signature, our sender."""

WAIT = re.compile(r"wait \[ *(\d{1,6}) *\]")


@dataclass(frozen=True, kw_only=True)
class Vonage(OneByOne):
    SETUP: ClassVar[str] = """
        In the dashboard under **API settings**, put this into *Inbound SMS webhooks* and into
        *Delivery receipts (DLR) webhooks*; any *Webhook format* will do:

            https://<your host>/hooks/<channel>/<secret>

        Ask support to sign webhooks, choose an HMAC as the *Signature method*, and copy the
        *Signature secret* into `secret`. If yours are not signed, set `signed` to no."""

    guards: ClassVar[tuple[str, ...]] = ("secret",)
    api_key: str = ""
    api_secret: str = hidden("")
    secret: str = hidden("")
    signed: bool = True
    plain_md5: bool = False
    """The account's method is the old "MD5 hash", which is not an HMAC."""
    send_url: str = "https://rest.nexmo.com/sms/json"
    balance_url: str = "https://rest.nexmo.com/account/get-balance"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not self.signed:
            return
        params: dict[str, str] = {}
        try:
            for name, value in _pairs(request):  # the first of a name counts, as in `receive`
                params.setdefault(str(name), str(value))
        except BadPayload as error:
            raise NotFromCarrier("nothing is signed here") from error
        given = params.pop("sig", "").lower()
        safe = ((key, params[key].replace("&", "_").replace("=", "_")) for key in sorted(params))
        content = "".join(f"&{key}={value}" for key, value in safe)
        if not self.secret or not same_secret(given, self._signature(content, len(given))):
            raise NotFromCarrier("wrong signature")
        check_age(params.get("timestamp", ""), now)

    def _signature(self, content: str, length: int) -> str:
        if self.plain_md5:
            return md5(raw(content + self.secret), usedforsecurity=False).hexdigest()
        name = HASHES.get(length)
        return sign(self.secret, content, name).hex() if name else ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = Fields.of(_pairs(request))
        if "status" in fields or "scts" in fields:
            return [_report(fields)]
        if not fields.first("to", "msisdn", "text", "data"):
            return [Ignored("a check of our URL")]
        return [
            sms(
                fields.get("msisdn"),
                fields.get("text"),
                recipient=fields.get("to"),
                carrier_id=fields.first("messageId"),
                sent_at=time_as(fields.get("message-timestamp"), "%Y-%m-%d %H:%M:%S"),
                part=_part(fields),
            )
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {
            "api_key": self.api_key,
            "api_secret": self.api_secret,
            "from": message.sender.removeprefix("+"),
            "to": message.to.removeprefix("+"),
            "text": message.text,
            "type": "text" if fits_gsm7(message.text) else "unicode",
            "client-ref": message.our_id,
        }
        if message.report_url:
            form |= {"status-report-req": "1", "callback": message.report_url}
        return HttpRequest.post_form(self.send_url, form)

    def verdict(self, response: HttpResponse) -> Outcome:
        """Judge all parts: one went and one did not cannot be sent again as a whole."""
        parts = [inner(part) for part in entries(_messages(response.json()))]
        if not parts:
            raise BadPayload("the answer has no messages")
        taken = [part for part in parts if part.get("status") == "0"]
        if len(taken) == len(parts):
            return Accepted(tuple(part["message-id"] for part in taken if "message-id" in part))
        if taken:
            return Unclear("only some parts were taken")
        return _failure(parts[0]["status"], parts[0].get("error-text"))

    def balance(self) -> HttpRequest | None:
        keys = {"api_key": self.api_key, "api_secret": self.api_secret}
        return HttpRequest.get(self.balance_url, keys)

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(decimal(inner(response.json())["value"]), "EUR")


def _messages(answer: Any) -> Any:
    return answer.get("messages") if isinstance(answer, Mapping) else None


def _pairs(request: HttpRequest) -> list[tuple[str, object]]:
    if request.body.lstrip()[:1] == b"{":
        found = parse_json(request.body)
        return [(name, value) for name, value in found.items() if value is not None]
    return [*request.form_pairs(), *request.query_pairs()]


def _part(fields: Fields) -> Part | None:
    numbers = fields.get("concat-part"), fields.get("concat-total")
    if fields.get("concat").lower() != "true" or not all(n.isdecimal() for n in numbers):
        return None
    number, total = (int(n[:4]) for n in numbers)
    return Part(fields.get("concat-ref"), number, total)


def _report(fields: Fields) -> Event:
    carrier_id, our_id = fields.get("messageId"), fields.get("client-ref")
    status = STATUSES.get(fields.get("status").lower())
    if not (carrier_id or our_id):
        return Ignored("a check of our URL")
    if status is None:
        return Ignored("a report without news, or of an unknown status")
    failed = status not in (Status.DELIVERED, Status.SENT)
    reason = f"err-code {fields.get('err-code') or '?'}" if failed else ""
    return Report(status, carrier_id, our_id, reason[:40], recipient=fields.get("msisdn"))


def _failure(status: str, text: str) -> Outcome:
    if wait := WAIT.search(text):
        return TryLater("throttled", timedelta(milliseconds=int(wait[1])))
    if status in BUSY or text.startswith("Throughput Rate Exceeded"):
        return TryLater(f"status {status}")
    return ChannelBroken(f"status {status}") if status in BROKEN else Refused(f"status {status}")
