"""A TCP proxy that misbehaves on demand: slow, silent, cutting, trickling."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from tests.rig.ports import HOST

CHUNK = 65536


class Network(StrEnum):
    PASSING = "passing"
    SILENT = "silent"
    """Takes what is sent and says nothing: a black hole. Afterwards its connections are dead."""
    HALF = "half"
    """Passes what is asked and swallows the answers: things are done that nobody hears of."""
    REFUSING = "refusing"
    """Resets every connection, old and new."""
    TRICKLING = "trickling"
    """One byte at a time."""


@dataclass
class Proxy:
    """Stands between a client and a port. Changing `network` changes open connections too."""

    target: int
    port: int = 0
    network: Network = Network.PASSING
    delay: float = 0.0
    trickle: float = 0.01
    """Seconds between two bytes where they come one at a time."""
    passed: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set, repr=False)

    def refuse(self) -> None:
        self.network = Network.REFUSING
        self._reset_all()

    def recover(self) -> None:
        """Pass again; who was in the black hole learns that nobody knows its connection."""
        if self.network in (Network.SILENT, Network.HALF):
            self._reset_all()
        self.network = Network.PASSING

    def _reset_all(self) -> None:
        for writer in self._open:
            _reset(writer)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.network is Network.REFUSING:
            _reset(writer)
            return
        while self.network is Network.SILENT:  # noqa: ASYNC110  set from threads: no Event
            await asyncio.sleep(0.05)
        far_reader, far_writer = await asyncio.open_connection(HOST, self.target)
        both = {writer, far_writer}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._one_way(reader, far_writer))
                ways.create_task(self._one_way(far_reader, writer, answers=True))
        except* OSError:
            pass
        finally:
            self._open -= both
            for end in both:
                end.close()

    async def _one_way(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        while data := await reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            if self.network is Network.SILENT or (answers and self.network is Network.HALF):
                continue
            self.passed += len(data)
            step = 1 if self.network is Network.TRICKLING else len(data)
            for start in range(0, len(data), step):
                writer.write(data[start : start + step])
                await writer.drain()
                if step == 1:
                    await asyncio.sleep(self.trickle)
        with suppress(OSError):
            writer.write_eof()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset, not the polite way."""
    line: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def proxy_to(target: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.take, HOST, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
