"""SMS Gateway for Android (capcom6, sms-gate.app): one phone's SIM, by its cloud or directly.

Read 2026-11: the app's swagger.json and docs.sms-gate.app. A message's `id` may be ours, and the
same id is never sent twice, so a send that may have failed is simply tried again.
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
    NotFromCarrier,
    NotKnown,
    OutboundMessage,
    Outcome,
    Report,
    Status,
    TryLater,
    same_secret,
    secret,
)
from gateway_adapters.http import Fields, basic
from gateway_adapters.json_answers import json_object
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.origin import check_age, raw, sign
from gateway_adapters.reading import inner, sms
from gateway_adapters.reading import json_object as request_object
from gateway_adapters.times import iso_time

REPORTS = {
    "sms:sent": Status.SENT,
    "sms:delivered": Status.DELIVERED,
    "sms:failed": Status.FAILED,
}
STATES = {
    "pending": Status.QUEUED,
    "processed": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "failed": Status.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Capcom6(OneByOne):
    """`url` is the messages' URL: the cloud's, a private server's or the phone's own.

    `signing_key` is under Settings, Webhooks, Signing Key of the app.
    """

    SETUP: ClassVar[str] = """
        Register a webhook for each of `sms:received`, `sms:sent`, `sms:delivered` and `sms:failed`:

            url=https://<your host>/hooks/<channel>/<secret>
            curl -u <user>:<password> -H 'content-type: application/json' \\
              -d '{"event": "sms:received", "url": "'$url'"}' \\
              https://api.sms-gate.app/3rdparty/v1/webhooks

        `user` and `password` stand on the app's Home tab, `signing_key` under Settings, Webhooks,
        Signing Key. Set the order of processing to FIFO there, or the newest reply goes first.
        For a phone in your own network set `url` to `http://<phone>:8080/message`. End-to-end
        encryption must be off.
    """
    guards: ClassVar[tuple[str, ...]] = ("signing_key",)
    report_batch: ClassVar[int] = 1

    user: str
    password: str = secret()
    signing_key: str = secret("")
    url: str = "https://api.sms-gate.app/3rdparty/v1/messages"
    device: str = ""
    sim: int = 0
    priority: int = 0

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        stamp = request.headers.get("x-timestamp", "").strip()
        expected = sign(self.signing_key, request.body + raw(stamp)).hex()
        given = request.headers.get("x-signature", "").strip().lower()
        if not (stamp and self.signing_key and same_secret(given, expected)):
            raise NotFromCarrier("wrong signature")
        check_age(stamp, now)

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        whole = request_object(request.body)
        about, payload = Fields.of(whole.items()), inner(whole.get("payload"))
        kind = about.filled("event").lower()
        if kind == "sms:received":
            return [
                sms(
                    payload.first("sender", "phoneNumber"),
                    payload["message"],
                    recipient=payload.get("recipient"),
                    carrier_id=payload.get("messageId"),
                    sent_at=iso_time(payload.get("receivedAt")),
                )
            ]
        if kind in REPORTS:
            return [_report(REPORTS[kind], payload)]
        return [Ignored("a ping, an MMS or data: nothing to answer")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload: dict[str, Any] = {
            "id": message.our_id,
            "textMessage": {"text": message.text},
            "phoneNumbers": [message.to],
            "withDeliveryReport": True,
            "priority": self.priority,
        }
        if message.expires_in:
            payload["ttl"] = max(1, int(message.expires_in.total_seconds()))
        if self.sim:
            payload["simNumber"] = self.sim
        if self.device:
            payload["deviceId"] = self.device
        return HttpRequest.post_json(self.url, payload, authorization=self._log_in())

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((_filled(json_object(response), "id"),))

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        """409: this id was taken before. A gateway error is safe to repeat, by the same id."""
        if response.status == 409:
            return [Accepted((message.our_id,)) for message in messages]
        if response.status in (502, 504):
            return [TryLater(f"HTTP {response.status}") for _ in messages]
        return super().outcomes(response, messages)

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        url = f"{self.url}/{quote(message.our_id, safe='')}"
        return HttpRequest("GET", url, {"authorization": self._log_in()})

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        if response.status == 404:
            return NotKnown()
        return self.refusal(response) or self.verdict(response)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        (message,) = messages
        return self.look_up(message)

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        answer = json_object(response)
        our_id, state = _filled(answer, "id"), _filled(answer, "state").lower()
        if state not in STATES:
            raise BadPayload("the message is in a state that was not documented")
        return [Report(STATES[state], our_id, our_id)]

    def _log_in(self) -> str:
        return basic(self.user, self.password)


def _report(status: Status, payload: Fields) -> Report:
    our_id = payload.filled("messageId")
    recipient = payload.first("recipient", "phoneNumber")
    return Report(status, our_id, our_id, payload.get("reason"), recipient)


def _filled(answer: dict[str, Any], name: str) -> str:
    return Fields.of(answer.items()).filled(name)
