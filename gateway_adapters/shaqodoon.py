"""Shaqodoon (Somalia): POST with the message in the query; GET out; reports on three URLs.

Source: public payloads in nyaruka/courier's tests (retired there in 2023); read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.forms import FormCarrier, Names

REPORT_URLS: Mapping[str, Status] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "failed": Status.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Shaqodoon(FormCarrier):
    SETUP: ClassVar[str] = """
        Give support one URL for messages and three for reports; our own id comes back as `id`:

            https://<your host>/hooks/<channel>/<secret>
            https://<your host>/hooks/<channel>/<secret>/sent
            https://<your host>/hooks/<channel>/<secret>/delivered
            https://<your host>/hooks/<channel>/<secret>/failed"""

    SENDER: ClassVar[Names] = ("from",)
    TEXT: ClassVar[Names] = ("text",)
    RECIPIENT: ClassVar[Names] = ("to",)
    TIME: ClassVar[Names] = ("date", "time")

    send_url: str
    username: str = ""
    password: str = secret("")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        status, fields = REPORT_URLS.get(request.purpose), request.fields()
        if status and "text" not in fields:
            return [Report(status, our_id=fields.filled("id"))]
        return super().receive(request)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        params = {
            "from": message.sender.removeprefix("+"),
            "msg": message.text,
            "to": message.to.removeprefix("+"),
            "username": self.username,
            "password": self.password,
        }
        return HttpRequest.get(self.send_url, params)

    def verdict(self, response: HttpResponse) -> Outcome:
        text = response.text.strip()
        return Accepted() if text.startswith("0:") or not text else Refused("not a 0")
