"""/messages: what came in and what went out, with state."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin import texting
from app.admin.api import shapes
from app.admin.api.asks import (
    Here,
    Id,
    Line,
    Moment,
    Numbers,
    Page,
    Reader,
    Shape,
    Word,
    Writer,
    cursor,
    like,
)
from app.admin.api.shapes import Messages, WholeMessage
from app.admin.looking import look
from app.admin.problems import not_found
from app.store import messages

router = APIRouter(prefix="/messages", tags=["messages"])


class Resend(Shape):
    model_config = like(even_if_it_may_have_arrived=False)

    even_if_it_may_have_arrived: bool = False


class Resent(Shape):
    id: str = Field(description="Of the new message.")


class MessageFilter(Page):
    direction: Literal["in", "out"] | None = None
    state: list[Word] = Field([], max_length=10, examples=[["failed", "unclear"]])
    channel: Line = ""
    participant: Id | None = None
    conversation: Id | None = None
    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None

    def wanted(self) -> messages.Filter:
        return messages.Filter(
            direction=self.direction,
            state=tuple(self.state),
            channel=self.channel,
            participant=None if self.participant is None else int(self.participant),
            conversation=None if self.conversation is None else int(self.conversation),
            since=self.from_,
            until=self.to,
        )


@router.get("", summary="Messages in and out, newest first")
def list_messages(
    office: Here, caller: Reader, given: Annotated[MessageFilter, Query()]
) -> Messages:
    wanted, below = given.wanted(), given.below
    with office.store.read() as db:
        found = messages.page(db, wanted, given.limit, below)
    ids = [row.id for _, row in found]
    plain = look(office, caller, "list", "messages", ids, asked=given.numbers)
    return Messages(
        items=[shapes.message(one, plain=plain) for one in found],
        next=cursor(messages.place_of(found[-1], wanted)) if len(found) == given.limit else None,
    )


@router.get("/{message_id}", summary="One message, with its attempts and reports")
def one_message(
    office: Here, caller: Reader, message_id: Annotated[Id, Path()], *, numbers: Numbers = False
) -> WholeMessage:
    with office.store.read() as db:
        found = messages.by_id(db, int(message_id))
        if found is None:
            raise not_found("message")
        tried = messages.attempts_of(db, int(message_id))
        told = messages.reports_of(db, int(message_id))
    plain = look(office, caller, "message", f"message:{message_id}", [], asked=numbers)
    return shapes.whole_message(found, tried, told, plain=plain)


@router.post("/{message_id}/resend", summary="Send again what surely did not arrive")
def resend_message(
    office: Here, caller: Writer, message_id: Annotated[Id, Path()], given: Resend | None = None
) -> Resent:
    unclear_too = given is not None and given.even_if_it_may_have_arrived
    again = texting.resend(office, caller, int(message_id), unclear_too=unclear_too)
    return Resent(id=str(again))


@router.post("/{message_id}/cancel", summary="Cancel what still waits", status_code=204)
def cancel_message(office: Here, caller: Writer, message_id: Annotated[Id, Path()]) -> None:
    texting.cancel(office, caller, int(message_id))
