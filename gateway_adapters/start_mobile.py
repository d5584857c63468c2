"""Start Mobile (Ukraine): XML both ways, answered in XML too.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    Screen,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import sms
from gateway_adapters.times import unix_time
from gateway_adapters.xml import escape, parse_xml

ANSWER = '<answer type="async"><state>Accepted</state></answer>'
MESSAGE = (
    '<message><service id="single" source="{source}" validity="{validity}"/><to>{to}</to>'
    '<body content-type="plain/text" encoding="plain">{text}</body></message>'
)


@dataclass(frozen=True, kw_only=True)
class StartMobile(OneByOne):
    username: str = ""
    password: str = secret("")
    validity: str = "+12 hours"
    send_url: str = "https://bulk.startmobile.ua/clients.php"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        root = parse_xml(_one_document(request.body))
        service = root.first("service")
        if service is None or not service.attributes.get("request_id"):
            raise BadPayload("the message has no request_id")
        if not root.value("to").strip():
            raise BadPayload("the message has no recipient")
        return [
            sms(
                root.value("from"),
                root.value("body"),
                recipient=root.value("to"),
                carrier_id=service.attributes["request_id"],
                sent_at=unix_time(service.attributes.get("timestamp", "")),
            )
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.of_xml(ANSWER)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        given = {
            "source": message.sender,
            "validity": self.validity,
            "to": message.to,
            "text": message.text,
        }
        body = MESSAGE.format(**{name: escape(text) for name, text in given.items()})
        headers = {
            "content-type": "application/xml; charset=utf-8",
            "authorization": basic(self.username, self.password),
        }
        return HttpRequest("POST", self.send_url, headers, body.encode())

    def verdict(self, response: HttpResponse) -> Outcome:
        root = parse_xml(response.body)
        if root.name.lower() == "error":
            return Refused("an error instead of an id")
        message_id = root.value("id").strip()
        if not message_id:
            raise BadPayload("the answer has no id")
        return Accepted((message_id,))


def _one_document(body: bytes) -> bytes:
    """Leave out what sometimes follows the closing tag."""
    return body[: body.rfind(b">") + 1]
