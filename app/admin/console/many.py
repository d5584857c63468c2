"""One change to all that a filter finds: the question with its number, then how far it came."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import many
from app.admin.api.asks import Id
from app.admin.api.many import one_change
from app.admin.console.house import Console
from app.admin.console.visitor import Checked, Here, Reader, Visitor, Writer

router = APIRouter(prefix="/signups/changes/{change}", include_in_schema=False)

Which = Annotated[Id, Path()]
MOST_QUERY = 4000


@router.get("")
def change_page(
    request: Request, console: Here, visitor: Reader, change: Which, back: str = ""
) -> Response:
    return _render(request, console, visitor, change, back, "many.html")


@router.get("/live")
def change_part(
    request: Request, console: Here, visitor: Reader, change: Which, back: str = ""
) -> Response:
    return _render(request, console, visitor, change, back, "many_part.html")


def _render(
    request: Request, console: Console, visitor: Visitor, change: str, back: str, template: str
) -> Response:
    back = back[:MOST_QUERY]
    found = one_change(console.office, visitor.caller, change)
    return console.pages.render(
        request,
        template,
        visitor,
        change=found,
        mine=found.who == visitor.caller.who,
        back=back,
        keep=urlencode({"back": back}),
    )


@router.post("/begin")
def begin(
    console: Here, visitor: Writer, change: Which, given: Checked, back: str = ""
) -> Response:
    many.begin(console.office, visitor.caller, int(change))
    return _again(change, back)


@router.post("/cancel")
def cancel(
    console: Here, visitor: Writer, change: Which, given: Checked, back: str = ""
) -> Response:
    many.cancel(console.office, visitor.caller, int(change))
    return _again(change, back)


def _again(change: str, back: str) -> Response:
    query = urlencode({"back": back[:MOST_QUERY]})
    return RedirectResponse(f"/console/signups/changes/{change}?{query}", 303)
