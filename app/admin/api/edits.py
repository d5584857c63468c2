"""/groups: what staff change. Needs the scope `write`."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Response
from pydantic import Field, StringConstraints

from app.admin import changes
from app.admin.api import shapes
from app.admin.api.asks import Here, Id, Shape, Text, Word, Writer, like
from app.admin.api.groups import Key
from app.admin.api.shapes import Group, Status
from app.admin.office import Office
from app.admin.problems import Problem
from app.store import groups_search

router = APIRouter(prefix="/groups", tags=["groups"])

Choice = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
MaybeChoice = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})?$")]
Field_ = Literal["type", "province", "county", "members", "offer", "contact", "specialisms"]
ETAG = re.compile(r'"(\d{1,9})"')
MOST_AT_ONCE = 500

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description='The ETag that was read, like `"3"`.'),
]


class GroupEdit(Shape):
    """What to change; what is left out stays."""

    model_config = like(members=40, specialisms=["family.children"], note="Visited on Monday")

    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    type: MaybeChoice | None = None
    province: MaybeChoice | None = None
    county: MaybeChoice | None = None
    specialisms: Annotated[list[Choice], Field(max_length=20)] | None = None
    members: Annotated[int, Field(ge=0, le=10**9)] | None = None
    offer: Text | None = None
    contact: Annotated[Text, Field(max_length=200)] | None = None
    note: Text | None = Field(None, description="Of staff; the group never sees it.")


class NewStatus(Shape):
    model_config = like(status="verified")

    status: Status


class Tags(Shape):
    model_config = like(add=["visited"], remove=["new"])

    add: list[Word] = Field([], max_length=30)
    remove: list[Word] = Field([], max_length=30)


class ManyGroups(Shape):
    model_config = like(ids=["190472113467392000"], status="verified", add_tags=["spring"])

    ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    status: Status | None = None
    add_tags: list[Word] = Field([], max_length=30)
    remove_tags: list[Word] = Field([], max_length=30)


class Changed(Shape):
    changed: list[str]
    refused: dict[str, str] = Field(description="Why the others were not: by id.")


class Merge(Shape):
    model_config = like(into="12345670", take=["members", "specialisms"])

    into: Key = Field(description="Code or id of the group that this one is part of.")
    take: list[Field_] = Field(
        [], max_length=7, description="What the other takes from this one; specialisms are joined."
    )


class Merged(Shape):
    part: Group
    whole: Group


@router.post("/changes", summary="Verify, reject or tag several groups")
def change_groups(office: Here, caller: Writer, given: ManyGroups) -> Changed:
    changed, refused = changes.change_many(
        office, caller, given.ids, given.status, given.add_tags, given.remove_tags
    )
    return Changed(changed=changed, refused=refused)


@router.patch("/{key}", summary="Change fields of a group")
def edit_group(
    office: Here,
    caller: Writer,
    key: Key,
    given: GroupEdit,
    response: Response,
    if_match: IfMatch = None,
) -> Group:
    sets = {n: v for n, v in given.model_dump(exclude_unset=True).items() if v is not None}
    if "members" in given.model_fields_set:
        sets["members"] = given.members
    row = changes.edit(office, caller, key, _revision(if_match), sets)
    return _answer(office, row, response)


@router.post("/{key}/status", summary="Verify, reject, withdraw, or bring back")
def set_status(
    office: Here,
    caller: Writer,
    key: Key,
    given: NewStatus,
    response: Response,
    if_match: IfMatch = None,
) -> Group:
    revision = None if if_match is None else _revision(if_match)
    return _answer(
        office, changes.set_status(office, caller, key, given.status, revision), response
    )


@router.post("/{key}/tags", summary="Add and remove tags")
def tag_group(office: Here, caller: Writer, key: Key, given: Tags, response: Response) -> Group:
    row = changes.tag(office, caller, key, given.add, given.remove)
    return _answer(office, row, response)


@router.post("/{key}/merge", summary="Make a group part of another; can be undone")
def merge_group(office: Here, caller: Writer, key: Key, given: Merge) -> Merged:
    part, whole = changes.merge(office, caller, key, given.into, given.take)
    return _both(office, part, whole)


@router.post("/{key}/unmerge", summary="Undo a merge")
def unmerge_group(office: Here, caller: Writer, key: Key) -> Merged:
    part, whole = changes.unmerge(office, caller, key)
    return _both(office, part, whole)


def _revision(if_match: str | None) -> int | None:
    if if_match is None:
        detail = "Send If-Match with the ETag that you read, or If-Match: *."
        raise Problem("revision-needed", detail)
    if if_match.strip() == "*":
        return None
    if not (found := ETAG.fullmatch(if_match.strip())):
        raise Problem("changed-meanwhile", "If-Match is no ETag of ours.")
    return int(found[1])


def _answer(office: Office, row: Any, response: Response) -> Group:
    response.headers["ETag"] = f'"{row.revision}"'
    with office.store.read() as db:
        chosen = groups_search.specialisms_of(db, [row.id])
    return shapes.group(row, chosen[row.id], plain=False)


def _both(office: Office, part: Any, whole: Any) -> Merged:
    with office.store.read() as db:
        chosen = groups_search.specialisms_of(db, [part.id, whole.id])
    return Merged(
        part=shapes.group(part, chosen[part.id], plain=False),
        whole=shapes.group(whole, chosen[whole.id], plain=False),
    )
