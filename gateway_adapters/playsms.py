"""playSMS, your own SMS platform: web services by GET, an inbox to be polled.

Reference: https://github.com/playsms/playsms (documents/development/WEBSERVICES.md), read 2026-11.
A message from `last` on is asked for, so nothing is read twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Message,
    OutboundMessage,
    Outcome,
    Polled,
    Refused,
    secret,
)
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.json_answers import entries, json_object, refusal
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time
from gateway_adapters.xml import parse_xml

CODES: Mapping[str, Outcome] = {
    "100": ChannelBroken("authentication failed"),
    "101": Refused("unknown action"),
    "102": Refused("a field is empty"),
    "103": ChannelBroken("not enough credit"),
    "104": ChannelBroken("web service token not available"),
    "105": ChannelBroken("web service token not enabled"),
    "106": ChannelBroken("web service token not allowed"),
    "200": Refused("sending failed"),
    "201": Refused("recipient or text empty"),
}
NO_DATA = "501"


@dataclass(frozen=True, kw_only=True)
class PlaySms(OneByOne):
    user: str
    token: str = secret()
    url: str = "http://127.0.0.1/playsms/index.php"
    utc_offset_minutes: int = 0
    """Of the dates in the inbox: the server's zone."""

    SETUP: ClassVar[str] = """
        In playSMS, under My account → User configuration, enable the web service and take its
        token. Messages are asked for every few seconds; nothing is pushed.
    """

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        asks = {"to": message.to.removeprefix("+"), "msg": message.text}
        if not fits_gsm7(message.text):
            asks["unicode"] = "1"
        if message.sender:
            asks["from"] = message.sender
        return self._get("pv", asks)

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = json_object(response)
        rows = entries(answer, "data") if "data" in answer else [answer]
        if len(rows) != 1:
            raise BadPayload("not one result")
        row = Fields.of(rows[0].items())
        code = row.get("error") or row.get("error_code")
        if row.get("status").upper() == "OK" and code in ("0", ""):
            return Accepted((row.filled("smslog_id"),))
        return refusal(response, code, CODES)

    def poll(self, cursor: str) -> HttpRequest | None:
        return self._get("in", {"last": cursor or "0"})

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = _rows(response)
        newest = max([int(cursor or 0), *(row.integer("id") for row in rows)])
        return Polled(each(rows, self._message) if rows else [], str(newest))

    def _message(self, row: Fields) -> Event:
        zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        sent_at = iso_time(row.get("dt"), zone)
        return Message(row.phone("src"), row["msg"], row.get("dst"), row.filled("id"), sent_at)

    def _get(self, action: str, asks: Mapping[str, str]) -> HttpRequest:
        login = {"app": "ws", "u": self.user, "h": self.token, "op": action, "format": "json"}
        return HttpRequest.get(self.url, login | dict(asks))


def _rows(response: HttpResponse) -> Sequence[Fields]:
    """The messages; depending on its settings the server answers in JSON or XML."""
    if response.body.lstrip().startswith(b"<"):
        root = parse_xml(response.body)
        if root.name.lower() != "response":
            raise BadPayload("not an answer of playSMS")
        return [node.fields() for node in root.all("item")]
    answer = json_object(response)
    if str(answer.get("error")) == NO_DATA:
        return []
    if "data" not in answer:
        raise BadPayload("no data in the answer")
    return [Fields.of(row.items()) for row in entries(answer, "data")]
