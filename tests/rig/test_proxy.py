import asyncio

import pytest

from tests.rig.ports import HOST
from tests.rig.proxy import Network, proxy_to


async def _echo(reader, writer):
    while data := await reader.read(100):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
async def echo():
    server = await asyncio.start_server(_echo, HOST, 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_passes_both_ways_and_holds_back_on_demand(echo):
    async with proxy_to(echo) as proxy:
        reader, writer = await asyncio.open_connection(HOST, proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"

        proxy.network = Network.SILENT
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.2)

        proxy.network = Network.TRICKLING
        writer.write(b"six")
        assert await asyncio.wait_for(reader.readexactly(3), 60) == b"six"
        writer.close()


async def test_refusing_cuts_open_connections_and_new_ones(echo):
    async with proxy_to(echo) as proxy:
        reader, writer = await asyncio.open_connection(HOST, proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one", "it is connected through"
        proxy.refuse()
        with pytest.raises(OSError, match="reset"):
            await asyncio.wait_for(reader.readexactly(1), 60)
        writer.close()

        again, writer = await asyncio.open_connection(HOST, proxy.port)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(again.readexactly(1), 60)
        writer.close()
