"""A desk on a fresh database, and people who talk to it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from app.conversation.load import load_flows
from app.intake.batch import House
from app.intake.channel import Channel
from app.intake.desk import Desk
from app.intake.item import Answer, Item, Taken
from app.intake.talking import Codes, Talk, Watch
from app.store.engine import Store, open_store
from app.store.ids import Ids
from app.store.spool import Spool
from gateway_adapters.contract import Message
from gateway_adapters.simulator import Simulator

LINE = "30001152"
FLOWS = load_flows(Path(__file__).parent / "flows")
counter = itertools.count(1)


def a_channel(name: str = "main", **changes: Any) -> Channel:
    adapter = Simulator(secret="s", send_url="http://127.0.0.1:1/")
    given = {"name": name, "adapter": adapter, "secrets": ("x" * 16,), "lines": (LINE,)}
    return Channel(**{**given, "regulator_words": True, **changes})


def number_of(person: int) -> str:
    return f"0912{person:07d}"


@dataclass
class Room:
    """What the tests hold: the desk and the database behind it."""

    store: Store
    desk: Desk
    channels: dict[str, Channel]
    watch: Watch = field(default_factory=Watch)

    async def tell(self, *events: Taken, channel: str = "main") -> list[Answer]:
        now = datetime.now(UTC)
        return await self.desk.submit([Item(channel, event, now, b"raw") for event in events])

    async def say(self, person: int, *texts: str, channel: str = "main") -> list[Answer]:
        """Say these one after the other."""
        answers = []
        for text in texts:
            event = Message(number_of(person), text, LINE, f"id{next(counter)}")
            answers += await self.tell(event, channel=channel)
        return answers

    def rows(self, table: Table, *conditions: Any) -> Sequence[Any]:
        with self.store.read() as db:
            first = next(iter(table.primary_key))
            return db.execute(select(table).where(*conditions).order_by(first)).all()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.db")


@pytest.fixture
async def room(database_url: str, spool: Spool) -> AsyncIterator[Room]:
    async with asyncio.timeout(60):
        store = open_store(database_url)
        channels = {
            "main": a_channel(),
            "dial": a_channel("dial", default_flow="mini", sms_through="main"),
        }
        watch = Watch()
        texting = {"main": channels["main"], "dial": channels["main"]}
        desk = Desk(
            store,
            House(channels, Ids(1)),
            lambda codes: talk(codes, watch, texting),
            b"k" * 32,
            spool,
        )
        yield Room(store, desk, channels, watch)
        await desk.stop()
        store.close()


def talk(codes: Codes, watch: Watch, texting: dict[str, Channel]) -> Talk:
    return Talk(FLOWS, codes, watch, texting)
