"""Writes with an Idempotency-Key happen once: a repeat gets the first answer again."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin.office import Office
from app.admin.problems import Problem
from app.store import answered
from app.store.answered import Before

MOST_BYTES = 1024 * 1024
KEY = re.compile(r"[\x21-\x7e]{1,64}")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_HEADERS = ("content-type", "etag", "location")
SHOWN_ONCE = "x-shown-once"
"""Set by endpoints whose answer holds a secret: it is not kept for a repeat."""
DID_NOTHING = frozenset({401, 403, 429})


class Once:
    """Also refuses bodies over the limit, whether they say their length or not."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self.app, self.office = app, office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in WRITES:
            return await self.app(scope, receive, send)
        body = await _whole(receive)
        headers = Headers(scope=scope)
        key = headers.get("idempotency-key", "")
        if not key:
            return await self.app(scope, _again(body, receive), _unmarked(send))
        if not KEY.fullmatch(key):
            raise Problem("bad-request", "Idempotency-Key is 1 to 64 visible ASCII characters.")
        caller = hashlib.sha256(headers.get("authorization", "").encode()).hexdigest()
        before = await asyncio.to_thread(self._begin, caller, key, _digest(scope, body))
        if before is not None:
            return await _repeat(before, _digest(scope, body))(scope, receive, send)
        return await self._first(scope, _again(body, receive), send, caller, key)

    async def _first(
        self, scope: Scope, receive: Receive, send: Send, caller: str, key: str
    ) -> None:
        sent = _Sent(_unmarked(send))
        try:
            await self.app(scope, receive, sent)
        finally:
            # Without an answer, or with a 5xx, nobody knows what was done: the key stays taken.
            await asyncio.to_thread(self._finish, caller, key, sent)

    def _begin(self, caller: str, key: str, request: str) -> Before | None:
        with self.office.store.write() as db:
            return answered.begin(db, caller, key, request, datetime.now(UTC))

    def _finish(self, caller: str, key: str, sent: "_Sent") -> None:
        with self.office.store.write() as db:
            if sent.status in DID_NOTHING:
                answered.forget(db, caller, key)
            elif 200 <= sent.status < 500:
                kept = None if SHOWN_ONCE in sent.headers else bytes(sent.body)
                headers = {n: v for n, v in sent.headers.items() if n in KEPT_HEADERS}
                answered.finish(db, caller, key, sent.status, headers, kept)


class _Sent:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {n.decode(): v.decode("latin-1") for n, v in message["headers"]}
        else:
            self.body += message.get("body", b"")
        await self._send(message)


def _repeat(before: Before, request: str) -> Response:
    if before.request != request:
        raise Problem("invalid", "This Idempotency-Key was used for another request.")
    if before.status is None:
        detail = "The first request with this key has no known end. Look before you try another."
        raise Problem("conflict", detail)
    if before.body is None:
        raise Problem("conflict", "This was done; its answer is shown only once.")
    headers = {**before.headers, "Idempotency-Replayed": "true"}
    return Response(before.body, before.status, headers)


def _digest(scope: Scope, body: bytes) -> str:
    start = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
    return hashlib.sha256(start + b"\n" + body).hexdigest()


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise Problem("too-large", "A body may have 1 MiB.")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receive_on() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_on


def _unmarked(send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message["headers"] if pair[0] != SHOWN_ONCE.encode()]
            message = {**message, "headers": headers}
        await send(message)

    return send_on
