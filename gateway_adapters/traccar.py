"""Traccar SMS Gateway: an Android phone that sends for us; it passes no messages on to us.

Read 2026-11: traccar.org/http-sms-api. The token is shown in the app; `url` may be the phone's
own address (port 8082) instead of Traccar's cloud. There are no ids and no reports.
"""

from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    secret,
)
from gateway_adapters.one_by_one import OneByOne


@dataclass(frozen=True, kw_only=True)
class Traccar(OneByOne):
    SETUP: ClassVar[str] = """
        Start the service in the app and copy the token it shows into `token`. Nothing comes in: use
        this beside a channel that receives, or for notices alone.
    """
    token: str = secret()
    url: str = "https://www.traccar.org/sms/"

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {"to": message.to, "message": message.text}
        return HttpRequest.post_json(self.url, payload, authorization=self.token)

    def verdict(self, response: HttpResponse) -> Outcome:
        return Accepted()
