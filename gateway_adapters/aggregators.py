"""Value-added-service aggregators before Iran's operators: plain GET calls, answered with `1`.

Reference: https://github.com/HarryLoghman/Portal (production code of 2019 for Telepromo, MobinOne,
Hub and Pardis), read 2026-11. How they take messages is set by contract: send with `template`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway_adapters.contract import (
    BadPayload,
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    Report,
    Screen,
    Status,
)
from gateway_adapters.times import iso_time

Names = tuple[str, ...]
STATUSES = {
    "deliveredtoterminal": Status.DELIVERED,
    "deliveredtonetwork": Status.SENT,
    "messagewaiting": Status.SENT,
    "deliveryimpossible": Status.FAILED,
}  # DeliveryUncertain and DeliveryNotificationNotSupported are no news


@dataclass(frozen=True, kw_only=True)
class _Aggregator(HearsOnly):
    SENDER: ClassVar[Names]
    RECIPIENT: ClassVar[Names]
    TEXT: ClassVar[Names]
    ID: ClassVar[Names] = ()
    TIME: ClassVar[Names] = ()
    REPORT_ID: ClassVar[Names] = ()
    REPORT_STATUS: ClassVar[Names] = ()
    ANSWER: ClassVar[str] = "1"
    REFUSAL: ClassVar[str] = "-1"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if any(name in fields for name in self.TEXT):
            text = next(fields[name] for name in self.TEXT if name in fields)
            line, carrier_id = fields.first(*self.RECIPIENT), fields.first(*self.ID)
            sent_at = iso_time(fields.first(*self.TIME))
            return [Message(fields.phone(*self.SENDER), text, line, carrier_id, sent_at)]
        if carrier_id := fields.first(*self.REPORT_ID):
            return [self._report(fields, carrier_id)]
        raise BadPayload("neither a message nor a report")

    def _report(self, fields: Fields, carrier_id: str) -> Event:
        said = fields.first(*self.REPORT_STATUS).strip()
        if status := STATUSES.get(said.lower()):
            return Report(status, carrier_id, reason=fields.get("errormessage") or said)
        return Ignored("a report whose status means nothing to us")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain(self.ANSWER)

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.plain(self.REFUSAL)


@dataclass(frozen=True, kw_only=True)
class Telepromo(_Aggregator):
    """`da` is the subscriber and `oa` our line, not the other way round."""

    SENDER: ClassVar[Names] = ("da",)
    RECIPIENT: ClassVar[Names] = ("oa",)
    TEXT: ClassVar[Names] = ("txt",)
    REPORT_ID: ClassVar[Names] = ("refId",)
    REPORT_STATUS: ClassVar[Names] = ("deliveryStatus",)
    ANSWER: ClassVar[str] = ""
    REFUSAL: ClassVar[str] = ""


@dataclass(frozen=True, kw_only=True)
class MobinOne(_Aggregator):
    SENDER: ClassVar[Names] = ("sender",)
    RECIPIENT: ClassVar[Names] = ("scode",)
    TEXT: ClassVar[Names] = ("text",)
    REPORT_ID: ClassVar[Names] = ("requestId",)
    REPORT_STATUS: ClassVar[Names] = ("status",)


@dataclass(frozen=True, kw_only=True)
class Hub(_Aggregator):
    SENDER: ClassVar[Names] = ("from",)
    RECIPIENT: ClassVar[Names] = ("to",)
    TEXT: ClassVar[Names] = ("text",)
    ID: ClassVar[Names] = ("smsId",)


@dataclass(frozen=True, kw_only=True)
class Pardis(_Aggregator):
    """Other entry points take the same in a body, as Address or From, To and Message."""

    SENDER: ClassVar[Names] = ("mobileNumber", "Address", "From")
    RECIPIENT: ClassVar[Names] = ("shortCode", "To")
    TEXT: ClassVar[Names] = ("content", "Message")
    ID: ClassVar[Names] = ("messageId",)
    TIME: ClassVar[Names] = ("receiveTime",)
    REPORT_ID: ClassVar[Names] = ("PardisId",)
    REPORT_STATUS: ClassVar[Names] = ("Status",)
