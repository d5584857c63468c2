"""Twilio and what speaks its dialect: signed form posts in, TwiML out.

Reference: https://www.twilio.com/docs/usage/webhooks/webhooks-security, its messaging pages and
https://www.twilio.com/docs/api/errors, read 2026-11. Nothing is retried by default.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
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
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    same_secret,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.json_answers import code_of, refusal
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import in_base64, sha256_hex, sign

STATUSES = {
    "accepted": Status.QUEUED,
    "queued": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "sending": Status.SENT,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "failed": Status.FAILED,
    "undelivered": Status.FAILED,
    "canceled": Status.FAILED,
}
OPTED_OUT = "21610"
CODES: Mapping[str, Outcome] = {
    OPTED_OUT: Refused("the recipient has opted out", opted_out=True),
    "20429": TryLater("too many requests"),
    "63018": TryLater("the line's rate limit"),
}
PORTS = {"https": "443", "http": "80"}
BASE64 = re.compile(r"[A-Za-z0-9+/]{30,}={0,2}")


@dataclass(frozen=True, kw_only=True)
class Twilio(OneByOne):
    account_sid: str
    auth_token: str = secret()
    messaging_service_sid: str = ""
    """Sends through a messaging service instead of from one number."""
    api_url: str = "https://api.twilio.com"

    guards: ClassVar[tuple[str, ...]] = ("auth_token",)
    SETUP: ClassVar[str] = """
        In the console, under Phone Numbers → your number → Messaging Configuration, set
        "A message comes in" to Webhook, HTTP POST:

            https://<your host>/hooks/<channel>/<secret>

        (for a Messaging Service: Integration → Send a webhook). Reports are asked for with every
        message. Twilio retries nothing by default; add `#rc=3&rp=all` to the URL to let it.
    """

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        given = request.headers.get("x-twilio-signature", "")
        signed = "".join(_glued(request))
        for url in _outside_urls(public_url or request.url, request):
            expected = in_base64(sign(self.auth_token, url + signed, "sha1"))
            if self.auth_token and same_secret(given, expected) and _body_fits(url, request):
                return
        raise NotFromCarrier("wrong signature")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if "messagestatus" in fields or request.purpose == "status":
            return [_report(fields)]
        carrier_id = fields.first("messagesid", "smsmessagesid", "smssid")
        if not carrier_id and fields and not fields.first("from", "body"):
            return [Ignored("neither a message nor a report")]
        if not carrier_id:
            raise BadPayload("no MessageSid")
        sender, line = fields.phone("from"), fields.get("to")
        match fields.get("optouttype").upper():
            case "STOP":
                return [OptedOut(sender, line, carrier_id)]
            case "START":
                return [OptedIn(sender, line, carrier_id)]
        return [Message(sender, plain(fields.get("body")), line, carrier_id)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_xml('<?xml version="1.0" encoding="UTF-8"?><Response/>')

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {"To": message.to, "Body": message.text}
        if self.messaging_service_sid:
            form["MessagingServiceSid"] = self.messaging_service_sid
        else:
            form["From"] = message.sender
        if message.report_url:
            mark = "&" if "?" in message.report_url else "?"
            ours = urlencode({"our_id": message.our_id})
            form["StatusCallback"] = f"{message.report_url}{mark}{ours}"
        account = quote(self.account_sid, safe="")
        url = f"{self.api_url}/2010-04-01/Accounts/{account}/Messages.json"
        login = basic(self.account_sid, self.auth_token)
        return HttpRequest.post_form(url, form, authorization=login)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if 200 <= response.status < 300:
            return None
        return refusal(response, code_of(response, "code"), CODES)

    def verdict(self, response: HttpResponse) -> Outcome:
        if carrier_id := code_of(response, "sid"):
            return Accepted((carrier_id,))
        if code := code_of(response, "code"):
            return refusal(response, code, CODES)
        raise BadPayload("no sid in the answer")


@dataclass(frozen=True, kw_only=True)
class TwilioMessagingService(Twilio):
    """Twilio, always through a messaging service."""

    messaging_service_sid: str


@dataclass(frozen=True, kw_only=True)
class TwimlApi(Twilio):
    """Another host that speaks TwiML and Twilio's API."""

    api_url: str
    """What stands before `/2010-04-01/Accounts/…`."""

    SETUP: ClassVar[str] = """
        Set the host's webhook for incoming messages, by HTTP POST, to

            https://<your host>/hooks/<channel>/<secret>

        It must sign as Twilio does, with the account's auth token.
    """


@dataclass(frozen=True, kw_only=True)
class SignalWire(Twilio):
    """SignalWire's compatibility API, whose requests come unsigned."""

    api_url: str
    """`https://<space>.signalwire.com/api/laml`."""

    guards: ClassVar[tuple[str, ...]] = ()
    SETUP: ClassVar[str] = """
        In the space's dashboard, under Phone Numbers → your number → Messaging Settings, handle
        messages using LaML Webhooks, and set "When a message comes in" to

            https://<your host>/hooks/<channel>/<secret>
    """

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        """Nothing is proven; the secret in our URL is all there is."""


def plain(body: str) -> str:
    """The text; some joined messages arrive as base64 of it."""
    text = body.strip()
    if len(text) % 4 or not BASE64.fullmatch(text):
        return body
    try:
        found = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return body
    return found if all(letter.isprintable() or letter in "\r\n\t" for letter in found) else body


def _report(fields: Fields) -> Event:
    status = STATUSES.get(fields.get("messagestatus").strip().lower())
    ids = (fields.first("messagesid", "smssid"), fields.first("our_id", "uuid"))
    if status is None or not any(ids):
        return Ignored("a report without a status that we know")
    code = fields.get("errorcode").strip()
    return Report(status, *ids, code, fields.get("to"), opted_out=code == OPTED_OUT)


def _glued(request: HttpRequest) -> Iterator[str]:
    """Every form field, sorted by name; of repeated names each value once, sorted."""
    for name, value in sorted(set(request.form_pairs())):
        yield name + value


def _outside_urls(url: str, request: HttpRequest) -> Iterator[str]:
    """The URL as it may have been signed: with and without the port, behind a proxy's path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    port = PORTS.get(parts.scheme, "")
    bare = parts.netloc.removesuffix(f":{port}")
    paths = [parts.path]
    if forwarded := request.headers.get("x-forwarded-path"):
        paths.append(forwarded.partition("?")[0])
    for path in paths:
        for host in {parts.netloc, bare, bare if ":" in bare else f"{bare}:{port}"}:
            yield urlunsplit((parts.scheme, host, path, parts.query, ""))


def _body_fits(url: str, request: HttpRequest) -> bool:
    """A body that is no form is signed by its hash in the URL."""
    if request.form_pairs() or not request.body.strip():
        return True
    given = HttpRequest("POST", url).query().get("bodysha256")
    return same_secret(given.lower(), sha256_hex(request.body))
