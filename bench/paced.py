"""Open-loop load: texts leave on schedule whether or not earlier ones were answered.

What a carrier does. A wait is counted from the moment the text was due, so a server that falls
behind cannot hide it. Runs as a process of its own: `python -m bench.paced '{...}'`.
"""

import asyncio
import json
import resource
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

from bench.people import Crowd
from tests.rig.ports import HOST

TICK = 0.001
PLACES_A_SECOND = 4
"""A person says the next text a quarter of a second after the last one."""


@dataclass(frozen=True)
class Pace:
    port: int
    head: str
    rate: int
    seconds: float
    warm_up: float
    prefix: str
    first_person: int
    connections: int = 256


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request in the air."""

    def __init__(self, pace: "Paced") -> None:
        self._paced = pace
        self._transport: Any = None
        self._due = 0.0
        self._seen = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._paced.lost += 1

    def ask(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, blank, body = self._seen.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        self._seen = b""
        self._paced.answered(self, self._due, ok=head[9:12] == b"200")

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    rest = head.lower().partition(b"content-length:")[2]
    return int(rest.split(b"\r\n", 1)[0] or 0)


class Paced:
    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._loop = asyncio.get_running_loop()
        self._crowd = Crowd(pace.first_person, max(16, pace.rate // PLACES_A_SECOND))
        self._free: deque[Connection] = deque()
        self._waiting: deque[float] = deque()
        self._count = 0
        self._measure_from = float("inf")
        self.waits: list[float] = []
        self.late: list[float] = []
        self.failed = 0
        self.lost = 0

    async def run(self) -> dict[str, Any]:
        pace = self.pace
        for _ in range(pace.connections):
            made = await self._loop.create_connection(lambda: Connection(self), HOST, pace.port)
            self._free.append(made[1])
        everybody = list(self._free)
        began = time.monotonic()
        self._measure_from = began + pace.warm_up
        ends = self._measure_from + pace.seconds
        used = None
        sent = 0
        while (now := time.monotonic()) < ends:
            if used is None and now >= self._measure_from:
                used = _used()
            while began + sent / pace.rate <= now:
                due = began + sent / pace.rate
                if due >= self._measure_from:
                    self.late.append(now - due)
                self._send(due)
                sent += 1
            await asyncio.sleep(TICK)
        spent = _used() - (used or 0.0)
        await self._rest(len(everybody))
        self.lost = 0
        for connection in everybody:
            connection.close()
        return self._found(spent)

    def _send(self, due: float) -> None:
        if not self._free:
            self._waiting.append(due)
            return
        self._count += 1
        number, text = self._crowd.says()
        body = _body(f"{self.pace.prefix}{self._count}", number, text)
        head = f"POST {self.pace.head}\r\nContent-Type: application/json\r\nContent-Length: "
        self._free.popleft().ask(f"{head}{len(body)}\r\n\r\n".encode() + body, due)

    def answered(self, connection: Connection, due: float, *, ok: bool) -> None:
        now = time.monotonic()
        if due >= self._measure_from:
            self.waits.append(now - due)
        self.failed += not ok
        self._free.append(connection)
        if self._waiting:
            self._send(self._waiting.popleft())

    async def _rest(self, connections: int) -> None:
        """Hear the last answers, for a while."""
        for _ in range(5000):
            if len(self._free) == connections:
                return
            await asyncio.sleep(TICK)

    def _found(self, spent: float) -> dict[str, Any]:
        unanswered = self.pace.connections - len(self._free) + len(self._waiting)
        return {
            "answered": len(self.waits),
            "texts": self._count,
            "failed": self.failed + unanswered + self.lost,
            "per_second": len(self.waits) / self.pace.seconds,
            **{f"p{rank}_ms": _rank(self.waits, rank) for rank in (50, 90, 99)},
            "max_ms": _rank(self.waits, 100),
            "late_p99_ms": _rank(self.late, 99),
            "cpu": spent,
        }


def _body(key: str, number: str, text: str) -> bytes:
    return f'{{"id":"{key}","from":"{number}","to":"30001152","text":"{text}"}}'.encode()


def _rank(values: list[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed, in milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000 if ordered else 0.0


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def command(pace: Pace) -> list[str]:
    return [sys.executable, "-m", "bench.paced", json.dumps(asdict(pace))]


async def _main() -> None:
    print(json.dumps(await Paced(Pace(**json.loads(sys.argv[1]))).run()))


if __name__ == "__main__":
    uvloop.run(_main())
