"""SMSSync (Ushahidi): an Android phone that posts each SMS to us with a shared secret.

Read 2026-11: the Vumi transport, which ran in production, and the app's own guide. The phone
takes messages to send only by asking for them, so replies go by another channel of the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    BadPayload,
    Event,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    Screen,
    same_secret,
    secret,
)
from gateway_adapters.origin import shown_fields
from gateway_adapters.reading import sms, time_as
from gateway_adapters.times import unix_time

MONTH_FIRST = "%m-%d-%y %H:%M"


@dataclass(frozen=True, kw_only=True)
class SmsSync(HearsOnly):
    """`key` is the Secret Key of the phone's sync URL. Leave task checking off there."""

    SETUP: ClassVar[str] = """
        In the app under Sync URL add one without keywords, with the *Secret Key* of option `key`
        and the URL below; then start the SMSSync service. Leave *Task Checking* off.

            https://<your host>/hooks/<channel>/<secret>
    """
    guards: ClassVar[tuple[str, ...]] = ("key",)
    key: str = secret("")

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not same_secret(shown_fields(request).get("secret"), self.key):
            raise NotFromCarrier("wrong secret")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if "task" in fields and "message" not in fields:
            return [Ignored("the phone asks what to send")]
        if "sent_to" not in fields or "sent_timestamp" not in fields:
            raise BadPayload("not a message of the phone")
        stamp = fields.get("sent_timestamp")
        return [
            sms(
                fields.filled("from"),
                fields["message"],
                recipient=fields.get("sent_to"),
                carrier_id=fields.get("message_id"),
                sent_at=time_as(stamp, MONTH_FIRST) or unix_time(stamp),
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        if "task" in request.any_fields():
            said = {"task": "send", "secret": self.key, "messages": []}
        else:
            said = {"success": "true", "messages": []}
        return HttpResponse.of_json({"payload": said})

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.of_json({"payload": {"success": "false"}})
