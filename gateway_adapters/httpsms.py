"""httpSMS (httpsms.com): one Android phone's SIM, by its cloud or your own server.

Read 2026-11: docs.httpsms.com/webhooks and the project's swagger. Events are CloudEvents, signed
by a token for our URL; they must be answered within 5 seconds and come twice at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Report,
    Status,
    secret,
)
from gateway_adapters.http import Fields
from gateway_adapters.json_answers import inner as inside
from gateway_adapters.json_answers import json_object
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_times, jwt_claims
from gateway_adapters.reading import inner, sms
from gateway_adapters.reading import json_object as request_object
from gateway_adapters.times import iso_time

ISSUER = "api.httpsms.com"
REPORTS = {
    "message.phone.sent": Status.SENT,
    "message.phone.delivered": Status.DELIVERED,
    "message.send.failed": Status.FAILED,
    "message.send.expired": Status.EXPIRED,
}


@dataclass(frozen=True, kw_only=True)
class HttpSms(OneByOne):
    """`signing_key` is the one given when the webhook was made; `line` is the phone's number."""

    SETUP: ClassVar[str] = """
        At httpsms.com under Settings, Webhooks, add one with all `message.*` events, this *Callback
        URL*, and a *Signing Key* of your own (option `signing_key`):

            https://<your host>/hooks/<channel>/<secret>

        The *API Key* is on the same page. Leave encryption off in the phone's app.
    """
    guards: ClassVar[tuple[str, ...]] = ("signing_key",)

    api_key: str = secret()
    signing_key: str = secret("")
    line: str = ""
    issuer: str = ISSUER
    url: str = "https://api.httpsms.com/v1/messages/send"

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not self.signing_key:
            raise NotFromCarrier("no token")
        claims = jwt_claims(token, self.signing_key)
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.issuer or (public_url and public_url not in named):
            raise NotFromCarrier("the token is not httpSMS's, or not for this URL")
        check_times(claims, now)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        whole = request_object(request.body)
        data = inner(whole.get("data"))
        kind = Fields.of(whole.items()).filled("type").lower()
        if kind == "message.phone.received":
            if data.get("encrypted") == "true":
                raise BadPayload("the message is encrypted; switch that off on the phone")
            return [
                sms(
                    data.filled("contact"),
                    data["content"],
                    recipient=data.get("owner"),
                    carrier_id=data.first("message_id", "id"),
                    sent_at=iso_time(data.get("timestamp")),
                )
            ]
        if kind in REPORTS:
            return [_report(REPORTS[kind], data)]
        return [Ignored("an event that changes nothing here")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "from": message.sender or self.line,
            "to": message.to,
            "content": message.text,
            "request_id": message.our_id,
            "encrypted": False,
        }
        return HttpRequest.post_json(self.url, payload, x_api_key=self.api_key)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 402:
            return ChannelBroken("the plan's messages are used up")
        return super().refusal(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        data = inside(json_object(response), "data")
        return Accepted((Fields.of(data.items()).filled("id"),))


def _report(status: Status, data: Fields) -> Event:
    carrier_id, our_id = data.first("id", "message_id"), data.get("request_id")
    if not carrier_id and not our_id:
        raise BadPayload("a report of no message")
    if status is Status.EXPIRED and data.get("is_final") == "false":
        return Ignored("the phone did not answer and is asked again")
    return Report(status, carrier_id, our_id, data.get("error_message"), data.get("contact"))
