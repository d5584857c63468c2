"""MeliPayamak, which is FaraPayamak too: pushes by GET in the customer's own words.

Reference: https://www.melipayamak.com/api/transfering-massage/, https://www.melipayamak.com/api/sendsms/
and the vendor's published clients, read 2026-11. HTTP 200 says nothing; numbers come as `912…`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import ClassVar

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
from gateway_adapters.json_answers import entries, json_object
from gateway_adapters.newest_first import fresh, place
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.times import unix_time

AN_HOUR = timedelta(hours=1)
CODES: Mapping[str, Outcome] = {
    "0": ChannelBroken("bad user or password"),
    "2": ChannelBroken("no credit"),
    "3": TryLater("daily limit", AN_HOUR),
    "4": TryLater("volume limit", AN_HOUR),
    "5": ChannelBroken("bad sender line"),
    "6": TryLater("the system is being updated"),
    "7": Refused("the text contains a filtered word"),
    "8": Refused("below the minimum count"),
    "9": ChannelBroken("public lines may not be used through the web service"),
    "10": ChannelBroken("user inactive"),
    "11": Refused("not sent, often the operator's list"),
    "12": ChannelBroken("the account's documents are incomplete"),
    "14": Refused("the text contains a link"),
    "15": Refused("more than one recipient without «لغو11» in the text"),
    "16": Refused("no recipient"),
    "17": Refused("empty text"),
    "18": Refused("bad recipient"),
    "19": TryLater("hourly limit", AN_HOUR),
    "35": Refused("the recipient is on the operator's list"),
    "-1": ChannelBroken("web service access is off"),
    "-2": Refused("one recipient a call"),
    "-3": ChannelBroken("line not defined"),
    "-4": ChannelBroken("pattern not approved"),
    "-5": ChannelBroken("variables do not match the pattern"),
    "-6": TryLater("internal error"),
    "-7": ChannelBroken("problem with the sender line"),
    "-10": Refused("the text contains a link"),
    "-108": ChannelBroken("our address is blocked"),
    "-109": ChannelBroken("the list of allowed addresses must be set"),
    "-110": ChannelBroken("the API key must be used as password"),
    "-111": ChannelBroken("our address is not allowed"),
}
STATUSES = {
    "0": Status.SENT,
    "1": Status.DELIVERED,
    "2": Status.FAILED,
    "3": Status.FAILED,
    "8": Status.SENT,
    "16": Status.FAILED,
    "35": Status.REJECTED,
    "200": Status.SENT,
    "300": Status.REJECTED,
    "400": Status.QUEUED,
    "500": Status.REJECTED,
}  # -2, 5 and 100 are unknown: no news
ID_DIGITS = 15  # a shorter Value is an error code
FULL_PAGE = 100
MS_DATE = re.compile(r"/Date\((-?\d+)")


@dataclass(frozen=True, kw_only=True)
class MeliPayamak(OneByOne):
    username: str
    password: str = secret()
    """The API key for accounts opened lately, which refuse the password (-110)."""
    base_url: str = "https://rest.payamak-panel.com/api/SendSMS"
    sender_names: tuple[str, ...] = ("from", "sender")
    recipient_names: tuple[str, ...] = ("to", "receiver")
    text_names: tuple[str, ...] = ("body", "text", "message")
    polls: bool = False
    """Ask for messages too; the newest are assumed to come first."""

    report_batch: ClassVar[int] = 1
    SETUP: ClassVar[str] = """
        In the panel, open «انتقال پیامک» (message transfer) of the line and write as the address:

            https://<your host>/hooks/<channel>/<secret>?from=$FROM$&to=$TO$&body=$TEXT$

        The panel switches the transfer off when the address does not answer `OK`. New accounts
        must put the API key of the panel where the password goes.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if not any(name in fields for name in self.text_names):
            raise BadPayload("no text")
        line = fields.first(*self.recipient_names)
        return [Message(fields.phone(*self.sender_names), fields.first(*self.text_names), line)]

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {"to": message.to.removeprefix("+"), "from": message.sender, "text": message.text}
        return self._post("SendSMS", form | {"isFlash": "false"})

    def verdict(self, response: HttpResponse) -> Outcome:
        answer = Fields.of(json_object(response).items())
        value, returned = answer.get("value").strip(), answer.get("retstatus").strip()
        if value.isdecimal() and len(value) >= ID_DIGITS and returned in ("1", ""):
            return Accepted((value,))
        if not value and not returned:
            raise BadPayload("the answer has neither Value nor RetStatus")
        unknown = Unclear(f"value {value[:9]}, which the manual does not name")
        return CODES.get(value, CODES.get(returned, unknown))

    def poll(self, cursor: str) -> HttpRequest | None:
        start = str((place(cursor).page - 1) * FULL_PAGE)
        asks = {"location": "1", "from": "", "index": start, "count": str(FULL_PAGE)}
        return self._post("GetMessages", asks) if self.polls else None

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = [Fields.of(row.items()) for row in entries(json_object(response), "data")]
        return fresh(rows, cursor, "msgid", _message, more=len(rows) >= FULL_PAGE)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        (message,) = messages
        return self._post("GetDeliveries2", {"recId": message.carrier_id})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        code = Fields.of(json_object(response).items())["value"].strip()
        status = STATUSES.get(code)
        return [Report(status, m.carrier_id, m.our_id, code) for m in messages if status]

    def balance(self) -> HttpRequest | None:
        return self._post("GetCredit", {})

    def balance_from(self, response: HttpResponse) -> Balance:
        try:
            return Balance(Decimal(Fields.of(json_object(response).items())["value"]), "messages")
        except InvalidOperation as error:
            raise BadPayload("the credit is not a number") from error

    def _post(self, method: str, form: Mapping[str, str]) -> HttpRequest:
        login = {"username": self.username, "password": self.password}
        url = f"{self.base_url}/{method}"
        return HttpRequest.post_form(url, {**login, **form}, accept="application/json")


def _message(row: Fields) -> Event:
    date: datetime | None = None
    if found := MS_DATE.search(row.get("senddate")):
        date = unix_time(int(found[1]) / 1000)
    line = row.first("recipientnumber", "receiver")
    return Message(row.phone("sendernumber", "sender"), row["body"], line, row["msgid"], date)
