"""The intake desk: what is pending, taken in groups as soon as a lane is free.

No timer: while one group commits, the next one gathers. Every waiting caller is released after
the commit that kept its item, or gets an error; never before.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app import tracing
from app.intake.batch import Batch, House
from app.intake.item import Answer, Item, Silence, Spoken, Unread
from app.intake.keeping import keep_poison, keep_unread
from app.intake.queue import Pending, Queue
from app.intake.reporting import take_reports
from app.intake.spooling import Backlog, NotKept, fail
from app.intake.talking import Codes, Talk
from app.intake.waking import Waking
from app.store.engine import DatabaseAway, Store
from app.store.ids import take_numbers
from app.store.patience import answered_within
from app.store.spool import Spool
from gateway_adapters.contract import DialogEnded, DialogInput, Report

MOST_PENDING = 20_000
MOST_A_GROUP = 400
WORTH_A_LANE = MOST_A_GROUP // 2
TRIED_SOON = 1.5  # seconds; a dead pooled connection or a deadlock is known sooner, and tried again
ANSWER_WITHIN = 3.0  # seconds for a statement or a commit of a group; then it goes to the spool


class Busy(Exception):
    """More is pending than we promise to hold; the carrier should come again."""


@dataclass
class Counts:
    """What the metrics tell of the desk."""

    groups: int = 0
    items: int = 0
    repeats: int = 0
    poisoned: int = 0
    seconds: float = 0.0
    away: int = 0
    sizes: "deque[int]" = field(default_factory=lambda: deque(maxlen=1000))


class Desk:
    """Takes items in. One a process; `start` and `stop` belong to the process's loop."""

    def __init__(
        self,
        store: Store,
        house: House,
        talk: Callable[[Codes], Talk],
        code_key: bytes,
        spool: Spool | None = None,
        lanes: int = 2,
    ) -> None:
        self._store, self._house = store, house
        self._lanes = [
            _Lane(store, house, talk(Codes(code_key, self._take_codes)))
            for _ in range(1 if store.is_sqlite else lanes)
        ]
        self._free = deque(self._lanes)
        self._queue = Queue()
        self._backlog = (
            None if spool is None else Backlog(spool, house.channels, self._person, self._bring_in)
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._waking: asyncio.Task[None] | None = None
        self._wakes = Waking(store, house, self.submit, lambda: not self.spooled)
        self.counts = Counts()
        self.on_owed: Callable[[], None] = lambda: None
        """Called when a group has owed people words."""
        self.is_open = True
        """False while the database has never been seen: everything goes to the spool."""
        self.trouble = ""
        """Why the last group found the database away; empty when it did not."""

    def _take_codes(self, count: int) -> int:
        with self._store.write() as db:
            return take_numbers(db, "codes", count)

    # the way in

    async def submit(self, items: Sequence[Item]) -> list[Answer]:
        """Take these items in; returns when all are kept."""
        if self._queue.depth + len(items) > MOST_PENDING:
            raise Busy
        loop = asyncio.get_running_loop()
        waiting = [Pending(item, self._person(item), loop.create_future()) for item in items]
        if self.spooled or not self.is_open:
            await self._to_spool(waiting)
        else:
            self._queue.add(waiting)
            self._go()
        if len(waiting) == 1:
            return [await waiting[0].done]
        return await asyncio.gather(*(one.done for one in waiting))

    @property
    def depth(self) -> int:
        return self._queue.depth

    @property
    def is_full(self) -> bool:
        return self._queue.depth >= MOST_PENDING

    @property
    def spooled(self) -> int:
        return 0 if self._backlog is None else len(self._backlog)

    def spool_state(self) -> str:
        """Say whether the spool takes items: on, full or off."""
        if self._backlog is None:
            return "off"
        return "on" if self._backlog.takes() else "full"

    def _person(self, item: Item) -> str:
        """Whose turn it is: two items of one person never share a group, nor overlap."""
        event = item.event
        if isinstance(event, Silence | Spoken):
            return event.address
        if isinstance(event, Report | Unread):
            return ""
        if isinstance(event, DialogInput | DialogEnded) and not event.sender:
            return f"{item.channel}:{event.dialog_id}"
        sender = getattr(event, "sender", "")
        return self._house.channels[item.channel].address_of(sender) or f"{item.channel}:{sender}"

    # groups

    def _go(self) -> None:
        while self._may_start() and (group := self._queue.gather(MOST_A_GROUP)):
            lane = self._free.popleft()
            task = asyncio.create_task(self._run(lane, group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _may_start(self) -> bool:
        """Whether another group may begin: beside a running one only for many.

        Each costs its round trips and its commit, whatever it holds.
        """
        idle = len(self._free) == len(self._lanes)
        return idle or (bool(self._free) and self._queue.depth >= WORTH_A_LANE)

    async def _run(self, lane: "_Lane", group: list[Pending]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            with tracing.span("group", items=len(group)):
                answers = await self._through(lane, [one.item for one in group])
            for one, answer in zip(group, answers, strict=True):
                if not one.done.done():
                    one.done.set_result(answer)
            self._count(answers, loop.time() - began)
            self._wakes.hear({one.item.channel: one.item.received_at for one in group})
            self.on_owed()
        except DatabaseAway:
            await self._to_spool(group)
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it
            fail(group, error)
        finally:
            self._queue.done(group)
            self._free.append(lane)
            self._go()

    async def _bring_in(self, items: Sequence[Item]) -> list[Answer]:
        answers = await self._through(self._lanes[0], items)
        self.on_owed()
        return answers

    async def _through(self, lane: "_Lane", items: Sequence[Item]) -> list[Answer]:
        try:
            answers = await lane.run(items)
        except DatabaseAway as error:
            self.counts.away += 1
            self.trouble = str(error)
            raise
        self.trouble = ""
        return answers

    def _count(self, answers: Sequence[Answer], seconds: float) -> None:
        self.counts.groups += 1
        self.counts.items += len(answers)
        self.counts.seconds += seconds
        self.counts.sizes.append(len(answers))
        self.counts.repeats += sum(answer.state == "repeat" for answer in answers)
        self.counts.poisoned += sum(answer.state == "poisoned" for answer in answers)

    # while the database is away

    async def _to_spool(self, group: list[Pending]) -> None:
        """Keep texts and reports in the spool, also those in line: their turn would be late."""
        waiting = [*group, *self._queue.everything()]
        if self._backlog is None:
            fail(waiting, NotKept())
        else:
            await self._backlog.keep(waiting)

    # the process

    def keep_shut(self, why: str) -> None:
        """Until `start` everything goes to the spool: the database has not been seen yet."""
        self.is_open, self.trouble = False, why
        if self._backlog is not None:
            self._backlog.may_drain = False

    async def start(self) -> None:
        """Drain what an earlier process left, and begin to listen for silence."""
        self.is_open = True
        if self._backlog is not None:
            self._backlog.may_drain = True
            self._backlog.drain()
        self._waking = asyncio.create_task(self._wakes.run())

    async def stop(self) -> None:
        """Finish what is pending, then rest."""
        if self._waking is not None:
            self._waking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._waking
        if self._backlog is not None:
            await self._backlog.stop()
        while self._queue.depth or self._tasks:
            self._go()
            await asyncio.gather(*self._tasks)
        self.close()

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()
        if self._backlog is not None:
            self._backlog.close()


class _Lane:
    """One thread that runs groups, each in a transaction of its own."""

    def __init__(self, store: Store, house: House, talk: Talk) -> None:
        self._store, self._house, self._talk = store, house, talk
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")

    async def run(self, items: Sequence[Item]) -> list[Answer]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._group, items)

    def close(self) -> None:
        self._thread.shutdown()

    def _group(self, items: Sequence[Item]) -> list[Answer]:
        began = time.monotonic()
        with answered_within(ANSWER_WITHIN):
            try:
                return self._try(items)
            except DatabaseAway:
                if time.monotonic() - began > TRIED_SOON:
                    raise
            return self._try(items)

    def _try(self, items: Sequence[Item]) -> list[Answer]:
        self._talk.codes.ready(len(items))
        return self._halves(items)

    def _halves(self, items: Sequence[Item]) -> list[Answer]:
        """Run a group; if it fails on its data, in halves, down to the one that is to blame."""
        try:
            return self._transaction(items)
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001  the data's fault, whatever class says so
            if len(items) == 1:
                with self._store.write() as db:
                    keep_poison(db, items[0], type(error).__name__, self._house.new_id())
                return [Answer("poisoned")]
            middle = len(items) // 2
            return self._halves(items[:middle]) + self._halves(items[middle:])

    def _transaction(self, items: Sequence[Item]) -> list[Answer]:
        told = [item for item in items if item.kind == "report"]
        unread = [item for item in items if item.kind == "unread"]
        heard = [item for item in items if item.kind not in ("report", "unread")]
        answers: dict[str, Answer] = {}
        with self._store.write() as db:
            if heard:
                batch = Batch(self._house, self._talk, db, heard)
                answers = dict(zip((i.token for i in heard), batch.run(), strict=True))
            if told:
                take_reports(db, told, self._house.new_id)
            if unread:
                keep_unread(db, unread, self._house.new_id)
        return [answers.get(item.token, Answer("handled")) for item in items]
