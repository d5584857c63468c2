"""Two applications under the very same server: the door with nothing behind it, and an echo.

python -m bench.apps door|echo PORT
"""

import sys
from typing import Any

from app.cli.commands import _run_uvicorn
from app.hooks.door import Door, Send
from app.hooks.reading import Receive, Scope
from app.intake.item import Answer, Item
from app.opening import open_channels
from app.settings import ChannelSettings, Settings
from bench.house import simulator
from tests.rig.ports import HOST

DONE = Answer("handled")


class NoDesk:
    """Answers at once and keeps nothing: what is left is the door's own work."""

    is_full = False

    async def submit(self, items: list[Item]) -> list[Answer]:
        return [DONE for _ in items]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """The least that an ASGI application can do with a request that has a body."""
    body = b""
    more = scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def door() -> Any:
    channels = {"simulator": ChannelSettings(**simulator())}
    settings = Settings(channels=channels, simulator=False)
    return Door(app=echo, channels=open_channels(settings), intake=NoDesk())


if __name__ == "__main__":
    which, port = sys.argv[1:]
    _run_uvicorn(door() if which == "door" else echo, HOST, int(port))
