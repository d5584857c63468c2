"""A carrier of your own description: which fields its webhooks have, what a send looks like.

Reference: docs/carriers/template.md, 2026-11. Many providers let the customer write the webhook's
URL, or publish too little for an adapter of their own. Whatever is not said here keeps a default.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar
from urllib.parse import unquote_plus

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OptedOut,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    Unclear,
    same_secret,
)
from gateway_adapters.contract import secret as secret_option
from gateway_adapters.fill import FORMS, fill, placeholders
from gateway_adapters.json_answers import entries
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each
from gateway_adapters.times import iso_time, unix_time
from gateway_adapters.xml import parse_xml

Names = tuple[str, ...]
SENDERS = ("from", "sender", "source", "msisdn", "mobile", "from_number", "remoteNumber")
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "asanak_push": {
        "sender_names": ["Source"],
        "recipient_names": ["Destination"],
        "text_names": ["MsgBody"],
        "time_names": ["ReceiveTime"],
        "utc_offset_minutes": 210,
    },
    "external_http": {
        "report_id_names": [],
        "report_our_id_names": ["id"],
        "ok_contains": ["<return>0</return>", "0: Accepted"],
    },
    "magfa_push": {"sender_names": ["from"], "text_names": ["text"], "recipient_names": ["to"]},
    "melipayamak_push": {
        "sender_names": ["from"],
        "recipient_names": ["to"],
        "text_names": ["body", "text"],
    },
}


@dataclass(frozen=True, kw_only=True)
class Template(OneByOne):
    """Names are tried in order, without case; JSON inside JSON is named `outer.inner`."""

    sender_names: Names = SENDERS
    recipient_names: Names = ("to", "recipient", "receiver", "destination", "to_number", "line")
    text_names: Names = ("text", "message", "body", "content", "msg", "messageText", "txt")
    id_names: Names = ("id", "messageid", "message_id", "msgid")
    time_names: Names = ("date", "time", "timestamp", "ts", "received_at", "receivedAt")
    utc_offset_minutes: int = 0
    """Of times that name no zone."""
    encoding: str = "utf-8"
    decode_twice: bool = False
    """The text is percent-encoded once more inside its field."""
    items: str = ""
    """Where a JSON request holds a list of messages, its name; `.` if it is the whole."""

    secret_name: str = ""
    """The field or header that must hold `secret`; with one of the two alone the door is shut."""
    secret: str = secret_option("")

    report_id_names: Names = ("id", "messageid", "message_id")
    report_our_id_names: Names = ("our_id",)
    report_status_names: Names = ("status",)
    statuses: Mapping[str, str] = field(
        default_factory=lambda: {status.value: status.value for status in Status}
    )
    """What their words mean in ours: queued, sent, delivered, failed, expired, rejected."""
    status_urls: Mapping[str, str] = field(
        default_factory=lambda: {"sent": "sent", "delivered": "delivered", "failed": "failed"}
    )
    """Last words of our URL that say the status themselves."""
    opt_out_url: str = "stopped"

    answer: str = "OK"
    answer_type: str = "text/plain; charset=utf-8"

    send_url: str = ""
    send_method: str = "POST"
    send_type: str = "form"
    """form, json, xml or text: how values are escaped in `send_body`."""
    send_body: str = ""
    send_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    send_encoding: str = "utf-8"
    user: str = ""
    password: str = secret_option("")
    country_code: str = "98"
    """Left out of `{{to_national}}` and `{{to_bare}}`."""

    ok_contains: Names = ()
    ok_json: str = ""
    """Where the JSON answer tells success, as `outer.inner`; it must be one of `ok_values`."""
    ok_values: Names = ("true", "0", "ok", "success")
    id_json: str = ""
    id_pattern: str = ""
    """A regular expression whose first group is the carrier's id."""
    retry_contains: Names = ()
    broken_contains: Names = ()
    refused_contains: Names = ()
    opted_out_contains: Names = ()

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    SETUP: ClassVar[str] = """
        Give the carrier this URL, with its own placeholders as values where it lets you write them:

            https://<your host>/hooks/<channel>/<secret>?from=<sender>&to=<line>&text=<text>

        GET or POST, query, form, multipart, JSON and XML are all read. Reports come to the same
        URL, or to one that ends in a word of `status_urls`.

        In `send_url`, `send_body` and `send_headers` these are filled in and escaped as the place
        asks: `{{to}}` (+98912…), `{{to_digits}}` (98912…), `{{to_national}}` (0912…),
        `{{to_bare}}` (912…), `{{from}}`, `{{text}}`, `{{text_hex}}` (UTF-16), `{{our_id}}`,
        `{{number}}`, `{{report_url}}`, `{{user}}`, `{{password}}`, `{{basic}}`. For example

            send_url = "https://sms.example/send?to={{to_digits}}&text={{text}}&key={{password}}"
            send_method = "GET"
            ok_json = "status"
            ok_values = ["0"]
            id_json = "data.id"
    """

    def __post_init__(self) -> None:
        if self.send_type not in FORMS:
            raise ValueError(f"send_type must be one of {', '.join(FORMS)}")
        ours = {*self.statuses.values(), *self.status_urls.values()}
        if unknown := ours - {status.value for status in Status}:
            raise ValueError(f"{min(unknown)!r} is no status of ours")
        try:
            re.compile(self.id_pattern)
            "".encode(self.encoding)
            "".encode(self.send_encoding)
        except (re.error, LookupError) as error:
            raise ValueError(str(error)) from error
        for text in (self.send_url, self.send_body, *self.send_headers.values()):
            placeholders(text)

    # in

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not self.secret_name and not self.secret:
            return
        given = request.headers.get(self.secret_name.lower(), "")
        if not given:
            try:
                given = request.any_fields().get(self.secret_name)
            except BadPayload:
                given = ""
        if not same_secret(given, self.secret):
            raise NotFromCarrier("wrong shared secret")

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        purpose = request.purpose
        if self.items:
            body = {".": request.json()} if self.items == "." else request.json()
            found = entries(body, self.items)
            return each(found, lambda item: self._event(Fields.of(_flat(item)), purpose))
        return [self._event(self._fields(request), purpose)]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse(200, self.answer.encode(), {"content-type": self.answer_type})

    def _fields(self, request: HttpRequest) -> Fields:
        body = request.body.strip()
        if body.startswith(b"<"):
            leaves = parse_xml(body).fields().items()
            return Fields.of([*leaves, *request.query_pairs(self.encoding)])
        if body.startswith(b"{"):
            return Fields.of([*_flat(request.json()), *request.query_pairs(self.encoding)])
        return request.any_fields(self.encoding)

    def _event(self, fields: Fields, purpose: str) -> Event:
        if purpose == self.opt_out_url.lower():
            return OptedOut(fields.phone(*self.sender_names))
        text = next((fields[name] for name in self.text_names if name in fields), None)
        said = self.status_urls.get(purpose) or fields.first(*self.report_status_names)
        if purpose in self.status_urls or (text is None and said):
            return self._report(fields, said)
        if text is None:
            raise BadPayload("no text and no status")
        return Message(
            fields.phone(*self.sender_names),
            unquote_plus(text) if self.decode_twice else text,
            fields.first(*self.recipient_names).strip(),
            fields.first(*self.id_names),
            self._time(fields.first(*self.time_names)),
        )

    def _report(self, fields: Fields, said: str) -> Event:
        known = {word.lower(): Status(status) for word, status in self.statuses.items()}
        status = known.get(said.strip().lower())
        ids = (fields.first(*self.report_id_names), fields.first(*self.report_our_id_names))
        if not any(ids):
            raise BadPayload("a report without an id")
        return Report(status, *ids, said[:40]) if status else Ignored("an unknown status")

    def _time(self, text: str) -> datetime | None:
        if text.strip().replace(".", "", 1).isdecimal():
            return unix_time(text)
        return iso_time(text, timezone(timedelta(minutes=self.utc_offset_minutes)))

    # out

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        if not self.send_url:
            raise BadPayload("no send_url: this channel only listens")
        known = {"user": self.user, "password": self.password, "country": self.country_code}
        url = fill(self.send_url, message, known, "form", self.send_encoding)
        headers = {
            name.lower(): fill(value, message, known, "header", self.send_encoding)
            for name, value in self.send_headers.items()
        }
        if not self.send_body:
            return HttpRequest(self.send_method.upper(), url, headers)
        body = fill(self.send_body, message, known, self.send_type, self.send_encoding)
        typed = {"content-type": FORMS[self.send_type], **headers}
        content = body.encode(self.send_encoding, "replace")
        return HttpRequest(self.send_method.upper(), url, typed, content)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        said = response.text
        if _any_in(self.opted_out_contains, said):
            return Refused("the carrier says: opted out", opted_out=True)
        if _any_in(self.broken_contains, said):
            return ChannelBroken("the carrier's answer is one of broken_contains")
        if _any_in(self.retry_contains, said):
            return TryLater("the carrier's answer is one of retry_contains")
        if _any_in(self.refused_contains, said):
            return Refused("the carrier's answer is one of refused_contains")
        return super().refusal(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        if self.ok_contains and not _any_in(self.ok_contains, response.text):
            return Unclear("the answer holds nothing of ok_contains")
        if self.ok_json:
            said = _at(response, self.ok_json).strip().lower()
            if said not in {value.lower() for value in self.ok_values}:
                return Unclear(f"the answer's {self.ok_json} is not one of ok_values")
        return Accepted(tuple(filter(None, [self._id(response)])))

    def _id(self, response: HttpResponse) -> str:
        if self.id_json:
            return _at(response, self.id_json)
        found = re.search(self.id_pattern, response.text) if self.id_pattern else None
        return (found[1] if found.re.groups else found[0]) or "" if found else ""


def _any_in(words: Names, text: str) -> bool:
    return any(word in text for word in words)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, object]]:
    """The leaves of JSON, named `outer.inner`; places in a list are numbers."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _at(response: HttpResponse, path: str) -> str:
    """The leaf at this path of the JSON answer, else an empty text."""
    return Fields.of(_flat(response.json())).get(path)
