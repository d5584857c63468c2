"""Jasmin, your own SMPP gateway: its thrower calls us, we call its HTTP API.

Reference: https://docs.jasminsms.com/en/latest/apis/http/index.html, read 2026-11. It wants exactly
`ACK/Jasmin`, else it calls three times more. Names come in both cases; long messages are joined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

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
    Refused,
    Report,
    Screen,
    Status,
    by_http_status,
    secret,
)
from gateway_adapters.gsm7 import from_gsm7
from gateway_adapters.one_by_one import OneByOne

STATUSES = {
    "ESME_ROK": Status.SENT,
    "ENROUTE": Status.SENT,
    "ACCEPTD": Status.SENT,
    "DELIVRD": Status.DELIVERED,
    "EXPIRED": Status.EXPIRED,
    "UNDELIV": Status.FAILED,
    "DELETED": Status.FAILED,
    "REJECTD": Status.REJECTED,
}  # UNKNOWN is no news; any other ESME_ is an SMSC's refusal
CHARSETS = {"1": "ascii", "3": "latin-1", "5": "shift_jis", "6": "iso8859-5", "7": "iso8859-8"}
UCS2 = {"8": "utf-16-be", "14": "euc_kr"}
SAME_IN_GSM = frozenset(
    " !\"#%&'()*+,-./0123456789:;<=>?\r\nABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


@dataclass(frozen=True, kw_only=True)
class Jasmin(OneByOne):
    username: str
    password: str = secret()
    send_url: str = "http://127.0.0.1:1401/send"
    dlr_level: int = 3

    SETUP: ClassVar[str] = """
        In jcli, make an HTTP connector and route messages to it:

            httpccm -a
            cid muster
            url https://<your host>/hooks/<channel>/<secret>
            method POST
            ok

            morouter -a
            type defaultroute
            connector http(muster)
            ok

        and a user for what we send (`user -a`). Reports are asked for with every message.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.fields()
        if "content" not in fields and "binary" not in fields:
            return [_report(fields)]
        raw = request.fields("latin-1").get("content").encode("latin-1")
        text = _text(fields, raw)
        sender, line = fields.phone("from"), fields.filled("to")
        return [Message(sender, text, line, fields.get("id"))]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return HttpResponse.plain("ACK/Jasmin")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        plain = SAME_IN_GSM.issuperset(message.text)
        fields = {
            "username": self.username,
            "password": self.password,
            "to": message.to.removeprefix("+"),
            "coding": "0" if plain else "8",
        }
        if message.sender:
            fields["from"] = message.sender
        if message.expires_in:
            fields["validity-period"] = str(max(1, int(message.expires_in.total_seconds() // 60)))
        if message.report_url:
            level = str(self.dlr_level)
            wants = {"dlr": "yes", "dlr-level": level, "dlr-method": "POST"}
            fields |= wants | {"dlr-url": message.report_url}
        if plain:
            fields["content"] = message.text
        else:
            fields["hex-content"] = message.text.encode("utf-16-be", "replace").hex()
        return HttpRequest.get(self.send_url, fields)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        if response.status == 412:
            return Refused("no route found")
        return by_http_status(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        said = response.text.strip()
        if said.startswith('Success "') and said.endswith('"'):
            return Accepted((said[9:-1],))
        raise BadPayload("the answer is no success")


def _text(fields: Mapping[str, str], content: bytes) -> str:
    """The text of its bytes, which `binary` repeats in hex; codings as SMPP has them."""
    try:
        raw = bytes.fromhex(fields["binary"]) if fields.get("binary") else content
    except ValueError as error:
        raise BadPayload("binary is not hexadecimal") from error
    coding = fields.get("coding") or "0"
    if coding in UCS2:
        return raw.decode(UCS2[coding], "replace")
    if coding in CHARSETS:
        return raw.decode(CHARSETS[coding], "replace")
    return from_gsm7(raw) if max(raw, default=0) < 128 else raw.decode("utf-8", "replace")


def _report(fields: Fields) -> Event:
    said = fields.get("message_status").strip().upper()
    if not said:
        return Report(_by_counts(fields), fields.filled("id"))
    status = STATUSES.get(said)
    if status is None and said.startswith("ESME_"):
        status = Status.FAILED
    if status is None:
        return Ignored("a report without news")
    return Report(status, fields.filled("id"), reason=fields.get("err") or said)


def _by_counts(fields: Fields) -> Status:
    """Some reports have no word for it: one delivered, or an error number."""
    if fields.get("dlvrd").strip().lstrip("0") == "1":
        return Status.DELIVERED
    if fields.get("err").strip().lstrip("0"):
        return Status.FAILED
    raise BadPayload("a report without a status")
