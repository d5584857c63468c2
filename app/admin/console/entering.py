"""Signing in and out."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import passwords, staffing, totp
from app.admin.console.house import Console
from app.admin.console.visitor import (
    Checked,
    Form,
    Here,
    Visitor,
    drop_cookie,
    origin_of,
    set_cookie,
    sign_in,
    visitor_of,
)
from app.admin.sealing import unseal
from app.store import audit, logins, staff
from app.store.logins import Subject
from app.text.digits import digits

router = APIRouter(include_in_schema=False)

BEFORE = "muster_before"
"""A cookie that the form must repeat, so that no other page signs anybody in."""
TOTP = "totp of operator {}"


@router.get("/login")
def login_form(request: Request, console: Here) -> Response:
    return _form(request, console)


def _form(
    request: Request, console: Console, wrong: str = "", wait: int = 0, name: str = ""
) -> Response:
    word = request.cookies.get(BEFORE) or secrets.token_urlsafe(24)
    answer = console.pages.render(
        request,
        "login.html",
        status=429 if wait else 401 if wrong else 200,
        headers={"Retry-After": str(wait)} if wait else None,
        wrong=wrong,
        wait=wait,
        name=name,
        before=word,
        next=_own_page(request.query_params.get("next", "")),
    )
    answer.set_cookie(
        BEFORE, word, path="/console", secure=console.secure, httponly=True, samesite="strict"
    )
    return answer


def _own_page(where: str) -> str:
    """Only a page of the console is gone to after signing in."""
    own = where.startswith("/console/") and "\\" not in where and "//" not in where
    return where if own and where.isprintable() else "/console/"


@router.post("/login")
def log_in(request: Request, console: Here, given: Form) -> Response:
    word = request.cookies.get(BEFORE, "")
    if not word or not hmac.compare_digest(word.encode(), given.secret("before").encode()):
        return _form(request, console, "login_again")
    name = given.text("name", 64).lower()
    now = datetime.now(UTC)
    origin = origin_of(console, request)
    with console.office.store.write() as db:
        row: Any = staff.by_name(db, name)
        known = row is not None and logins.is_known(db, row.id, origin.address)
        subjects = _subjects(console, name, origin.address, known=known)
        wait = logins.waits(db, subjects, now)
        if not wait:
            logins.count_try(db, subjects, now)
    if wait:
        return _form(request, console, "login_wait", wait=int(wait.total_seconds()) + 1, name=name)
    code = digits(given.text("code", 12)).replace(" ", "")
    usable = row is not None and row.active
    right = passwords.is_right(given.secret("password"), row.password_hash if usable else None)
    with console.office.store.write() as db:
        if not right or not _second_factor(console, db, row, code, now):
            if row is not None:
                audit.note(db, "system", "sign-in failed", f"operator:{row.id}", now)
            return _form(request, console, "login_wrong", name=name)
        logins.forgive(db, subjects)
        logins.forget(db, subjects[0])
        logins.sweep(db, now, staffing.IDLE)
        token = sign_in(db, row.id, origin, now)
        audit.note(db, f"operator:{row.name}", "signed in", f"operator:{row.id}", now)
    answer = RedirectResponse(_own_page(given.text("next", 2000)), 303)
    set_cookie(console, answer, token)
    answer.delete_cookie(BEFORE, path="/console", secure=console.secure, httponly=True)
    return answer


def _subjects(console: Console, name: str, address: str, *, known: bool) -> list[Subject]:
    """Whose tries count: soon those of one account from one address, later those of others.

    An account's own count makes strangers wait, and only a little; never who is signed in from
    the same address already. So nobody locks anybody out.
    """

    def key(*parts: str) -> str:
        return hmac.new(console.secret, "\0".join(parts).encode(), sha256).hexdigest()

    subjects = [
        Subject(key("pair", name, address), 5, timedelta(minutes=15)),
        Subject(key("address", address), 20, timedelta(minutes=15)),
    ]
    if not known:
        subjects.append(Subject(key("account", name), 50, timedelta(seconds=30)))
    return subjects


def _second_factor(console: Console, db: Any, row: Any, code: str, now: datetime) -> bool:
    if not row.totp_secret:
        return True
    secret = unseal(console.secret, TOTP.format(row.id), row.totp_secret)
    step = totp.step_of(secret, code, now)
    return step is not None and staff.use_totp(db, row.id, step)


@router.post("/logout")
def log_out(
    console: Here, visitor: Annotated[Visitor, Depends(visitor_of)], given: Checked
) -> Response:
    with console.office.store.write() as db:
        now = datetime.now(UTC)
        logins.end(db, visitor.caller.id, visitor.token_hash)
        audit.note(db, visitor.caller.who, "signed out", f"operator:{visitor.caller.id}", now)
    answer = RedirectResponse("/console/login?done=out", 303)
    drop_cookie(console, answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
