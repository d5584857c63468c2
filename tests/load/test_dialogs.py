"""A hundred people dial each second: every screen fits and comes before the network gives up."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from app.text.screens import ussd_size
from bench import house
from bench.house import Serving, serving
from bench.people import number_of
from bench.turn import BY_USSD
from tests.rig.server import PROOF

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
CODE = "*7#"
SECONDS = 20
A_SECOND = 100
THINKS = 0.2  # seconds before the next key


class Dialogs:
    def __init__(self, place: Serving) -> None:
        self._url = place.muster.hook("simulator")
        self.waits: list[float] = []
        self.screens: list[str] = []
        self.done = 0

    async def all(self) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        headers = {"X-Simulator-Secret": PROOF}
        async with aiohttp.ClientSession(connector=connector, headers=headers) as client:
            began, dialling = time.monotonic(), []
            for number in range(SECONDS * A_SECOND):
                await asyncio.sleep(max(0, began + number / A_SECOND - time.monotonic()))
                dialling.append(asyncio.create_task(self._one(client, number)))
            await asyncio.gather(*dialling)

    async def _one(self, client: aiohttp.ClientSession, number: int) -> None:
        who: dict[str, Any] = {"dialog": f"d{number}", "from": number_of(number), "code": CODE}
        more = True
        for step, key in enumerate(BY_USSD):
            assert more, "the dialog ended early"
            asked = {**who, "phase": "continue" if step else "begin", "input": key}
            began = time.monotonic()
            async with client.post(self._url, json=asked) as answer:
                assert answer.status == 200
                screen = (await answer.json())["screens"][0]
            self.waits.append(time.monotonic() - began)
            self.screens.append(screen["text"])
            more = screen["more"]
            await asyncio.sleep(THINKS)
        assert not more
        self.done += 1


async def test_screens_fit_and_come_in_time(places):
    channel = {**house.simulator(), "lines": [CODE], "flow": "signup"}
    with (
        places.fresh("postgresql") as url,
        serving(places, "postgresql", url, channels={"simulator": channel}) as place,
    ):
        dialogs = Dialogs(place)
        await dialogs.all()

    assert dialogs.done == SECONDS * A_SECOND
    assert [text for text in set(dialogs.screens) if not ussd_size(text).fits] == []
    waits = sorted(dialogs.waits)
    assert waits[len(waits) * 99 // 100] < 0.5
