"""An operator's own: password, second factor, language, logins."""

from datetime import UTC, datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from app.admin import passwords, staffing, totp
from app.admin.console.entering import TOTP
from app.admin.console.house import Console
from app.admin.console.speech import LANGUAGES
from app.admin.console.visitor import (
    Checked,
    Here,
    Reader,
    Visitor,
    origin_of,
    set_cookie,
    sign_in,
)
from app.admin.problems import Problem
from app.admin.sealing import BadSeal, seal, unseal
from app.store import audit, logins, staff
from app.text.digits import digits

router = APIRouter(prefix="/account", include_in_schema=False)

ENROLMENT = "totp enrolment of operator {}"


@router.get("")
def account_page(request: Request, console: Here, visitor: Reader) -> Response:
    return _page(request, console, visitor)


def _page(
    request: Request, console: Console, visitor: Visitor, wrong: str = "", offered: str = ""
) -> Response:
    now = datetime.now(UTC)
    with console.office.store.read() as db:
        rows = logins.of(db, visitor.caller.id, now, staffing.IDLE)
    purpose = ENROLMENT.format(visitor.caller.id)
    return console.pages.render(
        request,
        "account.html",
        visitor,
        logins=rows,
        wrong=wrong,
        offered=offered,
        sealed=seal(console.secret, purpose, offered) if offered else "",
        qr=_qr(totp.address_of(offered, visitor.name)) if offered else "",
    )


def _qr(text: str) -> Markup:
    """A picture of our own making: no part of it is anybody's words."""
    code = segno.make(text, error="m")
    return Markup(code.svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S704


@router.post("/password")
def choose_password(request: Request, console: Here, visitor: Reader, given: Checked) -> Response:
    new = given.secret("new")
    if new != given.secret("again"):
        return _page(request, console, visitor, wrong="password_differs")
    try:
        staffing.choose_password(console.office, visitor.caller, given.secret("old"), new)
    except Problem as problem:
        if problem.kind != "invalid":
            raise
        return _page(request, console, visitor, wrong=problem.detail)
    return _signed_in_anew(request, console, visitor, "password_changed")


def _signed_in_anew(request: Request, console: Console, visitor: Visitor, done: str) -> Response:
    """A change of rights takes a new token; the old ones are worth nothing."""
    now = datetime.now(UTC)
    with console.office.store.write() as db:
        logins.end_all(db, visitor.caller.id)
        token = sign_in(db, visitor.caller.id, origin_of(console, request), now)
    answer = RedirectResponse(f"/console/account?done={done}", 303)
    set_cookie(console, answer, token)
    return answer


@router.post("/totp")
def offer_totp(request: Request, console: Here, visitor: Reader, given: Checked) -> Response:
    return _page(request, console, visitor, offered=totp.new_secret())


@router.post("/totp/confirm")
def confirm_totp(request: Request, console: Here, visitor: Reader, given: Checked) -> Response:
    """Keep the secret once a code proves that the device has it."""
    operator = visitor.caller.id
    try:
        secret = unseal(console.secret, ENROLMENT.format(operator), given.text("sealed", 400))
    except BadSeal as error:
        raise Problem("invalid", "totp_wrong") from error
    now = datetime.now(UTC)
    step = totp.step_of(secret, digits(given.text("code", 12)).replace(" ", ""), now)
    if step is None:
        return _page(request, console, visitor, wrong="totp_wrong", offered=secret)
    with console.office.store.write() as db:
        sealed = seal(console.secret, TOTP.format(operator), secret)
        staff.change(db, operator, totp_secret=sealed, totp_used=step)
        audit.note(db, visitor.caller.who, "second factor set", f"operator:{operator}", now)
    return _signed_in_anew(request, console, visitor, "totp_set")


@router.post("/totp/remove")
def remove_totp(request: Request, console: Here, visitor: Reader, given: Checked) -> Response:
    operator = visitor.caller.id
    with console.office.store.read() as db:
        row = staff.by_id(db, operator)
    if row is None or not passwords.is_right(given.secret("password"), row.password_hash):
        return _page(request, console, visitor, wrong="password_old_wrong")
    now = datetime.now(UTC)
    with console.office.store.write() as db:
        staff.change(db, operator, totp_secret="")
        audit.note(db, visitor.caller.who, "second factor removed", f"operator:{operator}", now)
    return _signed_in_anew(request, console, visitor, "totp_removed")


@router.post("/language")
def choose_language(console: Here, visitor: Reader, given: Checked) -> Response:
    language = given.text("language", 8)
    if language in LANGUAGES:
        with console.office.store.write() as db:
            staff.change(db, visitor.caller.id, language=language)
    return RedirectResponse(f"/console/account?done=saved&lang={language}", 303)


@router.post("/logins/{token_hash}/end")
def end_login(
    console: Here,
    visitor: Reader,
    token_hash: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    given: Checked,
) -> Response:
    with console.office.store.write() as db:
        if logins.end(db, visitor.caller.id, token_hash):
            now = datetime.now(UTC)
            to = f"operator:{visitor.caller.id}"
            audit.note(db, visitor.caller.who, "login ended", to, now)
    return RedirectResponse("/console/account?done=login_ended", 303)
