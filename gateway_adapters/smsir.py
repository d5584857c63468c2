"""SMS.ir v1: JSON with a key in the header; messages are read from today's list.

Reference: https://sms.ir/rest-api/ and https://apidocs.sms.ir, read 2026-11. HTTP 200 is no
success, `status` 1 is. `/receive/latest` hands messages out once; `/receive/live` can be repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    OutboundMessage,
    Outcome,
    Polled,
    Refused,
    Report,
    Status,
    TryLater,
    Unclear,
    by_http_status,
    secret,
)
from gateway_adapters.http import national
from gateway_adapters.json_answers import code_of, entries, inner, json_object, number, refusal
from gateway_adapters.newest_first import fresh, place
from gateway_adapters.reading import each
from gateway_adapters.times import unix_time

OK = "1"
FULL_PAGE = 100
AN_HOUR = timedelta(hours=1)
CODES: Mapping[str, Outcome] = {
    "0": Unclear("a problem of theirs; it may have been sent"),
    "10": ChannelBroken("bad key"),
    "11": ChannelBroken("disabled key"),
    "12": ChannelBroken("the key is restricted to other addresses"),
    "13": ChannelBroken("account inactive"),
    "14": ChannelBroken("account suspended"),
    "15": ChannelBroken("the plan must be upgraded"),
    "16": Refused("bad parameter"),
    "20": TryLater("too many requests"),
    "101": ChannelBroken("bad line"),
    "102": ChannelBroken("no credit"),
    "103": Refused("empty text"),
    "104": Refused("bad recipient"),
    "105": Refused("too many recipients"),
    "106": Refused("too many texts"),
    "107": Refused("no recipients"),
    "108": Refused("no texts"),
    "109": Refused("bad send time"),
    "110": Refused("lists of different lengths"),
    "111": Refused("no such id"),
    "112": Refused("nothing to delete"),
    "113": ChannelBroken("template not found"),
    "114": Refused("a parameter is too long"),
    "115": Refused("the recipient is on the operator's list"),
    "116": Refused("a parameter has no name"),
    "117": Refused("the text is not approved"),
    "118": Refused("too many messages"),
    "119": ChannelBroken("the plan must be upgraded"),
    "123": ChannelBroken("the line must be activated"),
    "124": TryLater("only one-time passwords may be sent now", AN_HOUR),
}
STATUSES = {
    "1": Status.DELIVERED,
    "2": Status.FAILED,
    "3": Status.SENT,
    "4": Status.FAILED,
    "5": Status.SENT,
    "6": Status.FAILED,
    "7": Status.REJECTED,
}  # 8 is unknown: no news
ON_THE_LIST, INVALID = 0, None


@dataclass(frozen=True, kw_only=True)
class SmsIr(Adapter):
    """A request has one line for all its messages."""

    api_key: str = secret()
    base_url: str = "https://api.sms.ir/v1"
    push_sender: tuple[str, ...] = ("mobile", "from", "sender")
    push_text: tuple[str, ...] = ("messageText", "message", "text")
    push_recipient: tuple[str, ...] = ("number", "to")
    push_id: tuple[str, ...] = ("receiveReturnId",)
    """Names in what the panel forwards to a URL, which are not published: assumed."""

    batch_size: ClassVar[int] = 100
    one_sender: ClassVar[bool] = True
    report_batch: ClassVar[int] = 1
    SETUP: ClassVar[str] = """
        Make a key in the panel under «برنامه‌نویسان» → «کلیدهای API»; a key of the sandbox sends
        nothing. Messages are asked for every few seconds, so nothing else is to be set up; what the
        panel forwards to this URL is taken too:

            https://<your host>/hooks/<channel>/<secret>
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if not any(name in fields for name in self.push_text):
            raise BadPayload("no text")
        sender, text = fields.phone(*self.push_sender), fields.first(*self.push_text)
        line, carrier_id = fields.first(*self.push_recipient), fields.first(*self.push_id)
        return [Message(sender, text, line, carrier_id)]

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        mobiles = [national(message.to) for message in messages]
        texts = [message.text for message in messages]
        line = messages[0].sender
        asks: dict[str, Any] = {"lineNumber": int(line) if line.isdecimal() else line}
        if len(set(texts)) == 1:
            asks |= {"messageText": texts[0], "mobiles": mobiles, "sendDateTime": None}
            return self._post("/send/bulk", asks)
        asks |= {"messageTexts": texts, "mobiles": mobiles}
        return self._post("/send/likeToLike", asks)

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        if (code := code_of(response, "status")) != OK or by_http_status(response):
            return [refusal(response, code, CODES)] * len(messages)
        ids = inner(json_object(response), "data").get("messageids")
        if not isinstance(ids, list) or len(ids) != len(messages):
            raise BadPayload(f"not {len(messages)} ids")
        return [_outcome(one) for one in ids]

    def poll(self, cursor: str) -> HttpRequest | None:
        page = {"pageSize": "100", "pageNumber": str(place(cursor).page), "sortByNewest": "true"}
        return self._get("/receive/live", page)

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = self._rows(response)
        return fresh(rows, cursor, "receivereturnid", _message, more=len(rows) >= FULL_PAGE)

    def recover(self, since: datetime, page: int) -> HttpRequest | None:
        """Today's list ends at midnight; the days before are in the archive."""
        start, end = since.timestamp(), (since + timedelta(days=3)).timestamp()
        dates = {"fromDate": str(int(start)), "toDate": str(int(end))}
        paging = {"pageSize": "100", "pageNumber": str(page)}
        return self._get("/receive/archive", dates | paging)

    def recovered(self, response: HttpResponse, page: int) -> Polled:
        rows = self._rows(response)
        return Polled(each(rows, _message) if rows else [], more=len(rows) >= FULL_PAGE)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        (message,) = messages
        return self._get(f"/send/{message.carrier_id}", {})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        row = Fields.of(inner(self._answer(response), "data").items())
        code = row["deliverystate"]
        if code not in STATUSES:
            return []
        return [Report(STATUSES[code], row.filled("messageid"), reason=code)]

    def balance(self) -> HttpRequest | None:
        return self._get("/credit", {})

    def balance_from(self, response: HttpResponse) -> Balance:
        return Balance(Decimal(number(self._answer(response), "data")), "messages")

    def _rows(self, response: HttpResponse) -> list[Fields]:
        return [Fields.of(row.items()) for row in entries(self._answer(response), "data")]

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        if (code := code_of(response, "status")) != OK:
            raise BadPayload(f"the answer's status is {code[:9]!r}")
        return json_object(response)

    def _get(self, path: str, params: Mapping[str, str]) -> HttpRequest:
        return HttpRequest.get(self.base_url + path, params, x_api_key=self.api_key)

    def _post(self, path: str, payload: object) -> HttpRequest:
        return HttpRequest.post_json(self.base_url + path, payload, x_api_key=self.api_key)


def _message(row: Fields) -> Event:
    sent_at = unix_time(row.get("receiveddatetime", "-"))
    carrier_id = row.filled("receivereturnid")
    return Message(row.phone("mobile"), row["messagetext"], row.get("number"), carrier_id, sent_at)


def _outcome(carrier_id: object) -> Outcome:
    if carrier_id is INVALID:
        return Refused("invalid number, or the text is too long")
    if carrier_id in (ON_THE_LIST, "0", ""):
        return Refused("the recipient is on the operator's list")
    return Accepted((str(carrier_id),))
