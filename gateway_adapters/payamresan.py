"""Payam-Resan V3 (sms-webservice.com): JSON with the key in the body, polled at leisure.

Reference: https://api.sms-webservice.com/swagger/docs/v3 and the vendor's published clients, read
2026-11. HTTP 200 always, `Success` counts. Asking for messages more often than every few minutes
is refused, so a conversation here is slow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
    TryLater,
    Unclear,
    secret,
)
from gateway_adapters.json_answers import code_of, entries, inner, json_object, number, refusal
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time

AN_HOUR = timedelta(hours=1)
A_WHILE = timedelta(minutes=5)
LIMIT = TryLater("a daily, nightly or shared limit", AN_HOUR)
CODES: Mapping[str, Outcome] = {
    "1": ChannelBroken("bad key"),
    "2": ChannelBroken("the API is switched off"),
    "3": ChannelBroken("user inactive"),
    "4": TryLater("the API is off for a while", A_WHILE),
    "5": TryLater("the method is off for a while", A_WHILE),
    "6": ChannelBroken("identity incomplete"),
    "8": ChannelBroken("profile incomplete"),
    "9": Refused("invalid parameters"),
    "10": ChannelBroken("our address is not allowed"),
    "11": ChannelBroken("malformed key"),
    "12": ChannelBroken("bad sender"),
    "13": Refused("bad recipient"),
    "14": ChannelBroken("method not authorised"),
    "15": LIMIT,
    "16": LIMIT,
    "17": LIMIT,
    "18": LIMIT,
    "19": ChannelBroken("low credit"),
    "20": TryLater("too many requests", A_WHILE),
    "100": Unclear("an internal error; it may have been taken"),
}
STATUSES = {
    "0": Status.QUEUED,
    "1": Status.SENT,
    "2": Status.SENT,
    "3": Status.SENT,
    "4": Status.DELIVERED,
    "5": Status.FAILED,
    "6": Status.FAILED,
    "7": Status.REJECTED,
    "9": Status.EXPIRED,
    **dict.fromkeys(("11", "13"), Status.FAILED),
    "12": Status.REJECTED,
    "14": Status.FAILED,
    "15": Status.REJECTED,
    "16": Status.REJECTED,
    **dict.fromkeys(("17", "18", "19", "20", "21"), Status.FAILED),
}  # 8 is an unknown id, 10 a pending unknown: no news
UNKNOWN_ID, OPTED_OUT = "8", "15"


@dataclass(frozen=True, kw_only=True)
class PayamResan(OneByOne):
    api_key: str = secret()
    base_url: str = "https://api.sms-webservice.com/api/V3"

    report_batch: ClassVar[int] = 99
    poll_every: ClassVar[timedelta] = A_WHILE
    SETUP: ClassVar[str] = """
        Make a key in the panel under «وب سرویس». Payam-Resan calls nobody: messages are asked for
        every five minutes, which is as often as it allows. For trials without sending set
        `base_url` to `https://api.sms-webservice.com/api/V3SandBox`.
    """

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        recipient = {"Destination": _number(message.to), "UserTraceId": message.number}
        asks = {"Text": message.text, "Sender": _number(message.sender)}
        return self._post("SendBulk", asks | {"Recipients": [recipient]})

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = json_object(response)
        if answer.get("success") is not True:
            return refusal(response, code_of(response, "errorcode"), CODES)
        match entries(answer, "result"):
            case [result]:
                return Accepted((Fields.of(result.items()).filled("id"),))
        raise BadPayload("not one result")

    def poll(self, cursor: str) -> HttpRequest | None:
        return self._post("GetInbox", {})

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = self._rows(response)
        return Polled(each(rows, _message) if rows else [])

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        return self._post("StatusById", {"Ids": [_number(m.carrier_id) for m in messages]})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        return [_report(row) for row in self._rows(response) if row["statuscode"] in STATUSES]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        asks = {"UserTraceIds": [message.number]}
        return self._post("StatusByUserTraceId", asks) if message.number else None

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        match self._rows(response):
            case []:
                return NotKnown()
            case [row] if row["statuscode"] == UNKNOWN_ID:
                return NotKnown()
            case [row, *_]:
                return Accepted((row.filled("id"),))
        return Unclear("the look-up does not say")

    def balance(self) -> HttpRequest | None:
        return self._post("AccountInfo", {})

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(Decimal(number(inner(self._answer(response), "result"), "credit")), "IRR")

    def _rows(self, response: HttpResponse) -> list[Fields]:
        return [Fields.of(row.items()) for row in entries(self._answer(response), "result")]

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        answer = json_object(response)
        if answer.get("success") is not True:
            raise BadPayload(f"no success, error {code_of(response, 'errorcode')[:9]!r}")
        return answer

    def _post(self, method: str, asks: Mapping[str, Any]) -> HttpRequest:
        return HttpRequest.post_json(f"{self.base_url}/{method}", {"ApiKey": self.api_key, **asks})


def _message(row: Fields) -> Event:
    """The sender's field is called `Form` indeed; how `Time` is written is not published."""
    sender, line = row.phone("form", "from"), row.get("to")
    return Message(sender, row["text"], line, row.filled("id"), iso_time(row.get("time")))


def _report(row: Fields) -> Report:
    code = row["statuscode"]
    return Report(STATUSES[code], row.filled("id"), reason=code, opted_out=code == OPTED_OUT)


def _number(text: str) -> int | str:
    """Numbers and ids are JSON numbers there, without plus and leading zero."""
    digits = text.removeprefix("+")
    return int(digits) if digits.isdecimal() and digits.isascii() else digits
