"""One exchange with a carrier. The only file that knows which HTTP client we use.

aiohttp: on small requests one process exchanges about four times what httpx2 does (bench/).
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from gateway_adapters.contract import (
    Adapter,
    BadPayload,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    TryLater,
    Unclear,
)

DEADLINE = 30.0  # seconds for a whole exchange, where the channel has no other
CONNECT_DEADLINE = 5.0
MOST_BYTES = 1024 * 1024
KEEP_ALIVE = 4.0  # less than carriers keep idle connections, so that few die under a send


class NotSent(Exception):
    """The request never left: trying again is safe."""


class NoAnswer(Exception):
    """The request may have arrived; what came back was nothing, or broken."""


@dataclass
class Client:
    """Connections to carriers, kept open between exchanges."""

    _client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE)
        self._client = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=True,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # It would repeat a GET by itself when a kept connection dies: some carriers send by GET.
        self._client._retry_connection = False  # noqa: SLF001  there is no public switch
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._client is not None
        await self._client.close()

    async def exchange(self, request: HttpRequest, within: float = DEADLINE) -> HttpResponse:
        """Send a request and read its answer; redirects are not followed."""
        assert self._client is not None
        timeout = aiohttp.ClientTimeout(total=within, sock_connect=min(within, CONNECT_DEADLINE))
        try:
            async with self._client.request(
                request.method,
                URL(request.url, encoded=True),  # as the adapter wrote it: it may be signed
                headers=request.headers,
                data=request.body or None,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                body = await _read(answer)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return HttpResponse(answer.status, body, headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from error
        except (aiohttp.InvalidURL, ssl.SSLCertVerificationError) as error:
            raise NotSent(type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise NoAnswer(type(error).__name__) from error


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswer("an answer without end")
    return bytes(body)


async def hand_over(
    client: Client, adapter: Adapter, messages: Sequence[OutboundMessage], within: float = DEADLINE
) -> tuple[list[Outcome], HttpResponse | None]:
    """Hand messages to the carrier; one outcome each, and the answer if there was one."""
    try:
        answer = await client.exchange(adapter.send(messages), within)
    except NotSent as error:
        return [TryLater(str(error))] * len(messages), None
    except NoAnswer as error:
        return [Unclear(str(error))] * len(messages), None
    try:
        outcomes = list(adapter.outcomes(answer, messages))
    except BadPayload as error:
        outcomes = [Unclear(f"an answer we cannot read: {error}")] * len(messages)
    if len(outcomes) != len(messages):
        outcomes = [Unclear("an answer for other messages than ours")] * len(messages)
    return outcomes, answer
