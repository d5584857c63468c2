"""/counts: how many signed up, by what they are and when; where conversations stand."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin.api.asks import Here, Reader, Shape
from app.admin.api.groups import GroupFilter
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.store import counts
from app.store.groups_search import Filter

router = APIRouter(prefix="/counts", tags=["counts"])

COLUMNS = ("status", "type", "province", "channel", "way", "flow", "language")
MOST_SLICES = {"hour": timedelta(days=31), "day": timedelta(days=800)}


class Counts(Shape):
    """Groups that meet the filter. A few seconds old at most while the table is small."""

    total: int
    status: dict[str, int] = Field(examples=[{"registered": 1200, "verified": 31}])
    type: dict[str, int]
    province: dict[str, int] = Field(examples=[{"gilan": 17}])
    channel: dict[str, int]
    way: dict[str, int] = Field(examples=[{"sms": 900, "web": 331}])
    flow: dict[str, int]
    language: dict[str, int]
    specialism: dict[str, int]
    at: datetime = Field(description="When this was counted.")


class Slice(Shape):
    at: datetime
    groups: int


class Timeline(Shape):
    every: Literal["hour", "day"]
    items: list[Slice]


class StepCount(Shape):
    step: str
    reached: int = Field(description="Conversations that came at least this far.")
    here: int = Field(description="Open ones whose question this is.")
    left: int = Field(description="Ones that ended here by stopping or by silence.")
    done: int


class Funnel(Shape):
    flow: str
    started: int
    done: int
    steps: list[StepCount]


@router.get("", summary="How many groups, by what they are")
def count_groups(office: Here, caller: Reader, given: Annotated[GroupFilter, Query()]) -> Counts:
    wanted = given.wanted(office, caller)
    found: Counts = office.tally.of(wanted, lambda: _count(office, wanted))
    return found


def _count(office: Office, wanted: Filter) -> Counts:
    with office.store.read() as db:
        by = counts.groups_by(db, COLUMNS, wanted)
        by["specialism"] = counts.groups_by_specialism(db, wanted)
    return Counts(total=sum(by["status"].values()), at=datetime.now(UTC), **by)


class TimelineFilter(GroupFilter):
    every: Literal["hour", "day"] = "day"


@router.get("/timeline", summary="Sign-ups by hour or day, in the installation's time zone")
def count_in_time(
    office: Here, caller: Reader, given: Annotated[TimelineFilter, Query()]
) -> Timeline:
    now = datetime.now(UTC)
    until = given.to or now + timedelta(hours=1)
    back = timedelta(hours=48) if given.every == "hour" else timedelta(days=30)
    since = given.from_ or until - back
    if until - since > MOST_SLICES[given.every]:
        raise Problem("invalid", f"Too long a time for one answer by {given.every}.")
    wanted = given.wanted(office, caller)
    key = (given.every, wanted, None if given.to else "now")
    items: list[Slice] = office.tally.of(
        key, lambda: _slices(office, wanted, since, until, given.every)
    )
    return Timeline(every=given.every, items=items)


def _slices(
    office: Office, wanted: Filter, since: datetime, until: datetime, every: str
) -> list[Slice]:
    with office.store.read() as db:
        found = counts.groups_in_slices(db, wanted, since, until)

    def beginning(pair: tuple[int, int]) -> datetime:
        local = datetime.fromtimestamp(pair[0], office.zone)
        hour = local.hour if every == "hour" else 0
        return local.replace(hour=hour, minute=0, second=0)

    return [
        Slice(at=at, groups=sum(count for _, count in pairs))
        for at, pairs in groupby(found, beginning)
    ]


@router.get("/funnel/{flow}", summary="How far conversations came, question by question")
def funnel(office: Here, caller: Reader, flow: Annotated[str, Path(max_length=64)]) -> Funnel:
    known = office.flows.current(flow)
    if known is None:
        raise not_found("flow")

    def standing() -> Any:
        with office.store.read() as db:
            return counts.standing_of(db, flow)

    rows = office.tally.of(("funnel", flow), standing)
    questions = [step.name for step in known.steps.values() if step.asks]
    return _funnel(flow, questions, rows)


def _funnel(flow: str, questions: list[str], rows: list[tuple[str, str, int]]) -> Funnel:
    at: dict[str, dict[str, int]] = {}
    for step, standing, count in rows:
        of = at.setdefault(step, {})
        of[standing] = of.get(standing, 0) + count
    done = sum(of.get("done", 0) for of in at.values())
    steps = []
    reached = done
    for step in reversed([*questions, *sorted(set(at) - set(questions))]):
        of = at.get(step, {})
        left = of.get("stopped", 0) + of.get("expired", 0)
        reached += of.get("open", 0) + left
        steps.append(
            StepCount(
                step=step,
                reached=reached,
                here=of.get("open", 0),
                left=left,
                done=of.get("done", 0),
            )
        )
    started = sum(count for _, _, count in rows)
    return Funnel(flow=flow, started=started, done=done, steps=steps[::-1])
