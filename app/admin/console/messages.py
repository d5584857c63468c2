"""Messages in and out, what became of each, and those that nobody could handle."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import texting
from app.admin.api import inbox
from app.admin.api.asks import Id
from app.admin.api.inbox import InboxFilter, list_inbox, one_received
from app.admin.api.messages import MessageFilter, list_messages, one_message
from app.admin.console.visitor import Checked, Here, Reader, Writer
from app.store import messages as stored
from app.store import participants_search
from app.store.outbox import STARS

router = APIRouter(prefix="/messages", include_in_schema=False)

Which = Annotated[Id, Path()]
STATES = stored.STATES["out"]
A_PAGE = 50


@router.get("")
def messages_page(
    request: Request,
    console: Here,
    visitor: Reader,
    direction: str = "",
    channel: str = "",
    q: str = "",
    after: str = "",
) -> Response:
    office = console.office
    states = [one for one in request.query_params.getlist("state") if one in STATES]
    person = None
    if q.strip():
        with office.store.read() as db:
            person = participants_search.by_number_or_code(db, q[:200], office.region)
    nobody = bool(q.strip()) and person is None
    page = MessageFilter(
        direction="in" if direction == "in" else "out" if direction == "out" or states else None,
        state=states,
        channel=channel[:64],
        participant=None if person is None else str(person),
        limit=A_PAGE,
        cursor=after[:80],
    )
    found = None if nobody else list_messages(office, visitor.caller, page)
    return console.pages.render(
        request,
        "messages.html",
        visitor,
        rows=found.items if found else [],
        next=found.next if found else None,
        states=STATES,
        chosen=states,
        direction=direction,
        channel=channel,
        q=q,
        channels=list(office.channels),
    )


@router.get("/unhandled")
def unhandled_page(request: Request, console: Here, visitor: Reader, after: str = "") -> Response:
    page = InboxFilter(limit=A_PAGE, cursor=after[:80])
    found = list_inbox(console.office, visitor.caller, page)
    return console.pages.render(
        request, "unhandled.html", visitor, rows=found.items, next=found.next
    )


@router.get("/unhandled/{row}")
def one_unhandled_page(
    request: Request, console: Here, visitor: Reader, row: Which, numbers: str = ""
) -> Response:
    plain = bool(numbers) and visitor.caller.sees_numbers
    found = one_received(console.office, visitor.caller, row, numbers=plain)
    return console.pages.render(request, "unhandled_one.html", visitor, row=found, plain=plain)


@router.post("/unhandled/{row}/replay")
async def replay(console: Here, visitor: Writer, row: Which, given: Checked) -> Response:
    replayed = await inbox.replay(console.office, visitor.caller, row)
    done = "replayed" if replayed.state == "handled" else "replayed_in_vain"
    return RedirectResponse(f"/console/messages/unhandled/{row}?done={done}", 303)


@router.post("/unhandled/{row}/set-aside")
def set_aside(console: Here, visitor: Writer, row: Which, given: Checked) -> Response:
    inbox.set_aside(console.office, visitor.caller, row)
    return RedirectResponse("/console/messages/unhandled?done=set_aside", 303)


@router.get("/{message}")
def message_page(
    request: Request, console: Here, visitor: Reader, message: Which, numbers: str = ""
) -> Response:
    office = console.office
    plain = bool(numbers) and visitor.caller.sees_numbers
    found = one_message(office, visitor.caller, message, numbers=plain)
    with office.store.read() as db:
        pair = stored.by_id(db, int(message))
        resent_as = getattr(pair[1], "resent_as", None) if pair else None
    return console.pages.render(
        request,
        "message.html",
        visitor,
        message=found,
        plain=plain,
        resent_as=resent_as,
        safe=found.direction == "out" and found.state in texting.SAFE_AGAIN,
        only_once=found.kind == "screen" or STARS in found.text,
    )


@router.post("/{message}/resend")
def resend(console: Here, visitor: Writer, message: Which, given: Checked) -> Response:
    unclear_too = given.text("unclear_too") == "1"
    again = texting.resend(console.office, visitor.caller, int(message), unclear_too=unclear_too)
    return RedirectResponse(f"/console/messages/{again}?done=resent", 303)


@router.post("/{message}/cancel")
def cancel(console: Here, visitor: Writer, message: Which, given: Checked) -> Response:
    texting.cancel(console.office, visitor.caller, int(message))
    return RedirectResponse(f"/console/messages/{message}?done=cancelled", 303)
