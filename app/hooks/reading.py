"""Reading a webhook's body: no further than the limit, and no longer than the deadline."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_BYTES = 1024 * 1024
READ_DEADLINE = 20.0  # seconds for a whole body
LOOK_EVERY = 0.5  # seconds
TOO_SLOW = "too slow"


class TooLarge(Exception):
    pass


class Gone(Exception):
    """The caller hung up before it had said everything."""


class Reading:
    """Everybody who reads, under one timer: one for each would cost more than the reading."""

    def __init__(self) -> None:
        self._until: dict[asyncio.Task[Any], float] = {}
        self._looks = False

    async def body(self, scope: Scope, receive: Receive) -> bytes:
        """Read the body; TooLarge, Gone, or TimeoutError after the deadline."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > MOST_BYTES:
                raise TooLarge
        reader, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert reader is not None
        self._until[reader] = loop.time() + READ_DEADLINE
        if not self._looks:
            self._look_soon(loop)
        try:
            return await _whole(receive)
        except asyncio.CancelledError as error:
            if error.args != (TOO_SLOW,):
                raise
            reader.uncancel()
            raise TimeoutError from error
        finally:
            del self._until[reader]

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looks = True
        loop.call_later(LOOK_EVERY, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give up whoever is over time, and look again while somebody reads."""
        now = loop.time()
        for reader, until in self._until.items():
            if until <= now:
                reader.cancel(TOO_SLOW)
        self._looks = False
        if self._until:
            self._look_soon(loop)


async def _whole(receive: Receive) -> bytes:
    """Read to the end; most bodies come in one piece."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join([*chunks, chunk]) if chunks else chunk
        chunks.append(chunk)
