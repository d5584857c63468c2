"""Play Mobile (Uzbekistan): XML lists of messages in, up to a hundred messages a JSON send.

Source: public payloads in nyaruka/courier's tests; read 2026-11. The message ids are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    Adapter,
    BadPayload,
    ChannelBroken,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    by_http_status,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.reading import each, inner, json_object, sms
from gateway_adapters.xml import Node, parse_xml

TAKEN = "request is received"


@dataclass(frozen=True, kw_only=True)
class PlayMobile(Adapter):
    batch_size: ClassVar[int] = 100

    username: str = ""
    password: str = secret("")
    base_url: str = ""
    prefixes: tuple[str, ...] = ()
    """Keywords of a shared line that stand before every text; taken away."""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        root = parse_xml(request.body)
        if root.name.lower() != "sms-request":
            raise BadPayload("no sms-request")
        return each(root.all("message"), self._message)

    def _message(self, node: Node) -> Event:
        text = self._without_prefix("".join(part.text for part in node.all("content")))
        if not text.strip():
            raise BadPayload("the message has no text")
        message_id = node.attributes.get("id", "")
        if not message_id:
            raise BadPayload("the message has no id")
        return sms(node.attributes.get("msisdn", ""), text, carrier_id=message_id)

    def _without_prefix(self, text: str) -> str:
        for prefix in self.prefixes:
            if prefix and text.lower().startswith(prefix.lower()):
                return text[len(prefix) :].strip()
        return text

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        payload = {
            "messages": [
                {
                    "recipient": message.to.removeprefix("+"),
                    "message-id": message.our_id,
                    "sms": {
                        "originator": message.sender.removeprefix("+"),
                        "content": {"text": message.text},
                    },
                }
                for message in messages
            ]
        }
        key = basic(self.username, self.password)
        return HttpRequest.post_json(f"{self.base_url}/broker-api/send", payload, authorization=key)

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        """Success is a text, refusal a JSON object with an error code; both are for all."""
        return [self._verdict(response)] * len(messages)

    def _verdict(self, response: HttpResponse) -> Outcome:
        said = by_http_status(response)
        if said is None and TAKEN in response.text.lower():
            return Accepted()
        try:
            code = inner(json_object(response.body)).filled("error-code")
        except BadPayload:
            if said is None:
                raise
            return said
        return said if isinstance(said, ChannelBroken) else Refused(f"error {code:.10}")
