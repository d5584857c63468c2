"""/inbox: what came in and could not be read or handled, for people to look at."""

from asyncio import to_thread as run
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin.api.asks import Here, Id, Numbers, Page, Reader, Shape, Writer, next_of
from app.admin.exchange import raw_text
from app.admin.looking import look
from app.admin.masking import masked_number, masked_text
from app.admin.problems import Problem, not_found
from app.store import audit, inbox, messages

router = APIRouter(prefix="/inbox", tags=["inbox"])

State = Literal["unread", "poisoned", "waiting"]
Which = Annotated[Id, Path()]


class Received(Shape):
    id: str
    channel: str
    kind: str
    state: str = Field(
        description="unread: nobody could read it. poisoned: the flow could not digest it. "
        "waiting: it is being put together. handled: done, or set aside by staff."
    )
    problem: str
    sender: str
    text: str
    seen: int = Field(description="How often the same came.")
    received_at: datetime
    handled_at: datetime | None


class WholeReceived(Received):
    raw: str = Field(description="The request as it came, without secrets.")


class ReceivedList(Shape):
    items: list[Received]
    next: str | None = None


class InboxFilter(Page):
    state: list[State] = Field(["unread", "poisoned"], min_length=1, max_length=3)


class Replayed(Shape):
    state: str = Field(examples=["handled"])


@router.get("", summary="What could not be handled, newest first")
def list_inbox(
    office: Here, caller: Reader, given: Annotated[InboxFilter, Query()]
) -> ReceivedList:
    below = given.below
    with office.store.read() as db:
        rows = messages.to_look_at(db, given.state, given.limit, below.id if below else None)
    ids = [row.id for row in rows]
    plain = look(office, caller, "list", "inbox", ids, asked=given.numbers)
    items = [Received(**_columns(row, plain=plain)) for row in rows]
    return ReceivedList(items=items, next=next_of(rows, given.limit))


@router.get("/{row_id}", summary="One of them, with the request as it came")
def one_received(
    office: Here, caller: Reader, row_id: Which, *, numbers: Numbers = False
) -> WholeReceived:
    with office.store.read() as db:
        row = messages.received(db, int(row_id))
    if row is None:
        raise not_found("row")
    plain = look(office, caller, "request", f"inbox:{row_id}", [], asked=numbers)
    raw = raw_text(office.channels.get(row.channel), row.raw or b"")
    raw = raw if plain else masked_text(raw)
    return WholeReceived(**_columns(row, plain=plain), raw=raw)


@router.post("/{row_id}/replay", summary="Handle it again")
async def replay(office: Here, caller: Writer, row_id: Which) -> Replayed:
    await run(_refuse_handled, office, row_id)
    try:
        state = await office.replay(int(row_id))
    except ValueError as error:
        raise Problem("conflict", "It still cannot be read.") from error
    await run(_note, office, caller.who, "inbox replayed", row_id, {"state": state})
    return Replayed(state=state)


@router.post("/{row_id}/set-aside", summary="Take it off the list unhandled", status_code=204)
def set_aside(office: Here, caller: Writer, row_id: Which) -> None:
    _refuse_handled(office, row_id)
    now = datetime.now(UTC)
    with office.store.write() as db:
        inbox.settle(db, int(row_id), "handled", "set aside by staff", now)
        audit.note(db, caller.who, "inbox set aside", f"inbox:{row_id}", now)


def _refuse_handled(office: Any, row_id: str) -> None:
    with office.store.read() as db:
        row = messages.received(db, int(row_id))
    if row is None:
        raise not_found("row")
    if row.state not in ("unread", "poisoned"):
        raise Problem("conflict", f"It is {row.state}.")


def _note(office: Any, who: str, what: str, row_id: str, details: dict[str, Any]) -> None:
    with office.store.write() as db:
        audit.note(db, who, what, f"inbox:{row_id}", datetime.now(UTC), details)


def _columns(row: Any, *, plain: bool) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "channel": row.channel,
        "kind": row.kind,
        "state": row.state,
        "problem": row.problem,
        "sender": row.sender if plain else masked_number(row.sender),
        "text": row.text if plain else masked_text(row.text),
        "seen": row.seen,
        "received_at": row.received_at,
        "handled_at": row.handled_at,
    }
