"""The shape of most regional carriers: one message or report as flat fields, by GET or POST.

A carrier says its field names and codes as data; the fields may stand in the query or the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from gateway_adapters.contract import (
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Report,
    Screen,
    Status,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import rfc3339, sms

Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FormCarrier(OneByOne):
    """Field names are tried in order; names are compared without case."""

    SENDER: ClassVar[Names]
    TEXT: ClassVar[Names]
    RECIPIENT: ClassVar[Names] = ()
    ID: ClassVar[Names] = ()
    TIME: ClassVar[Names] = ()
    REQUIRED: ClassVar[Names] = ()
    """What every message of this carrier has besides a sender and a text."""
    ENCODING: ClassVar[str] = "utf-8"

    STATUS: ClassVar[str] = "status"
    STATUSES: ClassVar[Mapping[str, Status | None]] = {}
    """What each report's code means, in lower case; None where nothing has changed."""
    REPORT_ID: ClassVar[str] = ""
    REPORT_OUR_ID: ClassVar[str] = ""

    ANSWER: ClassVar[str] = "OK"

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields(self.ENCODING)
        return [self.report(fields) if self.is_report(fields) else self.message(fields)]

    def is_report(self, fields: Fields) -> bool:
        has_text = any(name in fields for name in self.TEXT)
        return bool(self.STATUSES) and self.STATUS in fields and not has_text

    def message(self, fields: Fields) -> Event:
        for name in self.REQUIRED:
            fields.filled(name)
        if not any(name in fields for name in self.TEXT):
            raise BadPayload("the message has no text")
        return sms(
            fields.first(*self.SENDER),
            next(fields[name] for name in self.TEXT if name in fields),
            recipient=fields.first(*self.RECIPIENT),
            carrier_id=fields.first(*self.ID),
            sent_at=self.time(fields.first(*self.TIME)),
        )

    def report(self, fields: Fields) -> Event:
        carrier_id = fields.filled(self.REPORT_ID) if self.REPORT_ID else ""
        our_id = fields.filled(self.REPORT_OUR_ID) if self.REPORT_OUR_ID else ""
        code = fields.filled(self.STATUS)
        status = self.status(code)
        if status is None:
            return Ignored("a report without news, or of an unknown status")
        return Report(status, carrier_id, our_id, "" if status is Status.DELIVERED else code)

    def status(self, code: str) -> Status | None:
        return self.STATUSES.get(code.lower())

    def time(self, text: str) -> datetime | None:
        return rfc3339(text)

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain(self.ANSWER)
