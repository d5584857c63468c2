"""SunwaySMS: an inbox of the last day to be polled; what else it can is not published enough.

Reference: https://github.com/sunwaysms/url (Methods/GetInboxMessage.md), read 2026-11. To send,
use a second channel with the `template` adapter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import ClassVar

from gateway_adapters.contract import (
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Message,
    Polled,
    secret,
)
from gateway_adapters.gsm7 import part_of
from gateway_adapters.json_answers import entries, lower
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time


@dataclass(frozen=True, kw_only=True)
class SunwaySms(HearsOnly):
    username: str
    password: str = secret()
    url: str = "https://sms.sunwaysms.com/smsws/HttpService.ashx"
    count: int = 100
    utc_offset_minutes: int = 210
    """Of `ReceiveDate`; Tehran is assumed."""

    poll_every: ClassVar[timedelta] = timedelta(seconds=15)
    SETUP: ClassVar[str] = """
        User name and password are those of the panel. Messages are asked for every 15 seconds;
        the inbox keeps those of the last day.
    """

    def poll(self, cursor: str) -> HttpRequest | None:
        asks = {
            "service": "GetInboxMessage",
            "username": self.username,
            "Password": self.password,
            "NumberOfMessage": str(self.count),
        }
        return HttpRequest.get(self.url, asks)

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows: Sequence[dict[str, object]] = entries(lower(response.json()), "")
        return Polled(each(rows, self._message) if rows else [])

    def _message(self, entry: dict[str, object]) -> Event:
        row = Fields.of(entry.items())
        zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        return Message(
            row.phone("SenderNumber"),
            row["MessageBody"],
            row.get("SpecialNumber"),
            row.filled("InboxID"),
            iso_time(row.get("ReceiveDate"), zone),
            part_of(row.get("UDH")),
        )
