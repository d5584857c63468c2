"""The first page: a campaign as it happens, and what waits for a human."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, sqrt
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.admin import vocabulary
from app.admin.api.counts import Counts, count_groups, funnel
from app.admin.api.groups import GroupFilter
from app.admin.console.house import Console
from app.admin.console.pace import median_seconds
from app.admin.console.signups import WAYS
from app.admin.console.visitor import Here, Reader
from app.admin.console.vocabularies import flow_titles, labels_in
from app.store import channels, outbox, overview
from app.store.ids import at_time

router = APIRouter(include_in_schema=False)

MINUTES = 60
SHADES = 5
FLAGGED_SHOWN = 6
WRONG_SINCE = timedelta(days=2)
OLD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Live:
    """What changes while one looks."""

    minutes: list[int]
    today: int
    states: Mapping[str, Any]
    queued: Mapping[str, tuple[int, datetime]]
    flagged: int
    first_flagged: list[Any]
    unhandled: Mapping[str, int]
    wrong: Mapping[str, int]
    now: datetime

    @property
    def latest(self) -> int:
        """Of the last whole minute."""
        return self.minutes[-2]

    @property
    def most(self) -> int:
        return max(1, *self.minutes)

    def is_late(self, channel: str) -> bool:
        return channel in self.queued and self.now - self.queued[channel][1] > OLD


@router.get("/")
def overview_page(request: Request, console: Here, visitor: Reader, flow: str = "") -> Response:
    office = console.office
    speech = console.pages.speech(request, visitor.language)
    labels = labels_in(office.flows, speech.language)
    titles = flow_titles(office.flows, speech.language)
    flow = flow if flow in titles else ("signup" if "signup" in titles else next(iter(titles), ""))
    counts = count_groups(office, visitor.caller, GroupFilter())
    known = office.flows.current(flow)
    return console.pages.render(
        request,
        "overview.html",
        visitor,
        live=_live(console),
        spooled=console.spooled(),
        counts=counts,
        labels=labels,
        provinces=_provinces(console, counts, flow),
        shades=_shades(counts.province),
        ways=WAYS,
        titles=titles,
        flow=flow,
        funnel=funnel(office, visitor.caller, flow) if known else None,
        pace=median_seconds(office, known) if known else {},
        channels=office.channels,
    )


@router.get("/live")
def live_part(request: Request, console: Here, visitor: Reader) -> Response:
    """The part that browsers ask for again and again."""
    counts = count_groups(console.office, visitor.caller, GroupFilter())
    return console.pages.render(
        request,
        "live.html",
        visitor,
        live=_live(console),
        spooled=console.spooled(),
        counts=counts,
        channels=console.office.channels,
    )


def _live(console: Console) -> Live:
    found: Live = console.office.tally.of("live", lambda: _look(console))
    return found


def _look(console: Console) -> Live:
    now = datetime.now(UTC)
    midnight = now.astimezone(console.office.zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    first = int(now.timestamp()) // 60 * 60 - (MINUTES - 1) * 60
    with console.office.store.read() as db:
        by_minute = overview.signups_by_minute(db, datetime.fromtimestamp(first, UTC))
        queued: dict[str, tuple[int, datetime]] = {}
        for channel, _, count, oldest in outbox.depth(db):
            before = queued.get(channel, (0, oldest))
            queued[channel] = (before[0] + count, min(before[1], oldest))
        return Live(
            minutes=[by_minute.get(first + 60 * at, 0) for at in range(MINUTES)],
            today=overview.signups_since(db, midnight),
            states=channels.states(db),
            queued=queued,
            flagged=overview.count_flagged(db),
            first_flagged=list(overview.flagged(db, FLAGGED_SHOWN)),
            unhandled=overview.count_unhandled(db),
            wrong=overview.count_wrong(db, at_time(now - WRONG_SINCE)),
            now=now,
        )


def _provinces(console: Console, counts: Counts, flow: str) -> list[tuple[str, int]]:
    """Every province of the flow, the ones with most sign-ups first."""
    known = console.office.flows.current(flow)
    offered = vocabulary.offered(known, "province") if known else frozenset()
    found = {one: counts.province.get(one, 0) for one in {*offered, *counts.province} if one}
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _shades(counted: Mapping[str, int]) -> dict[str, int]:
    """How dark each place is: by the root, so that a capital does not blanch the others."""
    most = max(counted.values(), default=0) or 1
    return {one: ceil(SHADES * sqrt(n / most)) for one, n in counted.items()}
