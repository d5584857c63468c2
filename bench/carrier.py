"""A stub carrier that costs next to nothing: takes messages, says so, and counts them.

Speaks Kannel's sendsms and the sending side of Kannel's HTTP SMSC (one message a GET), and the
simulator's dialect (a list a POST). A process of its own: `python -m bench.carrier PORT`.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.run import HERE
from tests.rig.ports import HOST, free_port, is_open
from tests.rig.processes import Program

ACCEPTED = b"0: Accepted for delivery"
ONE = b"HTTP/1.1 202 Accepted\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (
    len(ACCEPTED),
    ACCEPTED,
)


@dataclass
class Tally:
    """What arrived; times are of the machine's monotonic clock, so other processes can compare."""

    messages: int = 0
    requests: int = 0
    first: float = 0.0
    last: float = 0.0

    def count(self, messages: int) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.requests += 1
        self.messages += messages


class Caller(asyncio.Protocol):
    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._transport: Any = None
        self._seen = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while self._seen:
            head, blank, rest = self._seen.partition(b"\r\n\r\n")
            if not blank:
                return
            length = 0 if head.startswith(b"GET") else _length(head)
            if len(rest) < length:
                return
            self._seen = rest[length:]
            self._transport.write(self._answer(head, rest[:length]))

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET /tally"):
            return _json(vars(self._tally))
        if head.startswith(b"GET"):
            self._tally.count(1)
            return ONE
        messages = orjson.loads(body)["messages"]
        self._tally.count(len(messages))
        results = [
            {"our_id": m["our_id"], "id": m["our_id"], "outcome": "accepted"} for m in messages
        ]
        return _json({"results": results})


def _length(head: bytes) -> int:
    rest = head.lower().partition(b"content-length:")[2]
    return int(rest.split(b"\r\n", 1)[0])


def _json(said: object) -> bytes:
    body = orjson.dumps(said)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@dataclass(frozen=True)
class Carrier:
    """The stub as others see it."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def tally(self) -> Tally:
        with urllib.request.urlopen(f"{self.url}tally", timeout=10) as answer:
            return Tally(**json.load(answer))

    def wait_for(self, messages: int, within: float) -> Tally:
        """Wait until so many have arrived, or no more come."""
        deadline, tally = time.monotonic() + within, self.tally()
        while tally.messages < messages and time.monotonic() < deadline:
            time.sleep(0.2)
            tally = self.tally()
        return tally


@contextmanager
def a_carrier(folder: Path) -> Iterator[Carrier]:
    port = free_port()
    command = [sys.executable, "-m", "bench.carrier", str(port)]
    program = Program(command, folder / "carrier.log", folder=HERE).start()
    try:
        program.wait_for(lambda: is_open(port), "the carrier listens", within=60)
        yield Carrier(port, program.pid)
    finally:
        program.stop()


async def _main() -> None:
    tally = Tally()
    server = await asyncio.get_running_loop().create_server(
        lambda: Caller(tally), HOST, int(sys.argv[1]), backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main())
