"""/changes: one change to all groups that a filter finds."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin import many as acts
from app.admin.api.asks import Here, Id, Paging, Reader, Shape, Word, Writer, like, next_of
from app.admin.api.groups import GroupFilter
from app.admin.api.shapes import Status
from app.admin.problems import not_found
from app.store import group_changes

router = APIRouter(prefix="/changes", tags=["groups"])

Which = Annotated[Id, Path()]
State = Literal["asked", "running", "done", "cancelled"]


class NewChange(Shape):
    model_config = like(groups={"province": ["IR-01"], "status": ["registered"]}, status="verified")

    groups: GroupFilter = Field(GroupFilter(), description="Which; without one, all.")
    status: Status | None = None
    add_tags: list[Word] = Field([], max_length=30)
    remove_tags: list[Word] = Field([], max_length=30)


class Change(Shape):
    """A change to many, and how far it came."""

    id: str
    who: str
    status: Status | Literal[""]
    add_tags: list[str]
    remove_tags: list[str]
    state: State = Field(description="asked: counted, and waits for `begin`.")
    found: int = Field(description="Groups that the filter found when it was asked.")
    changed: int
    same: int = Field(description="As they should be already.")
    refused: int = Field(
        description="Changed by others after it was asked, or not allowed from where they stand."
    )
    created_at: datetime
    updated_at: datetime


class Changes(Shape):
    items: list[Change]
    next: str | None = None


@router.get("", summary="Changes to many that began, newest first")
def list_changes(office: Here, caller: Reader, given: Annotated[Paging, Query()]) -> Changes:
    below = given.below
    with office.store.read() as db:
        rows = group_changes.listed(db, given.limit, below.id if below else None)
    return Changes(items=[shape(row) for row in rows], next=next_of(rows, given.limit))


@router.post("", summary="Count what a change would meet; nothing is changed yet")
def ask_change(office: Here, caller: Writer, given: NewChange) -> Change:
    wanted = given.groups.wanted(office, caller)
    row = acts.ask(office, caller, wanted, given.status or "", given.add_tags, given.remove_tags)
    return shape(row)


@router.get("/{change}", summary="One change to many, and how far it came")
def one_change(office: Here, caller: Reader, change: Which) -> Change:
    with office.store.read() as db:
        row = group_changes.one(db, int(change))
    if row is None:
        raise not_found("change")
    return shape(row)


@router.post("/{change}/begin", summary="Make it so: a worker goes through the groups")
def begin_change(office: Here, caller: Writer, change: Which) -> Change:
    return shape(acts.begin(office, caller, int(change)))


@router.post("/{change}/cancel", summary="Change no more of them")
def cancel_change(office: Here, caller: Writer, change: Which) -> Change:
    return shape(acts.cancel(office, caller, int(change)))


def shape(row: Any) -> Change:
    names = [name for name in Change.model_fields if name != "id"]
    return Change(id=str(row.id), **{name: getattr(row, name) for name in names})
