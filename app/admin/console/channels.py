"""Channels: how each does, pausing it, its webhook's address, trying it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin.api import channels
from app.admin.api.channels import Pause, Trial, list_channels
from app.admin.console.house import Console
from app.admin.console.visitor import Admin, Checked, Here, Reader, Visitor, Writer
from app.admin.problems import not_found

router = APIRouter(prefix="/channels", include_in_schema=False)

Name = Annotated[str, Path(max_length=64)]


@router.get("")
def channels_page(request: Request, console: Here, visitor: Reader) -> Response:
    found = list_channels(console.office, visitor.caller)
    return console.pages.render(request, "channels.html", visitor, rows=found.items)


@router.get("/{name}")
def channel_page(request: Request, console: Here, visitor: Reader, name: Name) -> Response:
    return _page(request, console, visitor, name)


def _page(
    request: Request, console: Console, visitor: Visitor, name: str, hook: object = None
) -> Response:
    items = list_channels(console.office, visitor.caller).items
    found = next((one for one in items if one.name == name), None)
    if found is None:
        raise not_found("channel")
    return console.pages.render(request, "channel.html", visitor, channel=found, hook=hook)


@router.post("/{name}/webhook")
def webhook(
    request: Request, console: Here, visitor: Admin, name: Name, given: Checked
) -> Response:
    """Show the address, which holds a secret; that it was shown is in the audit."""
    hook = channels.webhook(console.office, visitor.caller, name)
    return _page(request, console, visitor, name, hook)


@router.post("/{name}/pause")
def pause(console: Here, visitor: Writer, name: Name, given: Checked) -> Response:
    channels.pause(console.office, visitor.caller, name, Pause(reason=given.text("reason")))
    return _back(name, "paused")


@router.post("/{name}/resume")
def resume(console: Here, visitor: Writer, name: Name, given: Checked) -> Response:
    channels.resume(console.office, visitor.caller, name)
    return _back(name, "resumed")


@router.post("/{name}/test")
def try_it(console: Here, visitor: Writer, name: Name, given: Checked) -> Response:
    trial = Trial(phone=given.text("phone", 30), text=given.text("text", 600) or "Muster")
    tried = channels.test(console.office, visitor.caller, name, trial)
    return RedirectResponse(f"/console/messages/{tried.id}?done=tried", 303)


def _back(name: str, done: str) -> Response:
    return RedirectResponse(f"/console/channels/{name}?done={done}", 303)
