"""The help desk: a caller's part in a flow spoken by an operator, and conversations taken over."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import helpdesk, texting
from app.admin.api.asks import Id, Page
from app.admin.api.conversations import (
    ConversationFilter,
    list_conversations,
    one_conversation,
    said_in_conversation,
)
from app.admin.console.bubbles import bubbles
from app.admin.console.visitor import Admin, Checked, Helper, Here, Reader
from app.admin.console.vocabularies import labels_in, shower
from app.admin.forgetting import forget_address
from app.admin.problems import Problem, not_found
from app.intake.item import Answer
from app.store.conversations_search import one

router = APIRouter(include_in_schema=False)

Which = Annotated[Id, Path()]
A_PAGE = 50
SAID = 200
LISTS = ("flagged", "taken", "open", "all")


@router.get("/desk")
def desk_page(
    request: Request, console: Here, visitor: Reader, show: str = "flagged", after: str = ""
) -> Response:
    show = show if show in LISTS else "flagged"
    wanted = ConversationFilter(
        flagged=show == "flagged",
        taken=show == "taken",
        standing=["open"] if show == "open" else [],
        limit=A_PAGE,
        cursor=after[:80],
    )
    found = list_conversations(console.office, visitor.caller, wanted)
    return console.pages.render(
        request,
        "desk.html",
        visitor,
        rows=found.items,
        next=found.next,
        show=show,
        lists=LISTS,
    )


@router.get("/desk/call")
def call_page(request: Request, console: Here, visitor: Helper) -> Response:
    return console.pages.render(
        request, "call.html", visitor, phone="", said=[], answer=None, channels=_texting(console)
    )


@router.post("/desk/call")
async def speak(request: Request, console: Here, visitor: Helper, given: Checked) -> Response:
    """Say what the caller says; the answer is there to be read out."""
    phone, text = given.text("phone", 30), given.text("text", 600)
    channel = given.text("channel", 64)
    said = list(zip(given.every("by")[-60:], given.every("said")[-60:], strict=False))
    answer: Answer | None = None
    if phone and text:
        answer = await helpdesk.speak(
            console.office, visitor.caller, phone, text, channel, datetime.now(UTC)
        )
        said.append(("caller", text))
        said += [("us", one) for one in answer.says]
    return console.pages.render(
        request,
        "call.html",
        visitor,
        phone=phone,
        said=said,
        answer=answer,
        channel=channel,
        channels=_texting(console),
    )


def _texting(console: Here) -> list[str]:
    return [n for n, c in console.office.channels.items() if "sms" in c.adapter.carries]


@router.get("/conversations/{conversation}")
def conversation_page(
    request: Request, console: Here, visitor: Reader, conversation: Which, numbers: str = ""
) -> Response:
    office, caller = console.office, visitor.caller
    plain = bool(numbers) and caller.sees_numbers
    found = one_conversation(office, caller, conversation, numbers=plain)
    said = said_in_conversation(office, caller, conversation, Page(limit=SAID, numbers=plain))
    speech = console.pages.speech(request, visitor.language)
    return console.pages.render(
        request,
        "conversation.html",
        visitor,
        conversation=found,
        said=bubbles(said.items[::-1]),
        more_said=said.next is not None,
        plain=plain,
        mine=found.taken_by == str(caller.id),
        shown=shower(labels_in(office.flows, speech.language), speech),
    )


@router.post("/conversations/{conversation}/forget")
def forget(console: Here, visitor: Admin, conversation: Which, given: Checked) -> Response:
    """Forget whoever this is, for good."""
    if given.text("for_good") != "1":
        raise Problem("invalid", "forget_confirm")
    with console.office.store.read() as db:
        row = one(db, int(conversation))
    if row is None:
        raise not_found("conversation")
    forget_address(console.office, visitor.caller, row.address)
    return RedirectResponse("/console/desk?done=forgotten", 303)


@router.get("/conversations/{conversation}/said/live")
def said_part(request: Request, console: Here, visitor: Reader, conversation: Which) -> Response:
    """The bubbles alone, asked for again while an operator talks with somebody."""
    said = said_in_conversation(
        console.office, visitor.caller, conversation, Page(limit=SAID, numbers=False)
    )
    return console.pages.render(
        request,
        "said.html",
        visitor,
        said=bubbles(said.items[::-1]),
        more_said=said.next is not None,
    )


@router.post("/conversations/{conversation}/take-over")
def take_over(console: Here, visitor: Helper, conversation: Which, given: Checked) -> Response:
    texting.take_over(console.office, visitor.caller, int(conversation))
    return _back(conversation, "taken")


@router.post("/conversations/{conversation}/hand-back")
def hand_back(console: Here, visitor: Helper, conversation: Which, given: Checked) -> Response:
    texting.hand_back(console.office, visitor.caller, int(conversation))
    return _back(conversation, "handed_back")


@router.post("/conversations/{conversation}/say")
def say(console: Here, visitor: Helper, conversation: Which, given: Checked) -> Response:
    texting.say(console.office, visitor.caller, int(conversation), given.text("text", 2000))
    return _back(conversation, "said")


def _back(conversation: str, done: str) -> Response:
    return RedirectResponse(f"/console/conversations/{conversation}?done={done}", 303)
