"""Magfa, HTTP v2 REST: sends with uids, hands messages and reports out when asked.

Reference: https://messaging.magfa.com/ui/?public/wiki/api/http_v2 and the vendor's published
clients, read 2026-11. Messages are handed out once and have no id, so theirs is made of their
content: the same person's same text within the same second counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    Adapter,
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
    by_http_status,
    content_id,
    phone_number,
    secret,
)
from gateway_adapters.http import basic
from gateway_adapters.json_answers import code_of, entries, json_object, number, refusal
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time

OK = "0"
FULL_PAGE = 100
MESSAGE = ("senderNumber", "recipientNumber", "body", "date")
NIGHT = timedelta(minutes=30)  # 8 lasts until 07:00; asked again now and then
LENGTHS = dict.fromkeys(
    ("101", "102", "103", "104", "105", "106", "107", "108", "109", "110"),
    Refused("a list of the request has the wrong length"),
)
CODES: Mapping[str, Outcome] = {
    "1": Refused("bad recipient number"),
    "2": ChannelBroken("bad sender number"),
    "3": Refused("bad encoding for this text"),
    "4": Refused("bad message class"),
    "6": Refused("bad user data header"),
    "8": TryLater("outside the hours for advertising lines (07-22)", NIGHT),
    "13": Refused("empty text"),
    "14": ChannelBroken("not enough credit"),
    "15": TryLater("server busy"),
    "16": ChannelBroken("account inactive"),
    "17": ChannelBroken("account expired"),
    "18": ChannelBroken("bad user or password"),
    "19": ChannelBroken("user, password and domain do not fit"),
    "20": ChannelBroken("sender line not owned by the account"),
    "22": ChannelBroken("service not enabled"),
    "23": TryLater("cannot take a request now"),
    "24": Refused("bad message id"),
    "25": Refused("bad method name"),
    # The operator's list against advertising is no word to us: a service line still reaches them.
    "27": Refused("the recipient takes no advertising (operator's list)"),
    "28": Refused("recipient blocked by number prefix"),
    "29": ChannelBroken("our address is not allowed"),
    "30": Refused("too many parts"),
    "31": Refused("bad JSON"),
    "33": Refused("the recipient has blocked this line", opted_out=True),
    "34": Refused("no verified information for this number"),
    **LENGTHS,
}
STATUSES = {
    "0": Status.QUEUED,
    "1": Status.DELIVERED,
    "2": Status.FAILED,
    "8": Status.SENT,
    "16": Status.FAILED,
}  # -1 is an unknown id, or one older than 24 hours: no news


@dataclass(frozen=True, kw_only=True)
class Magfa(Adapter):
    """Only one poller an account: two would take each other's messages."""

    user: str
    """User and domain, as `user/domain`."""
    password: str = secret()
    base_url: str = "https://sms.magfa.com/api/http/sms/v2"
    polls: bool = True
    utc_offset_minutes: int = 210
    """Of the dates in answers; Tehran is assumed, the manual names no zone."""
    push_sender: tuple[str, ...] = ("from",)
    push_text: tuple[str, ...] = ("text",)
    push_recipient: tuple[str, ...] = ("to",)
    """Names in the HTTP callback; Magfa's support sets them, these are assumed."""

    batch_size: ClassVar[int] = 100
    SETUP: ClassVar[str] = """
        `user` is user and domain as `user/domain`; `password` is the *service* password from
        «مدیریت حساب» → «رمز عبور و امنیت» of the panel, where our address may have to be allowed
        too. Messages are asked for every few seconds; nothing else is to be set up.

        Magfa also sells an "HTTP callback": then ask the support to call

            https://<your host>/hooks/<channel>/<secret>?from=<sender>&to=<line>&text=<text>

        and set `polls = false`; other names go into the `push_…` options.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if not any(name in fields for name in self.push_text):
            raise BadPayload("no text")
        text, line = fields.first(*self.push_text), fields.first(*self.push_recipient)
        return [Message(fields.phone(*self.push_sender), text, line)]

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        return self._post(
            "/send",
            {
                "senders": [message.sender for message in messages],
                "recipients": [message.to.removeprefix("+") for message in messages],
                "messages": [message.text for message in messages],
                "encodings": [0] * len(messages),
                "uids": [message.number for message in messages],
            },
        )

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        if (code := code_of(response, "status")) != OK or by_http_status(response):
            return [refusal(response, code, CODES)] * len(messages)
        results = entries(json_object(response), "messages")
        if len(results) != len(messages):
            raise BadPayload(f"{len(results)} results for {len(messages)} messages")
        return [_outcome(response, Fields.of(result.items())) for result in results]

    def poll(self, cursor: str) -> HttpRequest | None:
        return self._get("/messages/100") if self.polls else None

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = entries(self._answer(response), "messages")
        events = each(rows, self._message) if rows else []
        return Polled(events, more=len(rows) >= FULL_PAGE)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        return self._get("/statuses/" + ",".join(message.carrier_id for message in messages))

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        rows = [Fields.of(row.items()) for row in entries(self._answer(response), "dlrs")]
        return [
            Report(STATUSES[row["status"]], carrier_id=row.filled("mid"), reason=row["status"])
            for row in rows
            if row["status"] in STATUSES
        ]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        return self._get(f"/mid/{message.number}") if message.number else None

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        mid = number(self._answer(response), "mid")
        return Accepted((str(mid),)) if mid > 0 else NotKnown()

    def balance(self) -> HttpRequest | None:
        return self._get("/balance")

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(Decimal(number(self._answer(response), "balance")), "IRR")

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        if (code := code_of(response, "status")) != OK:
            raise BadPayload(f"the answer's status is {code[:9]!r}")
        return json_object(response)

    def _message(self, entry: dict[str, Any]) -> Event:
        row = Fields.of(entry.items())
        zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        sender, line, text, date = (row[name] for name in MESSAGE)
        made = content_id(sender, line, text, date)
        return Message(phone_number(sender), text, line, made, iso_time(date, zone))

    def _get(self, path: str) -> HttpRequest:
        return HttpRequest.get(self.base_url + path, {}, **self._headers())

    def _post(self, path: str, payload: object) -> HttpRequest:
        return HttpRequest.post_json(self.base_url + path, payload, **self._headers())

    def _headers(self) -> dict[str, str]:
        return {"authorization": basic(self.user, self.password), "accept": "application/json"}


def _outcome(response: HttpResponse, result: Fields) -> Outcome:
    code, carrier_id = result.get("status"), result.get("id")
    if code == OK:
        return Accepted((carrier_id,) if carrier_id else ())
    return refusal(response, code, CODES) if code else Unclear("a result without a status")
