"""The carriers' door: plain ASGI in front of the framework, one path, one answer.

    GET | POST  /hooks/<channel>/<secret>[/<purpose>]

Unknown channel or wrong secret: 404 with no hint. Wrong signature: 403. Unreadable: 400, and
kept. Over the limit: 413. Not kept: 503, so that the carrier comes again.
"""

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
import structlog

from app.hooks.reading import Gone, Reading, Receive, Scope, TooLarge
from app.intake.channel import Channel, IpNetwork
from app.intake.desk import Busy
from app.intake.item import Answer, Item, Unread
from app.intake.spooling import NotKept
from gateway_adapters.contract import (
    BadPayload,
    DialogInput,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    Screen,
    same_secret,
)

log = structlog.get_logger()

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/hooks/"
METHODS = ("GET", "POST", "PUT")  # one carrier ends its dialogs with PUT
CLOSE = {"connection": "close"}  # else the rest would be read, and thrown away, to its end
TOO_LARGE = HttpResponse(413, b"Too large", CLOSE)
TOO_LATE = HttpResponse(408, b"Too slow", CLOSE)
NOT_FOUND = HttpResponse.plain("Not found", 404)
AGAIN = HttpResponse(503, b"Try again", {"content-type": "text/plain", "retry-after": "5"})
KEPT_HEADERS = ("content-type", "user-agent", "date")
"""Headers that are kept with the raw request; others may hold secrets."""


class Intake(Protocol):
    """What the door needs of the intake desk."""

    async def submit(self, items: list[Item]) -> list[Answer]: ...

    @property
    def is_full(self) -> bool: ...


@dataclass
class Door:
    app: App
    """Everything that is no webhook."""
    channels: dict[str, Channel]
    intake: Intake
    public_url: str = ""
    trusted_proxies: tuple[IpNetwork, ...] = ()
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    """Answers by channel and status."""
    _reading: Reading = field(default_factory=Reading)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            return await self.app(scope, receive, send)
        try:
            answer, channel = await self._answer(scope, receive)
        except Gone:
            return None
        count = (channel, answer.status)
        self.counts[count] = self.counts.get(count, 0) + 1
        return await _send(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[HttpResponse, str]:
        channel = self._find(scope["path"])
        if channel is None:
            return NOT_FOUND, ""
        if scope["method"] not in METHODS:
            return HttpResponse(405, b"", {"allow": ", ".join(METHODS)}), channel.name
        if not self._comes_from(channel, scope):
            return NOT_FOUND, channel.name
        if self.intake.is_full:
            return AGAIN, channel.name  # before the body is read: memory stays as it is
        try:
            body = await self._reading.body(scope, receive)
        except TooLarge:
            return TOO_LARGE, channel.name
        except TimeoutError:
            return TOO_LATE, channel.name
        return await self._take(channel, _request(scope, body)), channel.name

    def _find(self, path: str) -> Channel | None:
        """Find the channel whose secret this path holds; the comparison gives nothing away."""
        _, _, name, given, *_ = (*path.split("/", 4), "")
        channel = self.channels.get(name)
        secrets = channel.secrets if channel else ("",)
        opens = [same_secret(given, secret) for secret in secrets]
        return channel if True in opens else None

    def _comes_from(self, channel: Channel, scope: Scope) -> bool:
        if not channel.allow_from:
            return True
        client = caller(scope, self.trusted_proxies)
        return client is not None and any(client in network for network in channel.allow_from)

    async def _take(self, channel: Channel, request: HttpRequest) -> HttpResponse:
        now = datetime.now(UTC)
        try:
            self._prove(channel, request, now)
        except NotFromCarrier:
            return HttpResponse.plain("Forbidden", 403)
        except BadPayload as error:
            return await self._unread(channel, request, str(error), now)
        try:
            events = channel.adapter.receive(request)
        except BadPayload as error:
            return await self._unread(channel, request, str(error), now)
        except Exception as error:  # noqa: BLE001  an adapter's own fault must not lose the request
            _log_fault("adapter.failed", channel.name, error)
            return await self._unread(channel, request, type(error).__name__, now)
        return await self._submit(channel, request, events, now)

    def _prove(self, channel: Channel, request: HttpRequest, now: datetime) -> None:
        """Let the adapter check the origin; while a secret is changed, the former one counts."""
        outside = self._outside(request)
        try:
            channel.adapter.authenticate(request, outside, now)
        except NotFromCarrier:
            if channel.former is None:
                raise
            channel.former.authenticate(request, outside, now)

    def _outside(self, request: HttpRequest) -> str:
        """The URL as the carrier called it, which may not be how it reached us."""
        return self.public_url.rstrip("/") + request.url

    async def _submit(
        self, channel: Channel, request: HttpRequest, events: Any, now: datetime
    ) -> HttpResponse:
        items = as_items(channel, request, events, now)
        try:
            answers = await self.intake.submit(items) if items else []
        except Busy:
            return AGAIN
        except Exception as error:  # noqa: BLE001  whatever it was, it is not kept: never a 200
            return self._not_kept(channel, request, events, error)
        screens = [
            _screen(answer, channel)
            for item, answer in zip(items, answers, strict=True)
            if isinstance(item.event, DialogInput)
        ]
        return channel.adapter.acknowledge(request, events, screens)

    def _not_kept(
        self, channel: Channel, request: HttpRequest, events: Any, error: Exception
    ) -> HttpResponse:
        """Say so: 503 brings the text again, and a caller who waits gets a screen that tells."""
        if not isinstance(error, NotKept):
            _log_fault("intake.failed", channel.name, error)
        dialogs = [event for event in events if isinstance(event, DialogInput)]
        if dialogs and len(dialogs) == len(events):
            away = [Screen(channel.away_screen, more=False) for _ in dialogs]
            return channel.adapter.acknowledge(request, events, away)
        return AGAIN

    async def _unread(
        self, channel: Channel, request: HttpRequest, problem: str, now: datetime
    ) -> HttpResponse:
        """Keep what we could not read, then say that we could not."""
        item = Item(channel.name, Unread(problem), now, raw(request))
        try:
            await self.intake.submit([item])
        except Exception:  # noqa: BLE001  not kept, so not acknowledged
            return AGAIN
        return channel.adapter.refuse(request, problem)


def _log_fault(event: str, channel: str, error: Exception) -> None:
    """Log what failed by its class alone: messages of errors hold numbers and texts."""
    log.error(event, channel=channel, error=type(error).__name__)


def as_items(
    channel: Channel, request: HttpRequest, events: Sequence[Event], now: datetime
) -> list[Item]:
    """Make items of events; the first keeps the raw request for all."""
    wanted = [event for event in events if not isinstance(event, Ignored)]
    kept = raw(request) if wanted else None
    return [
        Item(channel.name, event, now, kept if number == 0 else None)
        for number, event in enumerate(wanted)
    ]


def _screen(answer: Answer, channel: Channel) -> Screen:
    if not answer.says:  # poisoned, muted or opted out: the dialog must still end with words
        return Screen(channel.away_screen, more=False)
    return Screen("\n".join(answer.says), answer.more)


def raw(request: HttpRequest) -> bytes:
    """Write a request as it is kept: without our secret and without headers that may hold one."""
    whole, _, query = request.url.partition("?")
    parts = whole.split("/", 4)
    parts[3] = "*"
    given = request.headers
    kept = {name: given[name] for name in KEPT_HEADERS if name in given}
    head = {"method": request.method, "path": "/".join(parts), "query": query, "headers": kept}
    return b"%b\n%b" % (orjson.dumps(head), request.body)


def request_from(kept: bytes) -> HttpRequest:
    """Read a kept request again, for replay."""
    head, _, body = kept.partition(b"\n")
    given = orjson.loads(head)
    url = given["path"] + (f"?{given['query']}" if given["query"] else "")
    return HttpRequest(given["method"], url, given["headers"], body)


def _request(scope: Scope, body: bytes) -> HttpRequest:
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1") if scope.get("raw_path") else scope["path"]
    headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
    return HttpRequest(scope["method"], f"{path}?{query}" if query else path, headers, body)


async def _send(send: Send, answer: HttpResponse) -> None:
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


def caller(
    scope: Scope, trusted: tuple[IpNetwork, ...]
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Who really calls: X-Forwarded-For counts only as far as our own proxies wrote it."""
    chain = [scope["client"][0]] if scope.get("client") else []
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            hops = [hop.strip() for hop in value.decode("latin-1").split(",")]
            chain = chain + hops[::-1]
    found = None
    for hop in chain:
        try:
            found = ipaddress.ip_address(hop)
        except ValueError:
            return None
        if not any(found in network for network in trusted):
            return found
    return found
