"""Click Mobile (Malawi): XML in, signed JSON out, no reports.

Source: public payloads in nyaruka/courier's tests; read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, sms
from gateway_adapters.xml import parse_xml

TAKEN = "000"


@dataclass(frozen=True, kw_only=True)
class ClickMobile(OneByOne):
    username: str = ""
    password: str = secret("")
    app_id: str = ""
    org_id: str = ""
    send_url: str = "http://206.225.81.36/ucm_api/index.php"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = parse_xml(request.body).fields()
        if not fields.get("shortcode").strip():
            raise BadPayload("the message has no shortCode")
        return [
            sms(
                fields.get("mobile"),
                fields.get("text"),
                recipient=fields.get("shortcode"),
                carrier_id=fields.get("referenceid"),
            )
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        stamp = (message.at or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%d%H%M%S")
        signed = f"{self.app_id}{stamp}{self.password}".encode()
        payload = {
            "app_id": self.app_id,
            "org_id": self.org_id,
            "user_id": self.username,
            "timestamp": stamp,
            "auth_key": md5(signed, usedforsecurity=False).hexdigest(),
            "operation": "send",
            "reference": message.our_id,
            "message_type": "1",
            "src_address": message.sender,
            "dst_address": message.to,
            "message": message.text,
        }
        return HttpRequest.post_json(self.send_url, payload)

    def verdict(self, response: HttpResponse) -> Outcome:
        code = inner(json_object(response.body)).filled("code")
        return Accepted() if code == TAKEN else Refused(f"code {code:.10}")
