"""One exchange: what surely never left, what may have arrived, and bounds on what comes back."""

import asyncio
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.delivery.exchange import MOST_BYTES, Client, NoAnswer, NotSent
from gateway_adapters.contract import HttpRequest

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def a_server(talk: Talk) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/send"
    finally:
        server.close()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client() as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_a_connection_that_dies_under_a_request_is_never_tried_again(
    client: Client, method: str
) -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(GOOD)
        heads.append(await reader.readuntil(b"\r\n\r\n"))  # and not a word more

    async with a_server(talk) as url:
        assert (await client.exchange(HttpRequest(method, url))).body == b"ok"
        with pytest.raises(NoAnswer):
            await client.exchange(HttpRequest(method, url))
    assert len(heads) == 2


async def test_an_answer_without_end_costs_little(client: Client) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with a_server(talk) as url:
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                await client.exchange(HttpRequest("GET", url))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 6 * MOST_BYTES


async def test_an_answer_that_unpacks_to_much_is_cut_off(client: Client) -> None:
    bomb = zlib.compress(b"\0" * (64 * MOST_BYTES))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + bomb)
        await writer.drain()

    async with a_server(talk) as url:
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                await client.exchange(HttpRequest("GET", url))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 * MOST_BYTES


async def test_nobody_there_is_not_sent(client: Client) -> None:
    with pytest.raises(NotSent):
        await client.exchange(HttpRequest("GET", "http://127.0.0.1:9/"))


async def test_redirects_are_not_followed(client: Client) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n")

    async with a_server(talk) as url:
        assert (await client.exchange(HttpRequest("GET", url))).status == 302


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00\xff garbage \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 abc\r\n\r\n",
    ],
)
async def test_what_was_sent_and_not_answered_well_may_have_arrived(
    client: Client, said: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()

    async with a_server(talk) as url:
        with pytest.raises(NoAnswer):
            await client.exchange(HttpRequest("GET", url))


async def test_a_slow_trickle_ends_at_the_deadline() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with a_server(talk) as url, Client() as client:
        began = asyncio.get_running_loop().time()
        with pytest.raises(NoAnswer):
            await client.exchange(HttpRequest("GET", url), within=0.5)
        assert asyncio.get_running_loop().time() - began < 5
