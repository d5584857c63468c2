"""Works bulk messages off: page by page into the outbox, each page one transaction."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from app.intake.channel import Channel
from app.intake.writes import BULK, Writes
from app.store import bulks, outbox
from app.store.engine import Store, clock
from app.store.ids import Ids
from app.store.participants import Person

log = structlog.get_logger()

LOOK_EVERY = 2.0  # seconds between looks while there is none
PAGE_EVERY = 0.05  # seconds between pages: replies share the database


class Bulk:
    """One a worker; workers share the bulk messages, never a page."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        new_id: Ids,
        on_owed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._channels, self._new_id = store, channels, new_id
        self._on_owed = on_owed

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                more = await asyncio.to_thread(self.step)
            except Exception as error:  # noqa: BLE001  one fault must not end this for good
                log.warning("bulk.waits", error=type(error).__name__)
                more = False
            if more:
                self._on_owed()
            await asyncio.sleep(PAGE_EVERY if more else LOOK_EVERY)

    def step(self) -> bool:
        """Queue one page of the oldest bulk message; False if there is none."""
        with self._store.write() as db:
            bulk = bulks.running(db)
            if bulk is None:
                return False
            now = clock(db)
            channel = self._channels.get(bulk.channel)
            if channel is None or bulk.expires_at <= now:
                bulks.cancel(db, bulk.id, now)
                return True
            people, skipped, ends = bulks.recipients(db, bulk)
            writes = Writes(self._new_id, now)
            for person in people:
                writes.owe(
                    channel,
                    Person(person.id, person.address, "", False, 0, 0, None),
                    bulk.text,
                    line=bulk.line,
                    priority=BULK,
                    expires_at=max(bulk.expires_at, now + timedelta(minutes=1)),
                    bulk_id=bulk.id,
                )
            outbox.add(db, writes.outbox)
            bulks.advance(db, bulk, len(people), skipped, ends, now)
            return True
