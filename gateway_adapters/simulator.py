"""The simulated carrier: Muster's own JSON dialect, for browser phones and load tests.

Reference: this file and docs/carriers/simulator.md, 2026-11. A request holds one item or a list:
`{"id", "from", "to", "text"}` is a message, `{"dialog", "from", "code", "input", "phase"}` a USSD
request (`phase` is begin, continue or end), `{"id" or "our_id", "status"}` a report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    Adapter,
    BadPayload,
    ChannelBroken,
    DialogEnded,
    DialogInput,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Phase,
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    Unclear,
    by_http_status,
    same_secret,
    secret,
)
from gateway_adapters.times import unix_time

PHASES = {"begin": Phase.BEGIN, "continue": Phase.CONTINUE}
STATUSES = {status.value: status for status in Status}

TAKEN = HttpResponse.of_json({"ok": True, "screens": []})


@dataclass(frozen=True, kw_only=True)
class Simulator(Adapter):
    """Every event and every outcome of the contract can be played with it."""

    secret: str = secret()
    send_url: str = "http://127.0.0.1:8000/simulator/carrier/send"

    guards: ClassVar[tuple[str, ...]] = ("secret",)
    carries: ClassVar[tuple[str, ...]] = ("sms", "ussd")
    batch_size: ClassVar[int] = 100
    SETUP: ClassVar[str] = """
        Nothing to set up: `make run` serves a phone at `/simulator`. To play a carrier of your own,
        post items to `https://<your host>/hooks/<channel>/<secret>` with the header
        `x-simulator-secret`, and take our messages at `send_url`:
        `{"messages": [{"our_id", "to", "from", "text"}]}`, to be answered with
        `{"results": [{"our_id", "id", "outcome"}]}`. `outcome` is accepted, refused, opted_out,
        try_later, channel_broken or unclear.
    """

    def authenticate(
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        if not same_secret(request.headers.get("x-simulator-secret", ""), self.secret):
            raise NotFromCarrier

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        said = request.json()
        items = said if isinstance(said, list) else [said]
        if not items or not all(isinstance(item, dict) for item in items):
            raise BadPayload("an item or a list of items is expected")
        return [_event(Fields.of(item.items())) for item in items]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        if not screens:
            return TAKEN
        shown = [{"text": screen.text, "more": screen.more} for screen in screens]
        return HttpResponse.of_json({"ok": True, "screens": shown})

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        items = [
            {"our_id": m.our_id, "to": m.to, "from": m.sender, "text": m.text} for m in messages
        ]
        headers = {"x_simulator_secret": self.secret}
        return HttpRequest.post_json(self.send_url, {"messages": items}, **headers)

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        if failed := by_http_status(response):
            return [failed] * len(messages)
        match response.json():
            case {"results": [*results]} if all(isinstance(result, dict) for result in results):
                by_id = {str(result.get("our_id")): result for result in results}
                return [_outcome(by_id.get(message.our_id, {})) for message in messages]
        raise BadPayload("no results in the answer")


def _event(item: Fields) -> Event:
    match item:
        case {"status": status}:
            known = STATUSES.get(status)
            ids = {"carrier_id": item.get("id"), "our_id": item.get("our_id")}
            if not known or not any(ids.values()):
                return Ignored(f"report without a known status or an id: {status[:20]!r}")
            return Report(known, **ids, opted_out=item.get("opted_out") == "true")
        case {"dialog": dialog, "phase": "end"}:
            return DialogEnded(dialog, item.phone("from"), item.get("reason"))
        case {"dialog": dialog}:
            phase = PHASES.get(item.get("phase", "begin"))
            if phase is None:
                raise BadPayload("phase must be begin, continue or end")
            heard = (item.get("input"), item.get("code"))
            return DialogInput(dialog, item.phone("from"), phase, *heard, carrier_id=item.get("id"))
        case {"text": text}:
            sent_at = unix_time(item["sent_at"]) if "sent_at" in item else None
            return Message(item.phone("from"), text, item.get("to"), item.get("id"), sent_at)
        case _:
            return Ignored("an item of a kind we do not know")


def _outcome(result: dict[str, Any]) -> Outcome:
    reason = str(result.get("reason", "said the simulator"))
    match result.get("outcome"):
        case "accepted":
            return Accepted((str(result["id"]),) if result.get("id") else ())
        case "refused" | "opted_out" as word:
            return Refused(reason, opted_out=word == "opted_out")
        case "try_later":
            return TryLater(reason)
        case "channel_broken":
            return ChannelBroken(reason)
        case _:
            return Unclear("no result for this message")
