"""What the API answers about groups and messages; nothing else of a row leaves the house."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.admin.api.asks import Shape
from app.admin.masking import masked_number, masked_text
from app.text.segments import segments

Status = Literal["registered", "verified", "rejected", "withdrawn"]
Way = Literal["sms", "ussd", "web", "desk"]


class Group(Shape):
    id: str = Field(examples=["190472113467392000"])
    code: str = Field(description="The tracking code that the person was given.")
    status: str = Field(examples=["registered"])
    name: str = Field(examples=["انجمن یاوران"])
    type: str = Field(examples=["ngo"])
    province: str = Field(examples=["gilan"])
    county: str
    specialisms: list[str] = Field(examples=[["addiction", "youth"]])
    members: int | None
    offer: str
    contact: str
    phone: str = Field(
        description="Masked unless the key has the scope `numbers`.", examples=["+98912***4567"]
    )
    more: dict[str, Any] = Field(description="Everything else that the flow asked.")
    tags: list[str]
    note: str
    flow: str
    language: str
    channel: str
    way: str = Field(
        description="How they signed up: sms, ussd, web, or desk for staff who helped a caller.",
        examples=["web"],
    )
    participant_id: str
    conversation_id: str
    merged_into: str | None = Field(description="The id of the group that this one is part of.")
    revision: int = Field(description="Also the ETag; goes up with every change.")
    created_at: datetime
    updated_at: datetime


class Consent(Shape):
    """What was asked, word for word, and what the person answered."""

    at: datetime
    step: str
    language: str
    channel: str
    flow: str
    version: int
    wording: str
    given: bool
    heard: str


class WholeGroup(Group):
    consents: list[Consent]
    parts: list[str] = Field(description="Ids of groups that were merged into this one.")


class Groups(Shape):
    items: list[Group]
    next: str | None = None


def group(row: Any, specialisms: Sequence[str], *, plain: bool) -> Group:
    return Group(
        id=str(row.id),
        code=row.code,
        status=row.status,
        name=row.name,
        type=row.type,
        province=row.province,
        county=row.county,
        specialisms=list(specialisms),
        members=row.members,
        offer=row.offer if plain else masked_text(row.offer),
        contact=row.contact if plain else masked_text(row.contact),
        phone=row.phone if plain else masked_number(row.phone),
        more=row.more if plain else masked_json(row.more),
        tags=row.tags,
        note=row.note if plain else masked_text(row.note),
        flow=row.flow,
        language=row.language,
        channel=row.channel,
        way=row.way,
        participant_id=str(row.participant_id),
        conversation_id=str(row.conversation_id),
        merged_into=None if row.merged_into is None else str(row.merged_into),
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def whole_group(
    row: Any,
    specialisms: Sequence[str],
    consents: Sequence[Any],
    parts: Sequence[Any],
    *,
    plain: bool,
) -> WholeGroup:
    names = Consent.model_fields
    return WholeGroup(
        **group(row, specialisms, plain=plain).model_dump(),
        consents=[Consent(**{name: getattr(one, name) for name in names}) for one in consents],
        parts=[str(part.id) for part in parts],
    )


def masked_json(value: Any) -> Any:
    match value:
        case str():
            return masked_text(value)
        case list():
            return [masked_json(item) for item in value]
        case dict():
            return {name: masked_json(item) for name, item in value.items()}
        case _:
            return value


class Message(Shape):
    """One thing that came in or goes out."""

    id: str
    direction: Literal["in", "out"]
    kind: str = Field(
        description="In: message, dialog, opted_out, opted_in, silence, spoken, unread. "
        "Out: reply, reminder, bulk, staff, or screen for what a USSD phone showed."
    )
    channel: str
    line: str
    participant_id: str | None
    conversation_id: str | None
    answers: str | None = Field(None, description="The message in that this one answers.")
    text: str
    segments: int = Field(description="SMS parts it costs; 0 for a screen.")
    encoding: str = Field(examples=["gsm7", "ucs2"])
    state: str = Field(
        description="In: handled, waiting, unread, poisoned. Out: queued, sending, sent, "
        "delivered, failed, expired, unclear, cancelled."
    )
    reason: str = Field(description="Why it stands there, where that needs a word.")
    at: datetime = Field(description="When it came to us, or when we owed it.")
    updated_at: datetime | None = None
    tries: int = 0
    screen: str = Field(
        "", description="What a phone or the web page showed at once, where that was the answer."
    )


class Messages(Shape):
    items: list[Message]
    next: str | None = None


class Change(Shape):
    """One change to a group: who, when, and each field before and after."""

    revision: int
    at: datetime
    who: str = Field(examples=["operator:sara", "key:crm", "participant"])
    what: str = Field(examples=["edited", "status", "tagged", "merged", "withdrawn"])
    changes: dict[str, list[Any]] = Field(examples=[{"status": ["registered", "verified"]}])


class History(Shape):
    items: list[Change]
    next: str | None = None


def change(row: Any, *, plain: bool) -> Change:
    changes = row.changes if plain else masked_json(row.changes)
    return Change(revision=row.revision, at=row.at, who=row.who, what=row.what, changes=changes)


KINDS = {0: "reply", 1: "reminder", 2: "bulk"}


def message_in(row: Any, *, plain: bool) -> Message:
    size = segments(row.text)
    return Message(
        id=str(row.id),
        direction="in",
        kind=row.kind,
        channel=row.channel,
        line=row.line,
        participant_id=_id(row.participant_id),
        conversation_id=_id(row.conversation_id),
        text=row.text if plain else masked_text(row.text),
        segments=size.count if row.kind == "message" else 0,
        encoding=size.encoding.value,
        state=row.state,
        reason=row.problem,
        at=row.received_at,
        updated_at=row.handled_at,
        screen=row.screen if plain else masked_text(row.screen),
    )


def kind_out(row: Any) -> str:
    if row.dialog_id:
        return "screen"
    if row.priority == 0 and row.inbox_id is None:
        return "staff"  # the flow only ever answers something
    return KINDS.get(row.priority, "bulk")


def message_out(row: Any, *, plain: bool) -> Message:
    return Message(
        id=str(row.id),
        direction="out",
        kind=kind_out(row),
        channel=row.channel,
        line=row.line,
        participant_id=_id(row.participant_id),
        conversation_id=_id(row.conversation_id),
        answers=_id(row.inbox_id),
        text=row.text if plain else masked_text(row.text),
        segments=row.segments,
        encoding=segments(row.text).encoding.value,
        state=row.state,
        reason=row.reason,
        at=row.created_at,
        updated_at=row.updated_at,
        tries=row.tries,
    )


def message(found: tuple[str, Any], *, plain: bool) -> Message:
    direction, row = found
    return message_in(row, plain=plain) if direction == "in" else message_out(row, plain=plain)


class Attempt(Shape):
    """One try to hand a message to the carrier."""

    at: datetime
    outcome: str
    reason: str
    took_ms: int
    exchange: str = Field(description="The carrier's answer, without secrets, numbers and texts.")


class Report(Shape):
    """What the carrier said later."""

    at: datetime
    status: str
    reason: str


class WholeMessage(Message):
    carrier_id: str
    rule: str = Field("", description="The row of the decision table that read a message in.")
    due_at: datetime | None = None
    expires_at: datetime | None = None
    resent_as: str | None = Field(None, description="The message sent in its place.")
    attempts: list[Attempt]
    reports: list[Report]


def whole_message(
    found: tuple[str, Any], tried: Sequence[Any], told: Sequence[Any], *, plain: bool
) -> WholeMessage:
    direction, row = found
    own: dict[str, Any]
    if direction == "in":
        own = {"rule": row.rule}
    else:
        own = {"due_at": row.due_at, "expires_at": row.expires_at, "resent_as": _id(row.resent_as)}
    return WholeMessage(
        **message(found, plain=plain).model_dump(),
        **own,
        carrier_id=row.carrier_id,
        attempts=[
            Attempt(
                at=one.at,
                outcome=one.outcome,
                reason=one.reason,
                took_ms=one.took_ms,
                exchange=one.exchange,
            )
            for one in tried
        ],
        reports=[Report(at=one.at, status=one.status, reason=one.reason) for one in told],
    )


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
