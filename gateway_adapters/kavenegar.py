"""Kavenegar v1: form posts with the key in the path, pushes and polls, `localid` against doubles.

Reference: https://kavenegar.com/rest.html and the vendor's published clients, read 2026-11.
A repeated `localid` returns the earlier message instead of sending again, for 12 hours.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

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
    Ignored,
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
    secret,
)
from gateway_adapters.json_answers import code_of, entries, inner, json_object, number, refusal
from gateway_adapters.reading import each
from gateway_adapters.times import unix_time

STATUSES = {
    "1": Status.QUEUED,
    "2": Status.QUEUED,
    "4": Status.SENT,
    "5": Status.SENT,
    "6": Status.FAILED,
    "10": Status.DELIVERED,
    "11": Status.FAILED,
    "13": Status.FAILED,
    "14": Status.REJECTED,  # the recipient takes no advertising
}  # 50 is a received message, 100 an unknown id: no news
UNKNOWN_ID = "100"
FULL_PAGE = 100
OK = "200"

BACK_OFF = timedelta(seconds=30)
CODES: Mapping[str, Outcome] = {
    "400": Refused("parameters incomplete"),
    "401": ChannelBroken("account disabled"),
    "402": TryLater("the operation failed"),
    "403": ChannelBroken("bad API key"),
    "404": Refused("unknown method"),
    "405": Refused("wrong HTTP method"),
    "406": Refused("a mandatory parameter is empty"),
    "407": ChannelBroken("no access: the address must be registered"),
    "409": TryLater("the server cannot answer now"),
    "411": Refused("bad recipient"),
    "412": ChannelBroken("bad sender line"),
    "413": Refused("empty or too long"),
    "414": Refused("too many records"),
    "415": Refused("start index beyond total"),
    "416": ChannelBroken("our address does not match the settings"),
    "417": Refused("bad date"),
    "418": ChannelBroken("no credit"),
    "419": Refused("lists of different lengths"),
    "420": Refused("links in texts are restricted"),
    "422": Refused("improper characters"),
    "424": ChannelBroken("template not found"),
    "426": ChannelBroken("needs the advanced service"),
    "427": ChannelBroken("the line needs a higher access level"),
    "428": Refused("a voice code is not possible"),
    "429": TryLater("too many requests of our address", BACK_OFF),
    "431": Refused("bad code structure"),
    "432": Refused("the code parameter is not in the template"),
    "451": TryLater("too many calls in the period", BACK_OFF),
    "501": ChannelBroken("a test account reaches its owner alone"),
}


@dataclass(frozen=True, kw_only=True)
class Kavenegar(Adapter):
    api_key: str = secret()
    base_url: str = "https://api.kavenegar.com/v1"
    line: str = ""
    """The line to poll; empty where Kavenegar pushes. Several lines are several channels."""
    many_local_ids: str = "localmessageids"
    """The name of the list of local ids where texts differ; the clients do not agree."""

    batch_size: ClassVar[int] = 200
    report_batch: ClassVar[int] = 500
    SETUP: ClassVar[str] = """
        In the panel, open the line's settings and put this into «Receive Callback URL», and into
        «Status Callback URL» as well:

            https://<your host>/hooks/<channel>/<secret>

        Without a callback set `line`, and the line is polled. Turn `resendfailed` off in the
        account's configuration: undelivered answers of a conversation must not be sent again.
        `debugmode` sends nothing at all. The key stands in the path of every request.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if text := [fields[name] for name in ("message", "text") if name in fields]:
            sender, line = fields.phone("from", "sender"), fields.first("to", "receptor")
            return [Message(sender, text[0], line, fields.get("messageid"))]
        if "status" in fields:
            carrier_id, code = fields.filled("messageid"), fields["status"].strip()
            return [_report(carrier_id, code) or Ignored("a status without news")]
        raise BadPayload("neither a message nor a report")

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        ids = [str(message.number or message.our_id) for message in messages]
        texts = {(message.text, message.sender) for message in messages}
        if len(texts) == 1:
            ((text, sender),) = texts
            receptors = ",".join(message.to for message in messages)
            form = {"receptor": receptors, "message": text, "localid": ",".join(ids)}
            return self._post("sms/send", form | ({"sender": sender} if sender else {}))
        lists = {
            "receptor": [message.to for message in messages],
            "sender": [message.sender for message in messages],
            "message": [message.text for message in messages],
            self.many_local_ids: [int(one) if one.isdigit() else one for one in ids],
        }
        form = {name: json.dumps(many, ensure_ascii=False) for name, many in lists.items()}
        return self._post("sms/sendarray", form)

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        code = code_of(response, "return", "status") or str(response.status)
        if code != OK or by_http_status(response):
            return [refusal(response, code, CODES)] * len(messages)
        answer = json_object(response)
        if len(results := entries(answer, "entries")) != len(messages):
            raise BadPayload(f"{len(results)} entries for {len(messages)} messages")
        return [_outcome(Fields.of(result.items())) for result in results]

    def poll(self, cursor: str) -> HttpRequest | None:
        asks = {"linenumber": self.line, "isread": "0"}
        return self._post("sms/receive", asks) if self.line else None

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        rows = self._rows(response)
        return Polled(each(rows, _message) if rows else [], more=len(rows) >= FULL_PAGE)

    def recover(self, since: datetime, page: int) -> HttpRequest | None:
        """Without dates they give the last two days, which is as much as they allow."""
        asks = {"linenumber": self.line, "isread": "1", "pagenumber": str(page)}
        return self._post("sms/inboxpaged", asks) if self.line else None

    def recovered(self, response: HttpResponse, page: int) -> Polled:
        rows = self._rows(response)
        pages = json_object(response).get("metadata")
        last = number(pages, "totalpages") if isinstance(pages, dict) else page
        return Polled(each(rows, _message) if rows else [], more=page < last)

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        ids = ",".join(message.carrier_id for message in messages)
        return self._post("sms/status", {"messageid": ids})

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        found = (_report(row["messageid"], row["status"]) for row in self._rows(response))
        return [report for report in found if report]

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        local_id = str(message.number or message.our_id)
        return self._post("sms/statuslocalmessageid", {"localid": local_id})

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        match self._rows(response):
            case [row] if row["status"] == UNKNOWN_ID:
                return NotKnown()
            case [row] if row["status"] in STATUSES:
                return Accepted((row.filled("messageid"),))
        return Unclear("the look-up does not say")

    def balance(self) -> HttpRequest | None:
        return self._post("account/info", {})

    def balance_from(self, response: HttpResponse) -> Balance:
        account = inner(self._answer(response), "entries")
        return Balance(Decimal(number(account, "remaincredit")), "IRR")

    def _rows(self, response: HttpResponse) -> list[Fields]:
        return [Fields.of(row.items()) for row in entries(self._answer(response), "entries")]

    def _answer(self, response: HttpResponse) -> dict[str, Any]:
        if (code := code_of(response, "return", "status")) != OK:
            raise BadPayload(f"the answer's status is {code[:9]!r}")
        return json_object(response)

    def _post(self, method: str, form: Mapping[str, Any]) -> HttpRequest:
        url = f"{self.base_url}/{quote(self.api_key, safe='')}/{method}.json"
        return HttpRequest.post_form(url, form, accept="application/json")


def _message(row: Fields) -> Event:
    sent_at = unix_time(row.get("date", "-"))
    return Message(
        row.phone("sender"), row["message"], row.get("receptor"), row.filled("messageid"), sent_at
    )


def _report(carrier_id: str, code: str) -> Report | None:
    status = STATUSES.get(code)
    return Report(status, carrier_id, reason=code) if status and carrier_id.strip() else None


def _outcome(entry: Fields) -> Outcome:
    status = STATUSES.get(entry["status"])
    if status in (Status.FAILED, Status.REJECTED):
        return Refused(f"status {entry['status']}")
    return Accepted((entry.filled("messageid"),))
