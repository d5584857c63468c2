"""/audit: who did what. Needs the scope `admin`."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from app.admin.api.asks import Admin, Here, Line, Paging, Shape, next_of
from app.admin.problems import Problem
from app.store import audit

router = APIRouter(prefix="/audit", tags=["audit"])


class Entry(Shape):
    id: str
    at: datetime
    who: str = Field(examples=["operator:sara"])
    what: str = Field(examples=["group status"])
    to: str = Field(examples=["group:190472113467392000"])
    details: dict[str, Any]
    chain: str = Field(description="SHA-256 over the entry before and this one.")


class Entries(Shape):
    items: list[Entry]
    next: str | None = None


class AuditFilter(Paging):
    who: Line = ""
    what: Line = ""
    to: Line = ""


class Verified(Shape):
    intact: bool
    broken_at: str | None = Field(description="The first entry that does not fit the chain.")
    problem: str
    at: datetime
    head: str = Field(
        description="The last entry and its hash. Keep it elsewhere and give it back later as "
        "`known`: then even a chain made anew is found."
    )


@router.get("", summary="The audit, latest first")
def list_audit(office: Here, caller: Admin, given: Annotated[AuditFilter, Query()]) -> Entries:
    below = given.below
    with office.store.read() as db:
        rows = audit.page(
            db,
            given.limit,
            below.id if below else None,
            who=given.who,
            what=given.what,
            to=given.to,
        )
    items = [Entry(**{**row._asdict(), "id": str(row.id)}) for row in rows]
    return Entries(items=items, next=next_of(rows, given.limit))


@router.get("/verify", summary="Walk the chain: was an entry removed or changed?")
def verify_audit(
    office: Here,
    caller: Admin,
    known: Annotated[str, Query(max_length=100, description="A `head` of before.")] = "",
) -> Verified:
    try:
        anchor = audit.head_from(known) if known else None
    except ValueError as error:
        raise Problem("invalid", "This is no head of an audit.") from error
    with office.store.read() as db:
        broken = audit.verify(db, anchor)
        head = audit.head(db)
    return Verified(
        intact=broken is None,
        broken_at=str(broken.id) if broken else None,
        problem=broken.problem if broken else "",
        at=datetime.now(UTC),
        head=str(head),
    )
