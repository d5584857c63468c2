"""IPPanel Edge: JSON with the raw key as `Authorization`; an inbox to be paged through.

Reference: https://github.com/ippanelcom/Edge-Document (docs/send, docs/report, docs/payment), read
2026-11. One id comes for a call, so one message a call; numbers are E.164, our line's too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
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
    OutboundMessage,
    Outcome,
    Polled,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.json_answers import code_of, entries, inner, json_object, number, refusal
from gateway_adapters.newest_first import fresh, place
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.times import unix_time

OK = "200-1"
CODES: Mapping[str, Outcome] = {
    "400-1": ChannelBroken("not authorised"),
    "400-2": Refused("a field is missing or wrong"),
    "400-31": Refused("not possible in this state"),
}
STATUSES = {
    "0": Status.SENT,
    "1": Status.SENT,
    "2": Status.DELIVERED,
    "3": Status.FAILED,
    "4": Status.REJECTED,
}


@dataclass(frozen=True, kw_only=True)
class IpPanel(OneByOne):
    api_key: str = secret()
    base_url: str = "https://edge.ippanel.com/v1"
    page_size: int = 10
    """Of the inbox. The manual shows 10 and names no limit."""

    report_batch: ClassVar[int] = 1
    SETUP: ClassVar[str] = """
        Make an API key in the panel under «توسعه‌دهندگان» → «کلیدهای دسترسی». Messages are asked
        for every few seconds, newest first; nothing else is to be set up.
    """

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        return self._post(
            "/api/send",
            {
                "sending_type": "webservice",
                "from_number": message.sender,
                "message": message.text,
                "params": {"recipients": [message.to]},
            },
        )

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if 200 <= response.status < 300:
            return None
        return refusal(response, code_of(response, "meta", "message_code"), CODES)

    def verdict(self, response: HttpResponse) -> Outcome:
        code = code_of(response, "meta", "message_code")
        if code != OK:
            return refusal(response, code, CODES)
        ids = inner(json_object(response), "data").get("message_outbox_ids")
        if not isinstance(ids, list) or not ids:
            raise BadPayload("no message_outbox_ids")
        return Accepted(tuple(str(one) for one in ids))

    def poll(self, cursor: str) -> HttpRequest | None:
        asks = {"page": place(cursor).page, "per_page": self.page_size}
        return self._post("/api/report/messages-inbox", asks)

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        answer = self._answer(response)
        rows = [Fields.of(row.items()) for row in entries(answer, "data")]
        meta = inner(answer, "meta")
        more = number(meta, "current_page") < number(meta, "last_page")
        return fresh(rows, cursor, "messages_inbox_id", _message, more=more)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        (message,) = messages
        asks = {"bulk_id": message.carrier_id, "page": "1", "per_page": "10"}
        return HttpRequest.get(f"{self.base_url}/api/report/recipients", asks, **self._headers())

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        rows = [Fields.of(row.items()) for row in entries(self._answer(response), "data")]
        return [
            Report(
                STATUSES[row["message_status"]],
                message.carrier_id,
                message.our_id,
                row["message_status"],
                row.get("recipient"),
            )
            for message in messages
            for row in rows[:1]
            if row["message_status"] in STATUSES
        ]

    def balance(self) -> HttpRequest | None:
        return HttpRequest.get(f"{self.base_url}/api/payment/credit/mine", {}, **self._headers())

    def balance_from(self, response: HttpResponse) -> Balance:
        credit = Fields.of(inner(self._answer(response), "data").items())["credit"]
        try:
            return Balance(Decimal(credit), "IRR")
        except InvalidOperation as error:
            raise BadPayload("the credit is not a number") from error

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        if (code := code_of(response, "meta", "message_code")) != OK:
            raise BadPayload(f"the answer's code is {code[:9]!r}")
        return json_object(response)

    def _post(self, path: str, payload: object) -> HttpRequest:
        return HttpRequest.post_json(self.base_url + path, payload, **self._headers())

    def _headers(self) -> dict[str, str]:
        return {"authorization": self.api_key}


def _message(row: Fields) -> Event:
    sent_at = unix_time(row.get("time", "-"))
    carrier_id = row.filled("messages_inbox_id")
    return Message(row.phone("from"), row["message"], row.get("number"), carrier_id, sent_at)
