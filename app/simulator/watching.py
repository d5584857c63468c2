"""Browsers that look at phones: each has a short memory, so that a lost line costs nothing."""

import asyncio
import json
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

MOST_WATCHES = 50
MEMORY = 1000
BREATH = 5.0
"""Seconds a stream lasts before the browser opens it again: a server that stops waits for it."""


@dataclass
class Watch:
    """What one browser looks at, and what it may not have seen yet."""

    numbers: frozenset[str]
    lately: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=MEMORY))
    last: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, kind: str, shown: dict[str, Any]) -> None:
        self.last += 1
        data = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        self.lately.append((self.last, f"id: {self.last}\nevent: {kind}\ndata: {data}\n\n"))
        self.news.set()

    def since(self, seen: int) -> list[tuple[int, str]] | None:
        """Give what came after `seen`; None if some of it is forgotten."""
        if seen > self.last or (self.lately and seen < self.lately[0][0] - 1):
            return None
        return [entry for entry in self.lately if entry[0] > seen]

    async def stream(self, seen: int) -> AsyncIterator[str]:
        """Tell what is new, for one breath; `reset` asks the browser to start afresh."""
        ends = time.monotonic() + BREATH
        yield "retry: 300\n\n"
        while (left := ends - time.monotonic()) > 0:
            self.news.clear()
            missed = self.since(seen)
            if missed is None:
                yield "event: reset\ndata: {}\n\n"
                return
            for number, entry in missed:
                seen = number
                yield entry
            try:
                await asyncio.wait_for(self.news.wait(), left)
            except TimeoutError:
                return


class Watches:
    def __init__(self) -> None:
        self._watches: OrderedDict[str, Watch] = OrderedDict()

    def begin(self, numbers: Iterable[str]) -> str:
        """Start to look at these numbers; the token stands in URLs, which the numbers must not."""
        token = secrets.token_urlsafe(16)
        self._watches[token] = Watch(frozenset(numbers))
        while len(self._watches) > MOST_WATCHES:
            self._watches.popitem(last=False)
        return token

    def find(self, token: str) -> Watch | None:
        watch = self._watches.get(token)
        if watch:
            self._watches.move_to_end(token)
        return watch

    def tell(self, number: str, kind: str, shown: dict[str, Any]) -> None:
        for watch in self._watches.values():
            if number in watch.numbers:
                watch.tell(kind, {"number": number, "item": shown})

    def tell_all(self, kind: str, shown: dict[str, Any]) -> None:
        for watch in self._watches.values():
            watch.tell(kind, shown)
