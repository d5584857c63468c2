"""What each carrier's sending API takes and answers, written from the carriers' manuals.

On purpose nothing of `gateway_adapters` is used here: the stub is the other side.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FORM = "application/x-www-form-urlencoded"
_numbers = itertools.count(10**15)


@dataclass(frozen=True)
class Asked:
    """One request to the stub, with its form, query and JSON read."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        pairs = parse_qsl(urlsplit(self.url).query, keep_blank_values=True)
        if self.headers.get("Content-Type", "").startswith(FORM):
            pairs += parse_qsl(self.body.decode(), keep_blank_values=True)
        return dict(pairs)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Taken:
    """One message that the stub took."""

    dialect: str
    to: str
    text: str
    our_id: str
    carrier_id: str
    report_url: str = ""

    @classmethod
    def of(cls, dialect: str, to: str, text: str, our_id: str = "", url: str = "") -> "Taken":
        return cls(dialect, to, text, our_id, str(next(_numbers)), url)


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str

    @classmethod
    def of(cls, payload: object, status: int = 200) -> "Answer":
        return cls(status, "application/json", json.dumps(payload, ensure_ascii=False))


Read = Callable[[Asked], Sequence[Taken]]
Say = Callable[[Asked, Sequence[Taken]], Answer]


def _simulator_read(asked: Asked) -> list[Taken]:
    return [Taken.of("simulator", m["to"], m["text"], m["our_id"]) for m in asked.json["messages"]]


def _simulator_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    results = [{"our_id": t.our_id, "id": t.carrier_id, "outcome": "accepted"} for t in taken]
    return Answer.of({"results": results})


def _template_read(asked: Asked) -> list[Taken]:
    fields = asked.fields
    return [Taken.of("template", fields["to"], fields["text"], fields.get("id", ""))]


def _template_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    return Answer.of({"ok": True, "id": taken[0].carrier_id})


def _magfa_read(asked: Asked) -> list[Taken]:
    said = asked.json
    count = len(said["recipients"])
    texts = said["messages"] if len(said["messages"]) == count else said["messages"] * count
    ids = said.get("uids") or [""] * count
    return [
        Taken.of("magfa", to, text, str(our_id))
        for to, text, our_id in zip(said["recipients"], texts, ids, strict=True)
    ]


def _magfa_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    messages = [
        {
            "status": 0,
            "id": int(t.carrier_id),
            "userId": int(t.our_id or 0),
            "parts": 1,
            "tariff": 120.0,
            "alphabet": "UCS2",
            "recipient": t.to,
        }
        for t in taken
    ]
    return Answer.of({"status": 0, "messages": messages})


def _kavenegar_read(asked: Asked) -> list[Taken]:
    fields = asked.fields
    if asked.url.partition("?")[0].endswith("sendarray.json"):
        receptors, texts = json.loads(fields["receptor"]), json.loads(fields["message"])
        ids = json.loads(fields.get("localmessageids") or fields.get("localmessageid") or "[]")
    else:
        receptors = fields["receptor"].split(",")
        texts = [fields["message"]] * len(receptors)
        ids = fields.get("localid", "").split(",")
    ids = [str(our_id) for our_id in ids] if any(ids) else [""] * len(receptors)
    return [
        Taken.of("kavenegar", to, text, our_id)
        for to, text, our_id in zip(receptors, texts, ids, strict=True)
    ]


def _kavenegar_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    entries = [
        {
            "messageid": int(t.carrier_id),
            "message": t.text,
            "status": 1,
            "statustext": "در صف ارسال",
            "sender": "10004346",
            "receptor": t.to,
            "date": 1795312337,
            "cost": 120,
        }
        for t in taken
    ]
    return Answer.of({"return": {"status": 200, "message": "تایید شد"}, "entries": entries})


def _melipayamak_read(asked: Asked) -> list[Taken]:
    fields = asked.fields or asked.json
    return [Taken.of("melipayamak", to, fields["text"]) for to in fields["to"].split(",")]


def _melipayamak_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    return Answer.of({"Value": taken[0].carrier_id, "RetStatus": 1, "StrRetStatus": "Ok"})


def _kannel_read(asked: Asked) -> list[Taken]:
    fields = asked.fields
    return [
        Taken.of("kannel", to, fields["text"], url=fields.get("dlr-url", ""))
        for to in fields["to"].split()
    ]


def _kannel_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    return Answer(202, "text/html", "0: Accepted for delivery")


def _twilio_read(asked: Asked) -> list[Taken]:
    fields = asked.fields
    return [Taken.of("twilio", fields["To"], fields["Body"], url=fields.get("StatusCallback", ""))]


def _twilio_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    sid = f"SM{int(taken[0].carrier_id):032x}"
    return Answer.of({"sid": sid, "status": "queued", "error_code": None}, 201)


def _africastalking_read(asked: Asked) -> list[Taken]:
    fields = asked.fields
    return [Taken.of("africastalking", to, fields["message"]) for to in fields["to"].split(",")]


def _africastalking_say(asked: Asked, taken: Sequence[Taken]) -> Answer:
    recipients = [
        {
            "statusCode": 101,
            "number": t.to,
            "status": "Success",
            "cost": "KES 0.8000",
            "messageId": f"ATXid_{t.carrier_id}",
        }
        for t in taken
    ]
    words = f"Sent to {len(taken)}/{len(taken)} Total Cost: KES 0.8000"
    return Answer.of({"SMSMessageData": {"Message": words, "Recipients": recipients}}, 201)


# Every path under /<name>/ whose last word is one of `sends` hands messages over.
DIALECTS: Mapping[str, tuple[tuple[str, ...], Read, Say]] = {
    "simulator": (("send",), _simulator_read, _simulator_say),
    "template": (("send",), _template_read, _template_say),
    "magfa": (("send",), _magfa_read, _magfa_say),
    "kavenegar": (("send.json", "sendarray.json"), _kavenegar_read, _kavenegar_say),
    "melipayamak": (("SendSMS",), _melipayamak_read, _melipayamak_say),
    "kannel": (("sendsms",), _kannel_read, _kannel_say),
    "twilio": (("Messages.json",), _twilio_read, _twilio_say),
    "africastalking": (("messaging",), _africastalking_read, _africastalking_say),
}


def _magfa_known(asked: Asked, taken: Taken | None) -> Answer:
    return Answer.of({"status": 0, "mid": int(taken.carrier_id) if taken else -1})


# Questions whether a message of ours was taken: what stands before our id in the path.
LOOK_UPS: Mapping[str, tuple[str, Callable[[Asked, Taken | None], Answer]]] = {
    "magfa": ("/mid/", _magfa_known),
}


def nothing_new(asked: Asked) -> Answer:
    """The answer to polls: understood by every carrier of ours that is polled."""
    return Answer.of(
        {
            "status": 0,
            "messages": [],
            "dlrs": [],
            "return": {"status": 200, "message": "تایید شد"},
            "entries": [],
            "MyBase": {"Value": "", "RetStatus": 1, "StrRetStatus": "Ok"},
            "Data": [],
        }
    )
