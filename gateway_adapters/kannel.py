"""Kannel, your own SMS gateway: smsbox calls us for each message, we call its sendsms.

Reference: the Kannel user guide (https://www.kannel.org/doc.shtml), read 2026-11. The names of
the parameters are ours, set in kannel.conf. Whatever we answered would be sent to the citizen.
"""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Outcome,
    Report,
    Screen,
    Status,
    secret,
)
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.times import iso_time, unix_time

STATUSES = {
    "1": Status.DELIVERED,
    "2": Status.FAILED,
    "4": Status.QUEUED,
    "8": Status.SENT,
    "16": Status.REJECTED,
    "32": Status.QUEUED,
}
ACCEPTED = ("0: Accepted", "3: Queued")
CHARSETS = ("utf-8", "utf-16-be", "utf-16", "iso8859-1", "cp1252", "cp1256", "ascii")


@dataclass(frozen=True, kw_only=True)
class Kannel(OneByOne):
    username: str
    password: str = secret()
    send_url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    smsc: str = ""
    """Routes to one of several SMSCs (`smsc-id`)."""
    dlr_mask: int = 31
    sender_names: tuple[str, ...] = ("sender", "from")
    recipient_names: tuple[str, ...] = ("to",)
    text_names: tuple[str, ...] = ("message", "text")
    id_names: tuple[str, ...] = ("id",)
    time_names: tuple[str, ...] = ("ts",)
    our_id_names: tuple[str, ...] = ("our_id", "uuid", "id")

    SETUP: ClassVar[str] = """
        In `kannel.conf`, in the group of smsbox, so that Persian arrives readable:

            group = smsbox
            mo-recode = true

        and a service that takes every message. `max-messages = 0` keeps Kannel from sending our
        answer's body, or its own excuses, to the citizen; the retries keep what comes while we
        are away:

            group = sms-service
            keyword = default
            post-url = "https://<your host>/hooks/<channel>/<secret>?backend=%i&sender=%p&to=%P&message=%b&ts=%T&id=%I&coding=%c&charset=%C"
            max-messages = 0
            catch-all = true
            assume-plain-text = true

            group = smsbox
            http-request-retry = 10
            http-queue-delay = 10

        and a user for what we send:

            group = sendsms-user
            username = <username>
            password = <password>
            max-messages = 10
            concatenation = true

        Reports are asked for with every message; they come to the same URL.
    """  # noqa: E501

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.fields()
        if not any(name in fields for name in self.text_names):
            return [self._report(fields)]
        sender, line = fields.phone(*self.sender_names), fields.first(*self.recipient_names)
        raw = request.fields("latin-1").first(*self.text_names).encode("latin-1")
        text = raw.decode(_charset(fields.get("charset")), "replace")
        sent_at = _time(fields.first(*self.time_names))
        return [Message(sender, text, line, fields.first(*self.id_names), sent_at)]

    def _report(self, fields: Fields) -> Event:
        code = fields.filled("status").strip()
        if code == "0" or not code.isdecimal():
            raise BadPayload("a report without a status")
        our_id, status = fields.first(*self.our_id_names), STATUSES.get(code)
        if status is None or not our_id:
            return Ignored("a report of an unknown status, or of nothing we sent")
        return Report(status, our_id=our_id, reason=code)

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain("")

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse.plain("", 400)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        coding = "0" if fits_gsm7(message.text) else "2"
        fields = {
            "username": self.username,
            "password": self.password,
            "from": message.sender,
            "to": message.to,
            "text": message.text,
            "charset": "UTF-8",
            "coding": coding,
            **self._wants_report(message),
        }
        if self.smsc:
            fields["smsc"] = self.smsc
        if message.expires_in:
            fields["validity"] = str(max(1, int(message.expires_in.total_seconds() // 60)))
        return HttpRequest.get(self.send_url, fields)

    def _wants_report(self, message: OutboundMessage) -> Mapping[str, str]:
        """Kannel gives no id, so ours goes into the URL of the report; it fills in %d.

        %A, the SMSC's own words, is left out: they may hold the number and the text.
        """
        if not message.report_url:
            return {}
        mark = "&" if "?" in message.report_url else "?"
        ours = f"our_id={quote(message.our_id, safe='')}&status=%d"
        return {"dlr-mask": str(self.dlr_mask), "dlr-url": f"{message.report_url}{mark}{ours}"}

    def verdict(self, response: HttpResponse) -> Outcome:
        if response.text.strip().startswith(ACCEPTED):
            return Accepted()
        raise BadPayload("neither accepted nor queued")


def _charset(name: str) -> str:
    """The encoding that Kannel names, if it is one of texts; UTF-8 else."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return "utf-8"
    return known if known in CHARSETS else "utf-8"


def _time(text: str) -> datetime | None:
    return unix_time(text) if text.strip().isdecimal() else iso_time(text)
