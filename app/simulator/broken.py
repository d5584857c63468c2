"""An answer that breaks off in the middle, as a carrier's connection may."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Broken(Response):
    """Promises its whole body, sends half, and returns: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
