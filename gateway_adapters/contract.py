"""What an adapter owes: requests in, events out; messages in, requests out.

An adapter does no I/O and keeps no state. `hooks` shows it requests, `delivery` hands it
messages and exchanges what it returns. Only the standard library may be imported here.
"""

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self

from gateway_adapters.http import (
    BadPayload,
    Fields,
    HttpRequest,
    HttpResponse,
    NotFromCarrier,
    phone_number,
)

__all__ = [
    "BadPayload",
    "Fields",
    "HttpRequest",
    "HttpResponse",
    "NotFromCarrier",
    "phone_number",
]


# --- events: what a carrier tells us --------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of a long message that the carrier leaves to us to join. `number` counts from 1."""

    reference: str
    number: int
    total: int


@dataclass(frozen=True)
class Message:
    """A citizen's SMS. Numbers are as the carrier wrote them; `intake` makes E.164 of them."""

    sender: str
    text: str
    recipient: str = ""
    carrier_id: str = ""
    sent_at: datetime | None = None
    part: Part | None = None
    reply_token: str = ""
    """What the carrier wants back with our answer (Africa's Talking's linkId)."""


class Status(StrEnum):
    """How far a message of ours got, in the only words that leave an adapter."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Report:
    """What became of a message of ours; `carrier_id` or `our_id` says which."""

    status: Status
    carrier_id: str = ""
    our_id: str = ""
    reason: str = ""
    recipient: str = ""
    opted_out: bool = False


class Phase(StrEnum):
    """Where in a USSD dialog an input stands."""

    BEGIN = "begin"
    CONTINUE = "continue"
    END = "end"


@dataclass(frozen=True)
class DialogInput:
    """One USSD request; its answer is a screen.

    Carriers that repeat everything typed so far fill `typed_so_far`; `input` is then the
    adapter's reading without knowing the request before, and `intake` takes the difference
    (`latest_input`). `dialog_id` is empty where the carrier has none: the sender stands in.
    """

    dialog_id: str
    sender: str
    phase: Phase
    input: str = ""
    recipient: str = ""
    typed_so_far: str | None = None
    carrier_id: str = ""
    otherwise: "DialogInput | None" = None
    """Where a request does not say if it is the dialog's first: the other reading (`settled`)."""


@dataclass(frozen=True)
class DialogEnded:
    """The dialog is over and nothing we answer will be shown."""

    dialog_id: str
    sender: str = ""
    reason: str = ""


@dataclass(frozen=True)
class OptedOut:
    """The carrier says that this person wants nothing more from us on this channel."""

    sender: str
    recipient: str = ""
    carrier_id: str = ""


@dataclass(frozen=True)
class OptedIn:
    sender: str
    recipient: str = ""
    carrier_id: str = ""


@dataclass(frozen=True)
class Ignored:
    """Understood, or new since we read the manual, and nothing to do. Answered 200."""

    reason: str


Event = Message | Report | DialogInput | DialogEnded | OptedOut | OptedIn | Ignored


def latest_input(previous: str, typed_so_far: str) -> str:
    """What was typed since `previous`. Never split at `*`: people type it themselves."""
    if not previous:
        return typed_so_far
    if typed_so_far == previous:
        return ""
    if typed_so_far.startswith(f"{previous}*"):
        return typed_so_far[len(previous) + 1 :]
    return typed_so_far


def settled(event: DialogInput, before: str | None) -> DialogInput:
    """Read a USSD request in the light of what we know of its dialog.

    `before` is what its last request had as `typed_so_far` (else an empty text), or None if no
    dialog is open: many carriers do not say which request is the first, so an open dialog does.
    """
    is_open = before is not None
    if event.otherwise and is_open is (event.phase is Phase.BEGIN):
        event = event.otherwise
    if event.typed_so_far is None or event.phase is Phase.END:
        return event
    if before is not None:
        typed = latest_input(before, event.typed_so_far)
        return replace(event, phase=Phase.CONTINUE, input=typed, otherwise=None)
    if event.phase is Phase.BEGIN:
        return event
    return replace(event, phase=Phase.BEGIN, input=event.typed_so_far, otherwise=None)


def dialled_suffix(dialled: str, code: str) -> str | None:
    """What was dialled beyond `code`: `9` of `*384*9#` beyond `*384#`; None for another code."""
    whole, start = dialled.strip().removeprefix("*").removesuffix("#"), code.strip().strip("*#")
    if whole == start:
        return ""
    return whole.removeprefix(f"{start}*") if start and whole.startswith(f"{start}*") else None


# --- outcomes: what became of handing a message over ----------------------------------------


@dataclass(frozen=True)
class Accepted:
    """The carrier took it. Long messages may get several ids; some carriers give none."""

    carrier_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """It can never succeed for this recipient or text."""

    reason: str
    opted_out: bool = False


@dataclass(frozen=True)
class TryLater:
    """The same message may be tried again; `after` where the carrier said how long."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True)
class ChannelBroken:
    """No credit, bad password, line not ours: no message can go until a human acts."""

    reason: str


@dataclass(frozen=True)
class Unclear:
    """It may have arrived. Never resent blindly: looked up, or left for the report."""

    reason: str


Outcome = Accepted | Refused | TryLater | ChannelBroken | Unclear


@dataclass(frozen=True)
class NotKnown:
    """A look-up's answer: the carrier never took this message, so it is safe to send."""


@dataclass(frozen=True)
class OutboundMessage:
    """One message to hand over. `to` is E.164, or the carrier's own id for a masked number."""

    our_id: str
    to: str
    text: str
    sender: str = ""
    number: int = 0
    """`our_id` as a whole number, for carriers whose client reference is one (Magfa's uid)."""
    carrier_id: str = ""
    reply_token: str = ""
    report_url: str = ""
    """Where this channel takes reports, for carriers that are told so with each message."""
    expires_in: timedelta | None = None
    at: datetime | None = None
    """When it is handed over, for carriers that sign the time; None is now."""
    dialog_id: str = ""
    more: bool = False
    """With `dialog_id`: a USSD screen sent by a call of its own; `more` keeps it open."""

    def __repr__(self) -> str:
        return f"OutboundMessage({self.our_id})"


@dataclass(frozen=True)
class Screen:
    """What one USSD answer shows; `more` keeps the dialog open for input."""

    text: str
    more: bool


@dataclass(frozen=True)
class Polled:
    """What a poll brought: events, where to go on, and whether more is waiting now."""

    events: Sequence[Event]
    cursor: str = ""
    more: bool = False


@dataclass(frozen=True)
class Balance:
    amount: Decimal
    unit: str


# --- the adapter ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Adapter(ABC):
    """One carrier account. Subclasses are frozen dataclasses; their fields are its options.

    Secrets are fields with `repr=False` (use `secret()`). `None` from an optional method
    means that this carrier, or this account, cannot do it.
    """

    guards: ClassVar[tuple[str, ...]] = ()
    """Names of the secret fields that `authenticate` needs; empty where the carrier proves
    nothing and the secret in our URL is all there is."""
    carries: ClassVar[tuple[str, ...]] = ("sms",)
    sends: ClassVar[bool] = True
    """False where messages only come in (see HearsOnly)."""
    batch_size: ClassVar[int] = 1
    """How many messages one `send` may hold."""
    one_sender: ClassVar[bool] = False
    """Whether all messages of one `send` must be from the same line."""
    report_batch: ClassVar[int] = 100
    poll_every: ClassVar[timedelta] = timedelta(seconds=5)
    inline_screens: ClassVar[bool] = True
    """False where a USSD screen is sent by a call of its own."""

    # in

    def authenticate(  # noqa: B027  proving nothing is the default
        self, request: HttpRequest, public_url: str = "", now: datetime | None = None
    ) -> None:
        """Raise NotFromCarrier unless the request proves its origin.

        `public_url` is the URL the carrier called, as seen from outside. `now` None leaves the
        age of a signature unchecked, for requests replayed from the inbox.
        """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        """Say what the carrier is telling us. Raise BadPayload if it makes no sense."""
        raise BadPayload("this carrier sends us nothing")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        """The exact answer this carrier wants; `screens` has one for each DialogInput."""
        return HttpResponse.plain("OK")

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        """The answer to a request that made no sense."""
        return HttpResponse.plain(reason, 400)

    # out

    @abstractmethod
    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        """The request that hands over these messages, at most `batch_size` of them."""

    @abstractmethod
    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        """One outcome a message, in order. Raise BadPayload if the answer cannot be read."""

    # optional

    def poll(self, cursor: str) -> HttpRequest | None:
        """Ask for new messages. Called again at once while `Polled.more`."""
        return None

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        raise BadPayload("this carrier is not polled")

    def recover(self, since: datetime, page: int) -> HttpRequest | None:
        """Ask again for what a crash may have lost, where the carrier keeps it; from page 1."""
        return None

    def recovered(self, response: HttpResponse, page: int) -> Polled:
        raise BadPayload("this carrier keeps nothing to read again")

    def ask_reports(self, messages: Sequence[OutboundMessage]) -> HttpRequest | None:
        return None

    def reports(
        self, response: HttpResponse, messages: Sequence[OutboundMessage] = ()
    ) -> Sequence[Report]:
        """Read the answer; `messages` are those asked about, as some answers name no id."""
        raise BadPayload("this carrier is not asked for reports")

    def look_up(self, message: OutboundMessage) -> HttpRequest | None:
        """Ask by our id whether a message was taken."""
        return None

    def looked_up(self, response: HttpResponse, message: OutboundMessage) -> Outcome | NotKnown:
        raise BadPayload("this carrier cannot look up by our id")

    def balance(self) -> HttpRequest | None:
        return None

    def balance_from(self, response: HttpResponse) -> Balance:
        raise BadPayload("this carrier tells no balance")

    def login(self) -> HttpRequest | None:
        """Ask for a token, for carriers that want one before a send."""
        return None

    def logged_in(self, response: HttpResponse) -> tuple[Self, timedelta]:
        """The adapter with its token, and how long that lasts."""
        raise BadPayload("this carrier has no log-in")


@dataclass(frozen=True, kw_only=True)
class HearsOnly(Adapter):
    """A carrier that takes no messages from us by HTTP: USSD screens in the answer, or MO alone."""

    sends: ClassVar[bool] = False

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        raise BadPayload("this carrier takes no messages from us")

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        raise BadPayload("this carrier takes no messages from us")


def secret(default: str | None = None) -> str:
    """A field that never shows in `repr`. Without a default the option must be given."""
    if default is None:
        return field(repr=False, metadata={"secret": True})  # type: ignore[no-any-return]
    return field(default=default, repr=False, metadata={"secret": True})


def same_secret(given: str, expected: str) -> bool:
    """Compare in constant time; an unset secret matches nothing."""
    ours = expected.encode("utf-8", "surrogatepass")
    return bool(ours) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), ours)


def content_id(*parts: str) -> str:
    """A stable id for a message that its carrier gives none: the same content, the same id."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return "content-" + hashlib.sha256(joined).hexdigest()[:32]


def by_http_status(response: HttpResponse) -> Outcome | None:
    """Read what the HTTP status alone tells, or None for 2xx, where the body decides.

    429 and 503 were not taken. 401 and 403 are about the account. Other 5xx are the carrier's
    own failure before it took anything; where its manual says otherwise, look before calling.
    """
    match response.status:
        case status if 200 <= status < 300:
            return None
        case 429 | 503 as status:
            return TryLater(f"HTTP {status}", retry_after(response.headers))
        case 401 | 403 as status:
            return ChannelBroken(f"HTTP {status}")
        case 502 | 504 as status:
            return Unclear(f"HTTP {status}: a proxy lost the answer")
        case status if status >= 500:
            return TryLater(f"HTTP {status}")
        case status:
            return Refused(f"HTTP {status}")


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read a `Retry-After` in seconds; None if it is absent or a date."""
    given = headers.get("retry-after", "")
    return timedelta(seconds=min(int(given), 3600)) if given.isascii() and given.isdigit() else None
