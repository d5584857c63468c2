"""/conversations: who stands where, and the help desk's part in them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.admin import helpdesk, texting
from app.admin.api import shapes
from app.admin.api.asks import (
    Helper,
    Here,
    Id,
    Line,
    Numbers,
    Page,
    Reader,
    Shape,
    Text,
    like,
    next_of,
)
from app.admin.api.shapes import Messages, masked_json
from app.admin.looking import look
from app.admin.masking import masked_number
from app.admin.problems import not_found
from app.store import conversations_search, messages

router = APIRouter(prefix="/conversations", tags=["conversations"])

Standing = Literal["open", "done", "stopped", "expired"]
Which = Annotated[Id, Path()]


class Conversation(Shape):
    id: str
    participant_id: str
    phone: str = Field(examples=["+98912***4567"])
    flow: str
    version: int
    language: str
    step: str = Field(description="The question that waits for an answer.")
    standing: Standing
    answers: dict[str, Any]
    flagged: str = Field(description="Why a human should look, else empty.")
    taken_by: str | None = Field(description="Who answers instead of the flow.")
    channel: str
    line: str
    turns: int
    wake_at: datetime | None = Field(description="When silence is heard next.")
    started_at: datetime
    updated_at: datetime


class Conversations(Shape):
    items: list[Conversation]
    next: str | None = None


class ConversationFilter(Page):
    standing: list[Standing] = Field([], max_length=4)
    flow: Line = ""
    step: Line = ""
    participant: Id | None = None
    flagged: bool = Field(False, description="Only those that need a human.")
    taken: bool = Field(False, description="Only those that somebody has taken over.")


class Said(Shape):
    model_config = like(text="سلام، در خدمتم")

    text: Text = Field(min_length=1)


class Queued(Shape):
    id: str = Field(description="Of the message.")


class InPlaceOf(Shape):
    """What a caller on the phone says, typed by the help desk."""

    model_config = like(phone="09121234567", text="9")

    phone: Line = Field(min_length=3, examples=["09121234567"])
    text: Line = Field(min_length=1, examples=["9"])
    channel: Line = Field("", description="Where texts to this person go; empty: the first.")


class Heard(Shape):
    says: list[str] = Field(description="What to read out.")
    more: bool = Field(description="Whether an answer is wanted.")
    conversation_id: str | None


@router.get("", summary="Conversations, newest first")
def list_conversations(
    office: Here, caller: Reader, given: Annotated[ConversationFilter, Query()]
) -> Conversations:
    below = given.below
    wanted = conversations_search.Filter(
        standing=tuple(given.standing),
        flow=given.flow,
        step=given.step,
        participant=None if given.participant is None else int(given.participant),
        flagged=given.flagged,
        taken=given.taken,
    )
    with office.store.read() as db:
        rows = conversations_search.page(db, wanted, given.limit, below.id if below else None)
    ids = [row.id for row in rows]
    plain = look(office, caller, "list", "conversations", ids, asked=given.numbers)
    return Conversations(
        items=[_shape(row, plain=plain) for row in rows], next=next_of(rows, given.limit)
    )


@router.get("/{conversation}", summary="One conversation")
def one_conversation(
    office: Here, caller: Reader, conversation: Which, *, numbers: Numbers = False
) -> Conversation:
    with office.store.read() as db:
        row = conversations_search.one(db, int(conversation))
    if row is None:
        raise not_found("conversation")
    plain = look(office, caller, "conversation", f"conversation:{row.id}", [], asked=numbers)
    return _shape(row, plain=plain)


@router.get("/{conversation}/messages", summary="What was said in it, newest first")
def said_in_conversation(
    office: Here, caller: Reader, conversation: Which, given: Annotated[Page, Query()]
) -> Messages:
    below = given.below
    wanted = messages.Filter(conversation=int(conversation))
    with office.store.read() as db:
        if conversations_search.one(db, int(conversation)) is None:
            raise not_found("conversation")
        found = messages.page(db, wanted, given.limit, below)
    to = f"conversation:{conversation}"
    plain = look(office, caller, "conversation", to, [], asked=given.numbers)
    return Messages(
        items=[shapes.message(one, plain=plain) for one in found],
        next=next_of([row for _, row in found], given.limit),
    )


@router.post("/{conversation}/take-over", summary="Answer instead of the flow")
def take_over(office: Here, caller: Helper, conversation: Which) -> Conversation:
    return _shape(texting.take_over(office, caller, int(conversation)), plain=False)


@router.post("/{conversation}/hand-back", summary="Let the flow answer again")
def hand_back(office: Here, caller: Helper, conversation: Which) -> Conversation:
    return _shape(texting.hand_back(office, caller, int(conversation)), plain=False)


@router.post("/{conversation}/say", summary="Text the person as staff", status_code=202)
def say(office: Here, caller: Helper, conversation: Which, given: Said) -> Queued:
    return Queued(id=str(texting.say(office, caller, int(conversation), given.text)))


@router.post("/speak", summary="Run the flow for a caller on the phone")
async def speak(office: Here, caller: Helper, given: InPlaceOf) -> Heard:
    answer = await helpdesk.speak(
        office, caller, given.phone, given.text, given.channel, datetime.now(UTC)
    )
    of = answer.conversation_id
    return Heard(
        says=list(answer.says), more=answer.more, conversation_id=None if of is None else str(of)
    )


def _shape(row: Any, *, plain: bool) -> Conversation:
    own = {
        "id": str(row.id),
        "participant_id": str(row.participant_id),
        "phone": row.address if plain else masked_number(row.address),
        "answers": dict(row.answers) if plain else masked_json(row.answers),
        "taken_by": None if row.taken_by is None else str(row.taken_by),
    }
    names = [name for name in Conversation.model_fields if name not in own]
    return Conversation(**own, **{name: getattr(row, name) for name in names})
