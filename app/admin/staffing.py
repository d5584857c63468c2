"""Who may sign in: operators made, changed and shown the door, each with a line in the audit."""

import re
import secrets
from datetime import UTC, datetime, timedelta

from app.admin import passwords
from app.admin.caller import ROLES, Caller, Right
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.store import audit, logins, staff
from app.store.engine import Store
from app.store.ids import Ids

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
FIRST = "admin"
IDLE = timedelta(minutes=30)
"""A login without a click for so long has ended."""


def ensure_first_operator(store: Store, new_id: Ids) -> str | None:
    """In development: make the first admin and give the password, which nobody sees again."""
    with store.read() as db:
        if staff.count(db):
            return None
    password = secrets.token_urlsafe(9)
    password_hash = passwords.kept(password)
    now = datetime.now(UTC)
    with store.write() as db:
        if staff.count(db):
            return None
        operator = new_id()
        staff.add(db, operator, FIRST, "admin", password_hash, now)
        audit.note(db, "system", "operator made", f"operator:{operator}", now, {"role": "admin"})
    return password


def add(store: Store, new_id: Ids, who: str, name: str, role: str, password: str) -> int:
    """Make an operator. Raises Problem, whose detail is a key of the console's texts."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise Problem("invalid", "name_unusable")
    if role not in ROLES:
        raise Problem("invalid", "role_unknown")
    if wrong := passwords.wrong_with(password, name):
        raise Problem("invalid", wrong)
    password_hash = passwords.kept(password)
    now = datetime.now(UTC)
    operator = new_id()
    with store.write() as db:
        if staff.by_name(db, name):
            raise Problem("conflict", "name_taken")
        staff.add(db, operator, name, role, password_hash, now)
        details = {"name": name, "role": role}
        audit.note(db, who, "operator made", f"operator:{operator}", now, details)
    return operator


def change(office: Office, caller: Caller, operator: int, role: str, *, active: bool) -> None:
    """Set role and access. Whoever it is about signs in anew; one admin always stays."""
    if role not in ROLES:
        raise Problem("invalid", "role_unknown")
    now = datetime.now(UTC)
    with office.store.write() as db:
        admins = staff.hold_admins(db)
        row = staff.by_id(db, operator, hold=True)
        if row is None:
            raise not_found("operator")
        if (row.role, row.active) == (role, active):
            return
        stays = Right.ADMIN in ROLES[role] and active
        if not stays and list(admins) == [operator]:
            raise Problem("conflict", "last_admin")
        staff.change(db, operator, role=role, active=active)
        logins.end_all(db, operator)
        details = {"role": role, "active": active}
        audit.note(db, caller.who, "operator changed", f"operator:{operator}", now, details)


def reset(office: Office, caller: Caller, operator: int) -> str:
    """Give a new password and take the second factor off, for who lost theirs."""
    password = secrets.token_urlsafe(12)
    password_hash = passwords.kept(password)
    now = datetime.now(UTC)
    with office.store.write() as db:
        if staff.by_id(db, operator, hold=True) is None:
            raise not_found("operator")
        staff.set_password(db, operator, password_hash, now)
        staff.change(db, operator, totp_secret="")
        logins.end_all(db, operator)
        audit.note(db, caller.who, "operator reset", f"operator:{operator}", now)
    return password


def choose_password(office: Office, caller: Caller, old: str, new: str) -> None:
    """Let an operator change their own password; every login of theirs ends."""
    with office.store.read() as db:
        row = staff.by_id(db, caller.id)
    if row is None or not passwords.is_right(old, row.password_hash):
        raise Problem("invalid", "password_old_wrong")
    if wrong := passwords.wrong_with(new, row.name):
        raise Problem("invalid", wrong)
    password_hash = passwords.kept(new)
    now = datetime.now(UTC)
    with office.store.write() as db:
        staff.set_password(db, caller.id, password_hash, now)
        logins.end_all(db, caller.id)
        audit.note(db, caller.who, "password changed", f"operator:{caller.id}", now)


def sign_out(office: Office, caller: Caller, operator: int) -> None:
    """End every login of an operator."""
    with office.store.write() as db:
        logins.end_all(db, operator)
        now = datetime.now(UTC)
        audit.note(db, caller.who, "logins ended", f"operator:{operator}", now)
