"""A carrier that is away for an hour: nothing is lost, order is kept, nothing is sent late."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from aiohttp import web

from app.delivery import server
from app.store.schema import outbox
from tests.delivery.conftest import Post, accepted, later, outcome

MINUTE = timedelta(minutes=1)
PEOPLE = 6


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite has no clock of its own, so that this test can move it."""
    return sqlite_url


def gone(_: object) -> web.Response:
    return web.Response(status=500)


def throttles(_: object) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "20"})


@pytest.mark.parametrize("away", [gone, throttles, outcome("channel_broken")])
async def test_an_hour_without_the_carrier(
    post: Post, away: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SEND_LEASE", timedelta(days=1))  # a minute is no minute here
    post.carrier.answer = away  # type: ignore[assignment]
    for person in range(PEOPLE):
        post.owe(person, f"{person}/0", f"{person}/1")
    post.owe(100, "too late", expires_at=later(minutes=30))
    with time_machine.travel(later(), tick=True) as clock:
        post.start()
        await post.until(lambda: post.carrier.seen)
        for _ in range(60):
            clock.shift(MINUTE)
            post.server.wake()
            await asyncio.sleep(0.05)
        tried = len(post.carrier.seen)
        assert 1 <= tried < 60 * 2 * PEOPLE, "it is looked for, and not besieged"

        post.carrier.answer = accepted
        post.carrier.seen.clear()
        for _ in range(240):  # some of it was told to come again in a while
            if {row.state for row in post.rows(outbox)} == {"sent", "expired"}:
                break
            clock.shift(MINUTE)
            post.server.wake()
            await asyncio.sleep(0.1)

    states = {row.text: row.state for row in post.rows(outbox)}
    assert states.pop("too late") == "expired"
    assert set(states.values()) == {"sent"}
    assert "too late" not in post.carrier.texts
    assert sorted(post.carrier.texts) == sorted(states), "each once"
    for person in range(PEOPLE):
        mine = [text for text in post.carrier.texts if text.startswith(f"{person}/")]
        assert mine == [f"{person}/0", f"{person}/1"]
