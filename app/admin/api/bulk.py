"""/messages/bulk: one text to the people of many groups."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin import bulk as acts
from app.admin.api.asks import (
    Here,
    Id,
    Line,
    Paging,
    Reader,
    Shape,
    Text,
    Word,
    Writer,
    like,
    next_of,
)
from app.admin.api.groups import GroupFilter
from app.admin.problems import not_found
from app.store import bulks

router = APIRouter(prefix="/messages/bulk", tags=["messages"])

Which = Annotated[Id, Path()]
State = Literal["running", "done", "cancelled"]


class NewBulk(Shape):
    model_config = like(
        channel="main", text="جلسه فردا ساعت ۱۶", groups={"province": ["IR-01"]}, dry_run=True
    )

    channel: Word
    line: Line = Field("", description="Of the channel's lines; empty: its first.")
    text: Text = Field(min_length=1)
    ending: Line = Field(
        "",
        description="How to opt out, in words that end the text. Where a regulator says which, "
        "those are used whatever stands here.",
    )
    groups: GroupFilter = Field(
        GroupFilter(), description="Whom: the people of these groups, each once."
    )
    valid_hours: Annotated[int, Field(ge=1, le=168)] = 24
    dry_run: bool = Field(True, description="Only say what it would be. Send `false` to send it.")


class Planned(Shape):
    text: str = Field(description="As it goes out.")
    encoding: str
    segments: int = Field(description="Of one message.")
    recipients: int
    opted_out: int = Field(description="People among them who get nothing.")
    all_segments: int = Field(description="What is paid for.")


class Bulk(Shape):
    id: str
    who: str
    channel: str
    line: str
    text: str
    segments: int
    state: State = Field(description="running: still being queued.")
    queued: int
    skipped: int = Field(description="People who opted out, or whom this channel cannot reach.")
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


class WholeBulk(Bulk):
    messages: dict[str, int] = Field(
        description="What became of them, by state.", examples=[{"delivered": 970, "failed": 3}]
    )


class Sent(Shape):
    planned: Planned
    bulk: Bulk | None = Field(description="None after a dry run.")


class Bulks(Shape):
    items: list[Bulk]
    next: str | None = None


@router.get("", summary="Bulk messages, newest first")
def list_bulks(office: Here, caller: Reader, given: Annotated[Paging, Query()]) -> Bulks:
    below = given.below
    with office.store.read() as db:
        rows = bulks.listed(db, given.limit, below.id if below else None)
    return Bulks(items=[_shape(row) for row in rows], next=next_of(rows, given.limit))


@router.post("", summary="Text many: first what it would cost, then for real")
def send_bulk(office: Here, caller: Writer, given: NewBulk) -> Sent:
    wanted = given.groups.wanted(office, caller)
    planned = acts.plan(office, given.channel, given.line, given.text, given.ending, wanted)
    shape = Planned(
        text=planned.text,
        encoding=planned.size.encoding.value,
        segments=planned.size.count,
        recipients=planned.recipients,
        opted_out=planned.opted_out,
        all_segments=planned.all_segments,
    )
    if given.dry_run:
        return Sent(planned=shape, bulk=None)
    valid_for = timedelta(hours=given.valid_hours)
    return Sent(planned=shape, bulk=_shape(acts.send(office, caller, planned, wanted, valid_for)))


@router.get("/{bulk}", summary="One bulk message and what became of it")
def one_bulk(office: Here, caller: Reader, bulk: Which) -> WholeBulk:
    with office.store.read() as db:
        row = bulks.one(db, int(bulk))
        if row is None:
            raise not_found("bulk message")
        states = bulks.states(db, int(bulk))
    return WholeBulk(**_shape(row).model_dump(), messages=states)


@router.post("/{bulk}/cancel", summary="Queue no more of it, cancel what waits")
def cancel_bulk(office: Here, caller: Writer, bulk: Which) -> Bulk:
    return _shape(acts.cancel(office, caller, int(bulk)))


def _shape(row: Any) -> Bulk:
    names = [name for name in Bulk.model_fields if name != "id"]
    return Bulk(id=str(row.id), **{name: getattr(row, name) for name in names})
