"""Every few seconds: whose silence has come, and when each channel was heard last."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from app.intake.batch import House
from app.intake.item import Answer, Item, Rest, Silence, Taken
from app.intake.joining import WAIT
from app.store import channels, conversations, parts
from app.store.engine import DatabaseAway, Store
from app.store.ids import follow

log = structlog.get_logger()

EVERY = timedelta(seconds=5)
AT_ONCE = 500


class Waking:
    """Of one process; replicas that hear the same silence find that the other has heard it."""

    def __init__(
        self,
        store: Store,
        house: House,
        submit: Callable[[Sequence[Item]], Awaitable[list[Answer]]],
        may_wake: Callable[[], bool],
    ) -> None:
        self._store, self._house, self._submit = store, house, submit
        self._may_wake = may_wake
        self._heard: dict[str, datetime] = {}

    def hear(self, channels: Mapping[str, datetime]) -> None:
        """Remember when channels were heard, to be written with the next look."""
        self._heard |= channels

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            try:
                await self._look()
            except DatabaseAway:
                pass  # told where a group finds it away
            except Exception as error:  # noqa: BLE001  one fault must not end this for good
                log.warning("waking.failed", error=type(error).__name__)

    async def _look(self) -> None:
        await asyncio.to_thread(self._note_heard)
        due = await asyncio.to_thread(self._due)
        if due and self._may_wake():
            await asyncio.gather(*(self._submit([item]) for item in due), return_exceptions=True)

    def _note_heard(self) -> None:
        """Apart from the groups, which must not wait for these rows."""
        heard, self._heard = self._heard, {}
        if heard:
            with self._store.write() as db:
                for channel, moment in sorted(heard.items()):
                    channels.note(db, channel, last_heard_at=moment)

    def _due(self) -> list[Item]:
        now = datetime.now(UTC)
        with self._store.read() as db:
            follow(db, self._house.new_id)
            rows = conversations.to_wake(db, AT_ONCE)
            torn = parts.late(db, now - WAIT)
        due: list[tuple[str, Taken]] = [(channel, Silence(who, row)) for row, who, channel in rows]
        due += [(channel, Rest(sender, reference)) for channel, sender, reference in torn]
        known = self._house.channels
        return [Item(channel, event, now) for channel, event in due if channel in known]
