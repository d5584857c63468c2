"""The simulated carrier's calls to our webhooks: real HTTP, like any carrier's."""

from collections.abc import Callable
from typing import Any

import aiohttp

from gateway_adapters.contract import BadPayload, HttpResponse

Url = Callable[[], str] | str

DEADLINE = 30.0
HEADER = "x-simulator-secret"


class NotAnswered(Exception):
    """The hook could not be reached, or did not answer in time."""


class Hook:
    """One webhook; its address may be known only when the server runs."""

    def __init__(self, url: Url, secret: str) -> None:
        self._url, self._secret = url, secret
        self._client: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return "Hook()"

    async def post(self, said: dict[str, Any]) -> HttpResponse:
        """Tell one thing. Raises NotAnswered; any status is an answer."""
        url = self._url if isinstance(self._url, str) else self._url()
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=DEADLINE)
            connector = aiohttp.TCPConnector(limit=200)
            self._client = aiohttp.ClientSession(
                timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        try:
            async with self._client.post(
                url, json=said, headers={HEADER: self._secret}, allow_redirects=False
            ) as answer:
                return HttpResponse(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError) as error:
            raise NotAnswered(type(error).__name__) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


def screen_in(answer: HttpResponse) -> tuple[str, bool]:
    """Read the first screen of an answer, and whether it waits for input."""
    match answer.json():
        case {"screens": [{"text": str(text), "more": bool(more)}, *_]}:
            return text, more
    raise BadPayload("no screen in the answer")
