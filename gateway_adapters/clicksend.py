"""ClickSend (Australia): form in, up to a hundred messages a JSON send, no reports here.

Source: public payloads in nyaruka/courier's tests, developers.clicksend.com; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    TryLater,
    by_http_status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names
from gateway_adapters.http import basic
from gateway_adapters.reading import entries, inner, json_object
from gateway_adapters.times import unix_time

SUCCESS = "SUCCESS"
OUTCOMES: Mapping[str, type[TryLater] | type[ChannelBroken]] = {
    "THROTTLED": TryLater,
    "INTERNAL_ERROR": TryLater,
    "INSUFFICIENT_CREDIT": ChannelBroken,
    "INVALID_CREDENTIALS": ChannelBroken,
    "MISSING_CREDENTIALS": ChannelBroken,
    "ACCOUNT_NOT_ACTIVATED": ChannelBroken,
    "INVALID_SENDER_ID": ChannelBroken,
}
"""What is not about this one message; every other status refuses it."""


@dataclass(frozen=True, kw_only=True)
class ClickSend(FormCarrier):
    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("body", "message")
    RECIPIENT: ClassVar[Names] = ("to",)
    ID: ClassVar[Names] = ("message_id",)
    TIME: ClassVar[Names] = ("timestamp",)
    batch_size: ClassVar[int] = 100

    username: str = ""
    api_key: str = secret("")
    source: str = "muster"
    send_url: str = "https://rest.clicksend.com/v3/sms/send"

    def time(self, text: str) -> datetime | None:
        return unix_time(text)

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        payload = {"messages": [self._message(message) for message in messages]}
        key = basic(self.username, self.api_key)
        return HttpRequest.post_json(self.send_url, payload, authorization=key)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        return self.send([message])

    def _message(self, message: OutboundMessage) -> Mapping[str, Any]:
        return {
            "to": message.to,
            "from": message.sender,
            "body": message.text,
            "source": self.source,
            "custom_string": message.our_id,
        }

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        """HTTP 200 says nothing: each message has a status, in the order sent."""
        if said := by_http_status(response):
            return [said] * len(messages)
        data = json_object(response.body).get("data")
        found = entries(data.get("messages") if isinstance(data, Mapping) else None)
        if len(found) != len(messages):
            raise BadPayload("the answer is about other messages")
        return [_outcome(entry) for entry in found]

    def verdict(self, response: HttpResponse) -> Outcome:
        raise BadPayload("answers are read as a whole")


def _outcome(entry: Any) -> Outcome:
    status = inner(entry).filled("status").upper()
    if status == SUCCESS:
        return Accepted((inner(entry).filled("message_id"),))
    return OUTCOMES.get(status, Refused)(status[:40])
