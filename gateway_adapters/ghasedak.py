"""Ghasedak's web service: JSON with a key in the header; pushes what it can, keeps the rest.

Reference: https://ghasedak.me/docs and the vendor's published API description, read 2026-11.
Names come in both cases and `isSuccess` alone counts. Our address must be on their white list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Balance,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Message,
    NotKnown,
    OutboundMessage,
    Outcome,
    Polled,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.http import national
from gateway_adapters.json_answers import code_of, entries, inner, json_object, number, refusal
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time

FULL_PAGE = 100
CODES: Mapping[str, Outcome] = {
    "400": Refused("bad parameters"),
    "401": ChannelBroken("bad key, or our address is not on the white list"),
}
STATUSES = {
    "0": Status.QUEUED,
    "1": Status.FAILED,
    "2": Status.REJECTED,
    "3": Status.SENT,
    "4": Status.FAILED,
    "5": Status.DELIVERED,
    "6": Status.FAILED,
}  # 7 is their test mode, 8 unknown: no news


@dataclass(frozen=True, kw_only=True)
class Ghasedak(OneByOne):
    api_key: str = secret()
    base_url: str = "https://gateway.ghasedak.me/rest/api/v1/WebService"
    line: str = ""
    """The line to poll; empty polls nothing. Polling marks messages as read."""
    utc_offset_minutes: int = 210
    """Of times without a zone; Tehran is assumed."""
    push_sender: tuple[str, ...] = ("sender", "from")
    push_text: tuple[str, ...] = ("message", "text")
    push_recipient: tuple[str, ...] = ("lineNumber", "to")
    push_id: tuple[str, ...] = ("id", "messageId")
    """Names in the pushes of «Traffic Relay», which are not published: assumed."""

    SETUP: ClassVar[str] = """
        Make a key in the panel and put our address on the key's white list. For pushes set under
        «Traffic Relay» of the line

            https://<your host>/hooks/<channel>/<secret>

        and set `line` besides: what could not be pushed stays unread there and is polled.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if not any(name in fields for name in self.push_text):
            raise BadPayload("no text")
        sender, text = fields.phone(*self.push_sender), fields.first(*self.push_text)
        return [
            Message(sender, text, fields.first(*self.push_recipient), fields.first(*self.push_id))
        ]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        asks = {
            "lineNumber": message.sender,
            "receptor": national(message.to),
            "message": message.text,
            "clientReferenceId": message.our_id,
            "udh": False,
        }
        return HttpRequest.post_json(f"{self.base_url}/SendSingleSMS", asks, apikey=self.api_key)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if 200 <= response.status < 300:
            return None
        return refusal(response, str(response.status), CODES)

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = json_object(response)
        if answer.get("issuccess") is not True:
            return refusal(response, code_of(response, "statuscode"), CODES)
        data = inner(answer, "data")
        rows = entries(data, "receptors") if isinstance(data.get("receptors"), list) else [data]
        ids = (Fields.of(row.items()).get("messageid") for row in rows)
        if not (carrier_ids := tuple(filter(None, ids))):
            raise BadPayload("no messageId in the answer")
        return Accepted(carrier_ids)

    def poll(self, cursor: str) -> HttpRequest | None:
        asks = {"lineNumber": self.line, "isRead": "false"}
        return self._get("GetReceivedSmses", asks) if self.line else None

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = self._rows(response)
        return Polled(self._messages(rows), more=len(rows) >= FULL_PAGE)

    def recover(self, since: datetime, page: int) -> HttpRequest | None:
        until = since + timedelta(days=3)
        asks = {"lineNumber": self.line, "isRead": "true", "pageIndex": str(page)}
        dates = {"startDate": f"{since:%Y-%m-%d}", "endDate": f"{until:%Y-%m-%d}"}
        return (
            self._get("GetReceivedSmsesPaging", asks | dates | {"pageSize": "200"})
            if self.line
            else None
        )

    def recovered(self, response: HttpResponse, page: int) -> Polled:
        data = self._answer(response).get("data")
        more = isinstance(data, dict) and data.get("hasnextpage") is True
        return Polled(self._messages(self._rows(response)), more=more)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        ids = ",".join(message.carrier_id for message in messages)
        return self._get("CheckSmsStatus", {"Ids": ids, "Type": "1"})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        return [
            Report(STATUSES[row["status"]], row.filled("messageid"), reason=row["status"])
            for row in self._rows(response)
            if row["status"] in STATUSES
        ]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        return self._get("CheckSmsStatus", {"Ids": message.our_id, "Type": "2"})

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        rows = self._rows(response)
        return Accepted((rows[0].filled("messageid"),)) if rows else NotKnown()

    def balance(self) -> HttpRequest | None:
        return self._get("GetAccountInformation", {})

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(Decimal(number(inner(self._answer(response), "data"), "credit")), "IRR")

    def _messages(self, rows: Sequence[Fields]) -> Sequence[Event]:
        return each(rows, self._message) if rows else []

    def _message(self, row: Fields) -> Event:
        date = iso_time(
            row.get("receivedate"), timezone(timedelta(minutes=self.utc_offset_minutes))
        )
        line, carrier_id = row.get("linenumber"), row.filled("id")
        return Message(row.phone("sender"), row["message"], line, carrier_id, date)

    def _rows(self, response: HttpResponse) -> list[Fields]:
        data = self._answer(response).get("data")
        rows = entries(data, "items") if isinstance(data, dict) else entries(data, "")
        return [Fields.of(row.items()) for row in rows]

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        answer = json_object(response)
        if answer.get("issuccess") is not True:
            raise BadPayload("the answer is no success")
        return answer

    def _get(self, method: str, params: Mapping[str, str]) -> HttpRequest:
        return HttpRequest.get(f"{self.base_url}/{method}", params, apikey=self.api_key)
