"""Junebug, the HTTP door of Vumi: one JSON shape for SMS and for USSD dialogs.

Source: praekeltfoundation/junebug docs/http_api.rst; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    DialogEnded,
    DialogInput,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Phase,
    Report,
    Status,
    phone_number,
    same_secret,
)
from gateway_adapters.contract import secret as hidden
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, sms, time_as

EVENTS = {
    "submitted": Status.SENT,
    "rejected": Status.REJECTED,
    "delivery_succeeded": Status.DELIVERED,
    "delivery_failed": Status.FAILED,
    "delivery_pending": Status.QUEUED,
}


@dataclass(frozen=True, kw_only=True)
class Junebug(OneByOne):
    SETUP: ClassVar[str] = """
        Create the channel with this `mo_url`, and with `mo_url_auth_token` the same as `secret`
        here. Without a token there, set `signed` to no.

            https://<your host>/hooks/<channel>/<secret>"""

    guards: ClassVar[tuple[str, ...]] = ("secret",)
    secret: str = hidden("")
    signed: bool = True
    base_url: str = "http://localhost:8080/jb"
    channel_id: str = ""
    username: str = ""
    password: str = hidden("")

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        given = request.headers.get("authorization", "").removeprefix("Token ")
        if self.signed and not same_secret(given.strip(), self.secret):
            raise NotFromCarrier("wrong token")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body)
        fields = inner(found)
        if "event_type" in fields:
            return [_report(fields)]
        return [self._heard(fields, inner(found.get("channel_data")).get("session_event"))]

    def _heard(self, fields: Fields, _stage: str) -> Event:
        return sms(
            fields["from"],
            fields.get("content"),
            recipient=fields.get("to"),
            carrier_id=fields.filled("message_id"),
            sent_at=_time(fields.get("timestamp")),
        )

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload: dict[str, Any] = {"to": message.to, "content": message.text}
        if message.sender:
            payload["from"] = message.sender
        if message.report_url:
            payload |= {"event_url": message.report_url, "event_auth_token": self.secret}
        payload |= self._extra(message)
        url = f"{self.base_url}/channels/{quote(self.channel_id, safe='')}/messages/"
        keys = {"authorization": basic(self.username, self.password)} if self.username else {}
        return HttpRequest.post_json(url, payload, **keys)

    def _extra(self, message: OutboundMessage) -> Mapping[str, Any]:
        return {}

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body).get("result")).filled("message_id"),))


@dataclass(frozen=True, kw_only=True)
class JunebugUssd(Junebug):
    """The same door for a USSD channel: a screen is a message of its own that ends or resumes."""

    carries: ClassVar[tuple[str, ...]] = ("ussd",)
    inline_screens: ClassVar[bool] = False

    def _heard(self, fields: Fields, stage: str) -> Event:
        sender = phone_number(fields["from"])
        if stage == "close":
            return DialogEnded("", sender, "closed")
        return DialogInput(
            dialog_id="",
            sender=sender,
            phase=Phase.BEGIN if stage == "new" else Phase.CONTINUE,
            input="" if stage == "new" else fields.get("content"),
            recipient=fields.get("to"),
            carrier_id=fields.filled("message_id"),
        )

    def _extra(self, message: OutboundMessage) -> Mapping[str, Any]:
        return {"channel_data": {"session_event": "resume" if message.more else "close"}}


def _time(text: str) -> datetime | None:
    return time_as(text, "%Y-%m-%d %H:%M:%S.%f") or time_as(text, "%Y-%m-%d %H:%M:%S")


def _report(fields: Fields) -> Event:
    status = EVENTS.get(fields["event_type"].lower())
    if status is None:
        return Ignored("an event that we do not know")
    return Report(status, fields.filled("message_id"))
