"""What waits for a lane: fair between channels, and never two things of one person at once."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.intake.item import Answer, Item


@dataclass(eq=False, slots=True)
class Pending:
    item: Item
    person: str
    """Whose turn it would be; empty for what is nobody's."""
    done: "asyncio.Future[Answer]"


@dataclass
class Queue:
    """A line for each channel, served in turn, so that a flood on one holds up nobody else."""

    _lines: dict[str, deque[Pending]] = field(default_factory=dict)
    _speaking: set[str] = field(default_factory=set)
    depth: int = 0

    def add(self, waiting: Iterable[Pending]) -> None:
        for one in waiting:
            self._lines.setdefault(one.item.channel, deque()).append(one)
            self.depth += 1

    def gather(self, most: int) -> list[Pending]:
        """Take up to `most`, an equal share of each channel, the oldest of each person."""
        group: list[Pending] = []
        first = next(iter(self._lines), "")
        lines = list(self._lines.values())
        while lines and len(group) < most:
            share = max(1, (most - len(group)) // len(lines))
            lines = [
                line
                for line in lines
                if (room := min(share, most - len(group))) and self._take(line, room, group) == room
            ]
        for name in [name for name, line in self._lines.items() if not line]:
            del self._lines[name]
        if first in self._lines:  # another channel is first next time
            self._lines[first] = self._lines.pop(first)
        self.depth -= len(group)
        return group

    def everything(self) -> list[Pending]:
        """Take all that waits, each channel's in order: nobody will serve them soon."""
        waiting = [one for line in self._lines.values() for one in line]
        self._lines.clear()
        self.depth = 0
        return waiting

    def done(self, group: Iterable[Pending]) -> None:
        """Their turns are over."""
        self._speaking.difference_update(one.person for one in group)

    def _take(self, line: deque[Pending], share: int, group: list[Pending]) -> int:
        """Move up to `share` from a line to the group; gives how many."""
        taken, later = 0, []
        held: set[str] = set()
        while line and taken < share:
            one = line.popleft()
            if one.person and (one.person in self._speaking or one.person in held):
                later.append(one)
                held.add(one.person)
                continue
            if one.person:
                self._speaking.add(one.person)
            group.append(one)
            taken += 1
        line.extendleft(reversed(later))
        return taken
