"""Taps: where a crowd of simulated people reads what we send to numbers without a phone here."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_TAPS = 4
MEMORY = 50_000
DRY_AFTER = 30.0
"""Seconds without a reader after which a tap closes."""
MOST_AT_ONCE = 1000


@dataclass
class Tap:
    waiting: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MEMORY))
    read_at: float = field(default_factory=time.monotonic)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, patience: float) -> list[dict[str, Any]]:
        """Give what came, waiting a while if there is nothing yet."""
        self.read_at = time.monotonic() + patience
        self.news.clear()
        if not self.waiting:
            try:
                await asyncio.wait_for(self.news.wait(), patience)
            except TimeoutError:
                return []
        count = min(len(self.waiting), MOST_AT_ONCE)
        return [self.waiting.popleft() for _ in range(count)]


class Taps:
    def __init__(self) -> None:
        self._taps: dict[str, Tap] = {}

    def open(self) -> str | None:
        """Open a tap; None if there are too many."""
        self._close_dry()
        if len(self._taps) >= MOST_TAPS:
            return None
        token = secrets.token_urlsafe(16)
        self._taps[token] = Tap()
        return token

    def find(self, token: str) -> Tap | None:
        return self._taps.get(token)

    def close(self, token: str) -> None:
        self._taps.pop(token, None)

    def take(self, message: Mapping[str, str]) -> bool:
        """Show a message to every reader; whether there is one."""
        self._close_dry()
        for tap in self._taps.values():
            tap.waiting.append(dict(message))
            tap.news.set()
        return bool(self._taps)

    def _close_dry(self) -> None:
        dry = time.monotonic() - DRY_AFTER
        self._taps = {token: tap for token, tap in self._taps.items() if tap.read_at > dry}
