"""The carriers' side of the door: posts requests and keeps what became of each attempt."""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp


class Outcome(StrEnum):
    OK = "ok"
    """2xx: we may never lose it now."""
    REFUSED = "refused"
    """Answered with anything else: not taken."""
    UNKNOWN = "unknown"
    """No answer: it may or may not have been kept."""


@dataclass(frozen=True)
class Post:
    """One request to the door; `key` is the carrier's id of the message in it."""

    key: str
    person: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    key: str
    outcome: Outcome
    status: int
    began: float
    took: float


@dataclass
class Sender:
    """Posts many people's messages at once, each person's in order, one at a time."""

    connections: int = 32
    tries: int = 1
    """How often one message is posted until it is acknowledged; 0: until it is."""
    doors: Sequence[str] = ()
    """Several servers' URLs: each attempt goes to the next, however the post is written."""
    timeout: float = 10
    seed: int = 1
    attempts: list[Attempt] = field(default_factory=list)
    before_each: Callable[[], Awaitable[None]] | None = None
    _turn: Iterator[int] = field(default_factory=itertools.count, repr=False)

    @property
    def acked(self) -> set[str]:
        return {a.key for a in self.attempts if a.outcome is Outcome.OK}

    @property
    def unknown(self) -> set[str]:
        return {a.key for a in self.attempts if a.outcome is Outcome.UNKNOWN} - self.acked

    async def post_all(self, people: Iterable[list[Post]]) -> None:
        """Post everyone's messages, interleaved at random; a message follows its person's last."""
        waiting = [list(reversed(posts)) for posts in people if posts]
        chance = random.Random(self.seed)
        connector = aiohttp.TCPConnector(limit=self.connections)
        timeout = aiohttp.ClientTimeout(self.timeout)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:

            async def one_connection() -> None:
                while waiting:
                    at = chance.randrange(len(waiting))
                    waiting[at], waiting[-1] = waiting[-1], waiting[at]
                    posts = waiting.pop()
                    await self._post_until_taken(client, posts.pop())
                    if posts:
                        waiting.append(posts)

            await asyncio.gather(*(one_connection() for _ in range(self.connections)))

    async def _post_until_taken(self, client: aiohttp.ClientSession, post: Post) -> None:
        tried = 0
        while True:
            if self.before_each:
                await self.before_each()
            outcome = await self._post(client, post)
            tried += 1
            if outcome is Outcome.OK or tried == self.tries:
                return
            await asyncio.sleep(0.2)

    def _at_next_door(self, url: str) -> str:
        if not self.doors:
            return url
        return url.replace(self.doors[0], self.doors[next(self._turn) % len(self.doors)], 1)

    async def _post(self, client: aiohttp.ClientSession, post: Post) -> Outcome:
        began, status, outcome = time.monotonic(), 0, Outcome.UNKNOWN
        try:
            answer = await client.post(
                self._at_next_door(post.url), data=post.body, headers=post.headers
            )
            async with answer:
                await answer.read()
            status = answer.status
            outcome = Outcome.OK if status // 100 == 2 else Outcome.REFUSED
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        finally:  # also when the load ends with this one in the air
            took = time.monotonic() - began
            self.attempts.append(Attempt(post.key, outcome, status, began, took))
        return outcome
