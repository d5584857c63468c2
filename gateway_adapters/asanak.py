"""Asanak v2rest: JSON with the log-in in the body; pushes by GET in the customer's own words.

Reference: https://asanak.com/api-docs/sms and https://aws.asanak.ir/wiki, read 2026-11. A number
with a plus is refused. What msgstatus's codes mean is not published, so no reports are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import ClassVar
from urllib.parse import unquote_plus

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    HttpRequest,
    HttpResponse,
    Message,
    OutboundMessage,
    Outcome,
    Refused,
    TryLater,
    secret,
)
from gateway_adapters.json_answers import code_of, json_object, refusal
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.times import iso_time

OK = "200"
AN_HOUR = timedelta(hours=1)
CODES: Mapping[str, Outcome] = {
    "429": TryLater("too many requests"),
    "1001": ChannelBroken("template invalid"),
    "1002": ChannelBroken("source inactive"),
    "1004": TryLater("internal error"),
    "1005": ChannelBroken("the reseller's credit"),
    "1006": ChannelBroken("no credit"),
    "1008": Refused("validation failed"),
    "1009": TryLater("daily limit", AN_HOUR),
    "1010": Refused("bad destination"),
    "1013": TryLater("outside the hours for lines other than service lines", AN_HOUR),
    "1014": Refused("links are not allowed"),
    "1015": ChannelBroken("the password has expired"),
}


@dataclass(frozen=True, kw_only=True)
class Asanak(OneByOne):
    username: str
    password: str = secret()
    base_url: str = "https://sms.asanak.ir/webservice/v2rest"
    send_to_blacklist: bool = True
    decode_twice: bool = False
    """The pushed text is percent-encoded once more inside its field."""
    utc_offset_minutes: int = 210
    """Of `ReceiveTime`; Tehran is assumed."""

    SETUP: ClassVar[str] = """
        In the panel, write as the URL for received messages:

            https://<your host>/hooks/<channel>/<secret>?Destination=$Destination&Source=$Source&ReceiveTime=$ReceiveTime&MsgBody=$MsgBody
    """  # noqa: E501

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        sender, text = fields.phone("Source"), fields["MsgBody"]
        zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        sent_at = iso_time(fields.get("ReceiveTime"), zone)
        text = unquote_plus(text) if self.decode_twice else text
        return [Message(sender, text, fields.get("Destination"), sent_at=sent_at)]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        asks = {
            "username": self.username,
            "password": self.password,
            "source": message.sender,
            "destination": message.to.removeprefix("+"),
            "message": message.text,
            "send_to_blacklist": int(self.send_to_blacklist),
        }
        return HttpRequest.post_json(f"{self.base_url}/sendsms", asks, accept="application/json")

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if 200 <= response.status < 300:
            return None
        if response.status == 401:  # 1008 with HTTP 401 is the log-in's, not the message's
            return ChannelBroken("bad user or password")
        return refusal(response, code_of(response, "meta", "status"), CODES)

    def verdict(self, response: HttpResponse) -> Outcome:
        if (code := code_of(response, "meta", "status")) != OK:
            return refusal(response, code, CODES)
        match json_object(response).get("data"):
            case [str() | int() as carrier_id, *_]:
                return Accepted((str(carrier_id),))
        raise BadPayload("no id in the answer")
