"""A stub carrier on loopback: takes what we send in each carrier's dialect and keeps a record.

It runs in a thread of its own, so that plain tests may use it, and it can misbehave on demand.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from tests.rig.dialects import DIALECTS, LOOK_UPS, Answer, Asked, Taken, nothing_new
from tests.rig.ports import HOST


class Mood(StrEnum):
    WELL = "well"
    SLOW = "slow"
    GARBAGE = "garbage"
    """Takes the messages, and answers what nobody can read."""
    THROTTLING = "throttling"
    """429 with Retry-After; takes nothing."""
    CUTTING = "cutting"
    """Takes the messages, and closes in the middle of the answer."""
    BROKEN = "broken"
    """500; takes nothing."""
    HANGING = "hanging"
    """Takes the messages and never answers."""
    HALF = "half"
    """Takes the messages, and its answer stops in the middle, though it says that it is whole."""
    TRICKLING = "trickling"
    """Takes the messages, and answers a byte at a time."""
    ENDLESS = "endless"
    """Takes the messages, and answers with a gigabyte."""
    REFUSING = "refusing"
    """Status 200, and an error in the body; takes nothing."""


TAKES_NOTHING = {Mood.THROTTLING, Mood.BROKEN, Mood.REFUSING}
A_GIGABYTE = 1024**3


@dataclass
class Carrier:
    """`taken` is every message handed over, in order; `mood` may be changed at any time."""

    port: int = 0
    mood: Mood = Mood.WELL
    delay: float = 0.5
    """How slow SLOW is, in seconds."""
    taken: list[Taken] = field(default_factory=list)
    _by_id: dict[str, Taken] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    """Requests that handed nothing over: polls, look-ups, and what no dialect knows."""
    on_taken: Callable[[list[Taken]], None] = lambda taken: None
    """Called before the answer, for tests that kill the sender in mid-send."""

    def url(self, path: str = "") -> str:
        return f"http://{HOST}:{self.port}/{path}"

    def taken_for(self, digits: str) -> list[Taken]:
        """What was handed over for the number that ends so."""
        return [taken for taken in list(self.taken) if taken.to.endswith(digits)]

    def texts_to(self, number: str) -> list[str]:
        """What this person got, in order; carriers write numbers with and without prefix."""
        return [taken.text for taken in self.taken_for(number[-10:])]

    def sent_twice(self) -> list[str]:
        """Our ids that arrived more than once."""
        counts = Counter(t.our_id for t in list(self.taken) if t.our_id)
        return [our_id for our_id, count in counts.items() if count > 1]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, str(request.url), dict(request.headers), await request.read())
        name, _, rest = request.path.strip("/").partition("/")
        sends, read, say = DIALECTS.get(name, ((), None, None))
        if read is None or say is None or rest.rpartition("/")[2] not in sends:
            self.asked.append(asked)
            return _response(self._look_up(name, asked) or nothing_new(asked))
        mood = self.mood
        taken = [] if mood in TAKES_NOTHING else list(read(asked))
        self.taken += taken
        self._by_id |= {one.our_id: one for one in taken}
        if taken:
            self.on_taken(taken)
        return await self._in_mood(mood, request, lambda: say(asked, taken))

    def _look_up(self, name: str, asked: Asked) -> Answer | None:
        before, say = LOOK_UPS.get(name, ("", None))
        if say is None or before not in asked.url:
            return None
        our_id = asked.url.rpartition("/")[2]
        return say(asked, self._by_id.get(our_id))

    async def _in_mood(  # noqa: C901, PLR0911  a table of moods
        self, mood: Mood, request: web.Request, say: Callable[[], Answer]
    ) -> web.StreamResponse:
        match mood:
            case Mood.THROTTLING:
                return web.Response(status=429, headers={"Retry-After": "1"})
            case Mood.BROKEN:
                return web.Response(status=500, text="it is us, not you")
            case Mood.GARBAGE:
                return web.Response(text="<html>\x00{]", content_type="text/html")
            case Mood.CUTTING:
                return await _cut(request, say())
            case Mood.HALF:
                answer = say()
                body = answer.body[: len(answer.body) // 2]
                return web.Response(text=body, content_type=answer.content_type)
            case Mood.TRICKLING:
                return await _trickle(request, b" ", every=0.05)
            case Mood.ENDLESS:
                return await _trickle(request, b" " * 65536, every=0)
            case Mood.REFUSING:
                return web.json_response({"error": "we are closed for stock-taking"})
            case Mood.HANGING:
                await asyncio.sleep(3600)
            case Mood.SLOW:
                await asyncio.sleep(self.delay)
            case Mood.WELL:
                pass
        return _response(say())


@contextmanager
def a_carrier() -> Iterator[Carrier]:
    carrier = Carrier()
    loop = asyncio.new_event_loop()
    application = web.Application(client_max_size=16 * 1024**2)
    application.router.add_route("*", "/{path:.*}", carrier._answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        carrier.port = runner.addresses[0][1]

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, name="stub carrier")
    thread.start()
    try:
        yield carrier
    finally:
        asyncio.run_coroutine_threadsafe(_end(runner), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(runner: web.AppRunner) -> None:
    await runner.cleanup()
    hanging = asyncio.all_tasks() - {asyncio.current_task()}
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, text=answer.body, content_type=answer.content_type, charset="utf-8"
    )


async def _trickle(request: web.Request, piece: bytes, every: float) -> web.StreamResponse:
    """Answer with a gigabyte, piece by piece, until the caller has had enough."""
    response = web.StreamResponse(headers={"Content-Length": str(A_GIGABYTE)})
    await response.prepare(request)
    with suppress(ConnectionError):
        for _ in range(A_GIGABYTE // len(piece)):
            await response.write(piece)
            await asyncio.sleep(every)
    return response


async def _cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "4096"})
    await response.prepare(request)
    await response.write(answer.body.encode()[:10])
    assert request.transport is not None
    request.transport.abort()
    return response
