"""For admins: operators, keys for the API, the audit."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import staffing
from app.admin.api import keys
from app.admin.api.asks import Id
from app.admin.api.keys import NewKey, list_keys, make_key
from app.admin.caller import ROLES, SCOPES
from app.admin.console.house import Console
from app.admin.console.visitor import Admin, Checked, Here, Visitor
from app.admin.problems import Problem
from app.store import logins, staff
from app.text.fold import cleaned

router = APIRouter(include_in_schema=False)

Which = Annotated[Id, Path()]
A_PAGE = 100


@router.get("/operators")
def operators_page(request: Request, console: Here, visitor: Admin) -> Response:
    return _operators(request, console, visitor)


def _operators(request: Request, console: Console, visitor: Visitor, **more: object) -> Response:
    now = datetime.now(UTC)
    with console.office.store.read() as db:
        rows = staff.every(db)
        signed_in = {row.id: len(logins.of(db, row.id, now, staffing.IDLE)) for row in rows}
    values: dict[str, Any] = {"wrong": "", "made": None, "name": "", **more}
    return console.pages.render(
        request,
        "operators.html",
        visitor,
        rows=rows,
        signed_in=signed_in,
        roles=list(ROLES),
        **values,
    )


@router.post("/operators")
def add_operator(request: Request, console: Here, visitor: Admin, given: Checked) -> Response:
    office, name = console.office, given.text("name", 64)
    password = given.secret("password")
    try:
        staffing.add(
            office.store,
            office.new_id,
            visitor.caller.who,
            name,
            given.text("role", 16),
            password,
        )
    except Problem as problem:
        return _operators(request, console, visitor, wrong=problem.detail, name=name)
    return RedirectResponse("/console/operators?done=operator_made", 303)


@router.post("/operators/{operator}")
def change_operator(
    request: Request, console: Here, visitor: Admin, operator: Which, given: Checked
) -> Response:
    active = given.text("active") == "1"
    try:
        staffing.change(
            console.office, visitor.caller, int(operator), given.text("role", 16), active=active
        )
    except Problem as problem:
        return _operators(request, console, visitor, wrong=problem.detail)
    return RedirectResponse("/console/operators?done=operator_changed", 303)


@router.post("/operators/{operator}/reset")
def reset_operator(
    request: Request, console: Here, visitor: Admin, operator: Which, given: Checked
) -> Response:
    """A new password, shown once."""
    made = staffing.reset(console.office, visitor.caller, int(operator))
    return _operators(request, console, visitor, made=(operator, made))


@router.post("/operators/{operator}/sign-out")
def sign_out(console: Here, visitor: Admin, operator: Which, given: Checked) -> Response:
    staffing.sign_out(console.office, visitor.caller, int(operator))
    return RedirectResponse("/console/operators?done=signed_out", 303)


# --- keys -----------------------------------------------------------------------------------


@router.get("/keys")
def keys_page(request: Request, console: Here, visitor: Admin) -> Response:
    return _keys(request, console, visitor)


def _keys(request: Request, console: Console, visitor: Visitor, made: str = "") -> Response:
    found = list_keys(console.office, visitor.caller)
    return console.pages.render(
        request,
        "keys.html",
        visitor,
        rows=found.items[::-1],
        scopes=list(SCOPES),
        made=made,
        now=datetime.now(UTC),
    )


@router.post("/keys")
def add_key(request: Request, console: Here, visitor: Admin, given: Checked) -> Response:
    name = cleaned(given.text("name", 64))
    scopes = [one for one in given.every("scope") if one in SCOPES]
    days = given.text("days", 5)
    if not name or not scopes or not (days or "0").isascii() or not (days or "0").isdigit():
        raise Problem("invalid", "key_needs")
    expires = datetime.now(UTC) + timedelta(days=int(days)) if days and int(days) else None
    new = NewKey.model_validate({"name": name, "scopes": scopes, "expires_at": expires})
    made = make_key(console.office, visitor.caller, new, Response())
    return _keys(request, console, visitor, made.key)


@router.post("/keys/{key}/revoke")
def revoke_key(console: Here, visitor: Admin, key: Which, given: Checked) -> Response:
    keys.revoke_key(console.office, visitor.caller, key)
    return RedirectResponse("/console/keys?done=key_revoked", 303)
