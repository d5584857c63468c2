"""The simulated carrier: brings phones' texts to our webhook, and ours to the phones."""

import asyncio
import random
import secrets
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from app.simulator.faults import CarrierAnswer, Faults, strikes
from app.simulator.hook import Hook, NotAnswered
from app.simulator.phones import Bubble, Phones, Way
from app.simulator.taps import Taps
from gateway_adapters.http import HttpResponse

RETRY_AFTER = (1.0, 2.0, 4.0, 8.0, 16.0)  # many real carriers never come again
HELD_BACK = 2.0
ON_THE_AIR = 0.2  # seconds to a phone, and from it
BUSY = HttpResponse(503, b"", {"retry-after": "2"})
HALF_A_JSON = HttpResponse(200, b'{"results": [{"our', {"content-type": "application/json"})
TASKS_AT_MOST = 5000


class TooMuch(Exception):
    """More is under way than a simulator should hold."""


class Carrier:
    def __init__(self, hook: Hook, phones: Phones, taps: Taps, line: str) -> None:
        self.faults = Faults()
        self._hook, self._phones, self._taps, self._line = hook, phones, taps, line
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    # from a phone

    def text(self, number: str, text: str) -> Bubble:
        """Take a text from a phone; it travels on its own."""
        if len(self._tasks) >= TASKS_AT_MOST:
            raise TooMuch
        bubble = self._phones.add(number, text, Way.GOING, mine=True, line=self._line)
        item = {
            "id": "m-" + secrets.token_hex(8),
            "from": number,
            "to": self._line,
            "text": text,
            "sent_at": int(time.time()),
        }
        self._start(self._bring(number, bubble, item))
        return bubble

    async def _bring(self, number: str, bubble: Bubble, item: dict[str, Any]) -> None:
        """Bring a text to the hook: one person's in order, unless they are to overtake."""
        faults = self.faults
        await asyncio.sleep(ON_THE_AIR / 4)
        if strikes(faults.reorder):
            await asyncio.sleep(HELD_BACK)
            await self._knock(number, bubble, item, faults)
            return
        order = self._orders.setdefault(number, asyncio.Lock())
        async with order:
            if faults.delay:
                await asyncio.sleep(random.uniform(0, faults.delay))  # noqa: S311
            await self._knock(number, bubble, item, faults)

    async def _knock(
        self, number: str, bubble: Bubble, item: dict[str, Any], faults: Faults
    ) -> None:
        if strikes(faults.duplicate):
            bubble.times = 2
            results = await asyncio.gather(self._told(item), self._told(item))
            told = results[0] and results[1]
        else:
            told = await self._told(item)
        for pause in RETRY_AFTER:
            if told is not None:
                break
            self._phones.move(number, bubble, Way.WAITING)
            await asyncio.sleep(pause)
            bubble.times += 1
            told = await self._told(item)
        self._phones.move(number, bubble, Way.TAKEN if told else Way.REFUSED)

    async def _told(self, item: dict[str, Any]) -> bool | None:
        """Whether the hook took it; None if it is worth coming again."""
        try:
            status = (await self._hook.post(item)).status
        except NotAnswered:
            return None
        if 200 <= status < 300:
            return True
        return None if status == 429 or status >= 500 else False

    # to a phone

    async def take(self, messages: Sequence[Mapping[str, str]]) -> HttpResponse:
        """Answer a send as the faults say, and deliver what was taken."""
        faults = self.faults
        if len(self._tasks) + len(messages) > TASKS_AT_MOST:
            return BUSY
        match faults.answer:
            case CarrierAnswer.BUSY:
                return BUSY
            case CarrierAnswer.REFUSES:
                return _results(messages, "refused")
            case CarrierAnswer.NO_CREDIT:
                return _results(messages, "channel_broken")
        taken = [dict(message) | {"id": "c-" + secrets.token_hex(8)} for message in messages]
        for message in taken:
            self._deliver(message, faults)
        if faults.answer is CarrierAnswer.SLOW:
            await asyncio.sleep(faults.slow_for)
        if faults.answer is CarrierAnswer.GARBAGE:
            return HALF_A_JSON
        return _results(taken, "accepted")

    def _deliver(self, message: Mapping[str, str], faults: Faults) -> None:
        number = message["to"]
        if self._taps.take(message) and self._phones.find(number) is None:
            return
        self._start(self._arrive(number, message, faults))

    async def _arrive(self, number: str, message: Mapping[str, str], faults: Faults) -> None:
        await asyncio.sleep(ON_THE_AIR)
        phone = self._phones.touch(number)
        if strikes(faults.fail_delivery):
            bubble = self._add(number, message, Way.FAILED)
            await self._report(number, bubble, message["id"], "failed", faults)
            return
        if not phone.on:
            bubble = self._add(number, message, Way.HELD)
            phone.held.append((bubble, message["id"]))
            return
        bubble = self._add(number, message, Way.ARRIVED)
        await self._report(number, bubble, message["id"], "delivered", faults)

    def _add(self, number: str, message: Mapping[str, str], way: Way) -> Bubble:
        return self._phones.add(number, message["text"], way, mine=False, line=message["from"])

    async def _report(
        self, number: str, bubble: Bubble, carrier_id: str, status: str, faults: Faults
    ) -> None:
        """Post the delivery report, unless it gets lost."""
        await asyncio.sleep(ON_THE_AIR)
        if strikes(faults.lose_report):
            if bubble.way is Way.ARRIVED:
                self._phones.move(number, bubble, Way.UNREPORTED)
            return
        for pause in (*RETRY_AFTER, None):
            if await self._told({"id": carrier_id, "status": status}) is not None:
                if bubble.way is Way.ARRIVED:
                    self._phones.move(number, bubble, Way.REPORTED)
                return
            if pause:
                await asyncio.sleep(pause)

    def switch(self, number: str, *, on: bool) -> None:
        """Turn a phone on or off; what was held for it arrives when it is on again."""
        phone = self._phones.touch(number)
        phone.on = on
        self._phones.tell(number, "power", {"on": on})
        if on:
            held = list(phone.held)
            phone.held.clear()
            for bubble, carrier_id in held:
                self._phones.move(number, bubble, Way.ARRIVED)
                self._start(self._report(number, bubble, carrier_id, "delivered", self.faults))

    # running

    def _start(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hook.close()


def _results(messages: Sequence[Mapping[str, str]], outcome: str) -> HttpResponse:
    results = [
        {"our_id": message["our_id"], "id": message.get("id", ""), "outcome": outcome}
        for message in messages
    ]
    return HttpResponse.of_json({"results": results})
