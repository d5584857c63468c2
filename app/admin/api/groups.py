"""/groups: search, one group, its conversation."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field, StringConstraints

from app.admin.api import shapes
from app.admin.api.asks import (
    Here,
    Line,
    Moment,
    Numbers,
    Page,
    Reader,
    Shape,
    Word,
    cursor,
    next_of,
)
from app.admin.api.shapes import Groups, History, Messages, Status, Way, WholeGroup
from app.admin.caller import Caller
from app.admin.looking import look
from app.admin.office import Office
from app.admin.problems import not_found
from app.directory.search import terms_of
from app.store import group_edits, group_news, groups_search, messages
from app.text.digits import digits

router = APIRouter(prefix="/groups", tags=["groups"])

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9۰-۹٠-٩]{1,24}$"),
    AfterValidator(digits),
]
"""A group's tracking code or id, in the digits of any keyboard."""


class GroupFilter(Shape):
    """Which groups; several values of one filter mean any of them."""

    q: Line = Field(
        "", description="Words of name or contact in any spelling, a code, a phone number."
    )
    province: list[Word] = Field([], max_length=40)
    county: list[Word] = Field([], max_length=40)
    type: list[Word] = Field([], max_length=40)
    specialism: list[Word] = Field([], max_length=40)
    status: list[Status] = Field([], max_length=4)
    channel: list[Word] = Field([], max_length=40)
    way: list[Way] = Field([], max_length=4, description="How they signed up.")
    flow: list[Word] = Field([], max_length=40)
    tag: Annotated[Line, Field(max_length=64)] = ""
    from_: Moment | None = Field(None, alias="from", description="Signed up at or after this.")
    to: Moment | None = Field(None, description="Signed up before this.")
    merged: bool = Field(False, description="Also those that are part of another group.")

    def wanted(self, office: Office, caller: Caller) -> groups_search.Filter:
        return groups_search.Filter(
            terms=terms_of(self.q, region=office.region, sees_numbers=caller.sees_numbers),
            province=tuple(self.province),
            county=tuple(self.county),
            type=tuple(self.type),
            specialism=tuple(self.specialism),
            status=tuple(self.status),
            channel=tuple(self.channel),
            way=tuple(self.way),
            flow=tuple(self.flow),
            tag=self.tag,
            since=self.from_,
            until=self.to,
            merged=self.merged,
        )


class GroupPage(GroupFilter, Page):
    pass


@router.get("", summary="Search and filter groups")
def list_groups(office: Here, caller: Reader, given: Annotated[GroupPage, Query()]) -> Groups:
    wanted = given.wanted(office, caller)
    with office.store.read() as db:
        rows = groups_search.page(db, wanted, given.limit, given.below)
        chosen = groups_search.specialisms_of(db, [row.id for row in rows])
    full = len(rows) == given.limit
    ids = [row.id for row in rows]
    plain = look(office, caller, "list", "groups", ids, asked=given.numbers)
    return Groups(
        items=[shapes.group(row, chosen[row.id], plain=plain) for row in rows],
        next=cursor(groups_search.place_of(rows[-1], wanted)) if full else None,
    )


@router.get("/{key}", summary="One group, by tracking code or id")
def one_group(
    office: Here, caller: Reader, key: Key, response: Response, *, numbers: Numbers = False
) -> WholeGroup:
    with office.store.read() as db:
        row = one_row(db, key)
        chosen = groups_search.specialisms_of(db, [row.id])[row.id]
        consents = groups_search.consents_of(db, row.participant_id)
        parts = group_edits.merged_into(db, row.id)
    plain = look(office, caller, "group", f"group:{row.id}", [], asked=numbers)
    response.headers["ETag"] = f'"{row.revision}"'
    return shapes.whole_group(row, chosen, consents, parts, plain=plain)


@router.get("/{key}/conversation", summary="What the person and we said, newest first")
def conversation_of_group(
    office: Here, caller: Reader, key: Key, given: Annotated[Page, Query()]
) -> Messages:
    below = given.below
    with office.store.read() as db:
        row = one_row(db, key)
        wanted = messages.Filter(participant=row.participant_id)
        found = messages.page(db, wanted, given.limit, below)
    plain = look(office, caller, "conversation", f"group:{row.id}", [], asked=given.numbers)
    return Messages(
        items=[shapes.message(one, plain=plain) for one in found],
        next=next_of([row for _, row in found], given.limit),
    )


@router.get("/{key}/history", summary="Who changed what, latest first")
def history_of_group(
    office: Here, caller: Reader, key: Key, *, numbers: Numbers = False
) -> History:
    with office.store.read() as db:
        row = one_row(db, key)
        lines = group_news.history(db, row.id)
    plain = look(office, caller, "history", f"group:{row.id}", [], asked=numbers)
    return History(items=[shapes.change(line, plain=plain) for line in lines])


def one_row(db: Any, key: str) -> Any:
    row = groups_search.by_code_or_id(db, key)
    if row is None:
        raise not_found("group")
    return row
