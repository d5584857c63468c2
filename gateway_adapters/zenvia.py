"""Zenvia (Brazil): the v2 API of JSON events, and the older one it replaced.

Source: zenvia.github.io/zenvia-openapi-spec and public payloads in nyaruka/courier's tests;
read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import entries, inner, json_object, rfc3339, sms, time_as

STATUSES = {
    "SENT": Status.SENT,
    "DELIVERED": Status.DELIVERED,
    "READ": Status.DELIVERED,
    "REJECTED": Status.REJECTED,
    "NOT_DELIVERED": Status.FAILED,
}
OLD_STATUSES = {
    "00": Status.SENT,
    "01": Status.SENT,
    "02": Status.SENT,
    "03": Status.DELIVERED,
}
"""Both manuals know more words for failure than they list, so every other code is one."""


@dataclass(frozen=True, kw_only=True)
class Zenvia(OneByOne):
    api_token: str = secret("")
    send_url: str = "https://api.zenvia.com/v2/channels/sms/messages"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body)
        match inner(found)["type"].upper():
            case "MESSAGE" if isinstance(found.get("message"), Mapping):
                return [_message(found, found["message"])]
            case "MESSAGE_STATUS":
                return [_report(found)]
            case "MESSAGE":
                raise BadPayload("no message in it")
            case _:
                return [Ignored("an event that we do not know")]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "from": message.sender.removeprefix("+"),
            "to": message.to.removeprefix("+"),
            "contents": [{"type": "text", "text": message.text}],
        }
        return HttpRequest.post_json(self.send_url, payload, x_api_token=self.api_token)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted((inner(json_object(response.body)).filled("id"),))


@dataclass(frozen=True, kw_only=True)
class ZenviaLegacy(OneByOne):
    username: str = ""
    password: str = secret("")
    send_url: str = "https://api-rest.zenvia.com/services/send-sms"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        found = json_object(request.body)
        if "callbackmtrequest" in found:
            fields = inner(found["callbackmtrequest"])
            status = OLD_STATUSES.get(fields.filled("status"), Status.FAILED)
            reason = f"status {fields['status']:.4}" if status is Status.FAILED else ""
            return [Report(status, fields.filled("id"), reason=reason)]
        fields = inner(found.get("callbackmorequest"))
        return [
            sms(
                fields.get("mobile"),
                fields.get("body"),
                recipient=fields.get("shortcode"),
                carrier_id=fields.filled("id"),
                sent_at=rfc3339(fields.get("received")),
            )
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            "sendSmsRequest": {
                "to": message.to.removeprefix("+"),
                "schedule": "",
                "msg": message.text,
                "callbackOption": "FINAL",
                "id": message.our_id,
                "aggregateId": "",
            }
        }
        key = basic(self.username, self.password)
        return HttpRequest.post_json(self.send_url, payload, authorization=key)

    def verdict(self, response: HttpResponse) -> Outcome:
        code = inner(json_object(response.body).get("sendsmsresponse")).filled("statuscode")
        return Accepted() if code in OLD_STATUSES else Refused(f"status {code:.10}")


def _message(found: Mapping[str, Any], message: Mapping[str, Any]) -> Event:
    fields = inner(message)
    contents = [inner(content) for content in entries(message.get("contents"))]
    texts = [content.get("text") for content in contents if content.get("type") == "text"]
    return sms(
        fields.get("from"),
        "\n".join(texts),
        recipient=fields.get("to"),
        carrier_id=fields.get("id"),
        sent_at=time_as(inner(found).get("timestamp"), "%Y-%m-%dT%H:%M:%SZ"),
    )


def _report(found: Mapping[str, Any]) -> Event:
    code = inner(found.get("messagestatus")).filled("code").upper()
    status = STATUSES.get(code, Status.FAILED)
    reason = code[:20] if status in (Status.FAILED, Status.REJECTED) else ""
    return Report(status, inner(found).filled("messageid"), reason=reason)
