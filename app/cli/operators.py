"""`muster operators`: who may sign in to the console."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from app.admin import passwords, staffing
from app.admin.problems import Problem
from app.cli.house import House, fail, open_house
from app.store import audit, logins, staff

app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console.")


class Role(StrEnum):
    VIEWER = "viewer"
    HELPER = "helper"
    MANAGER = "manager"
    ADMIN = "admin"


REASONS = {
    "name_unusable": "a name is 2 to 64 of a-z, 0-9, dot, dash, underscore and @",
    "name_taken": "the name is taken",
    "password_short": "the password is too short: 8 characters at least",
    "password_long": "the password is too long: 128 characters at most",
    "password_common": "the password is one that everybody tries first",
    "password_name": "the password holds the name",
}

Password = Annotated[
    str,
    typer.Option(
        prompt=True, hide_input=True, confirmation_prompt=True, envvar="MUSTER_OPERATOR_PASSWORD"
    ),
]


@app.command("add")
def add(name: str, password: Password, role: Role = Role.VIEWER) -> None:
    """Make an operator; the password is asked for, or taken from MUSTER_OPERATOR_PASSWORD."""
    with open_house() as house:
        try:
            staffing.add(house.store, house.new_id, "cli", name, role, password)
        except Problem as problem:
            fail(REASONS.get(problem.detail, problem.detail))
    print(f"{name.strip().lower()} may sign in as {role}")


@app.command("list")
def every() -> None:
    """Show every operator."""
    with open_house() as house, house.store.read() as db:
        rows = staff.every(db)
    for row in rows:
        state = "" if row.active else "  disabled"
        second = "  second factor" if row.totp_secret else ""
        print(f"{row.name:<24}  {row.role:<8}{second}{state}")


@app.command("disable")
def disable(name: str) -> None:
    """Keep an operator out; every login of theirs ends."""
    with open_house() as house:
        _set(house, name, active=False)
    print(f"{name} may not sign in")


@app.command("enable")
def enable(name: str) -> None:
    """Let an operator in again."""
    with open_house() as house:
        _set(house, name, active=True)
    print(f"{name} may sign in")


def _set(house: House, name: str, *, active: bool) -> None:
    now = datetime.now(UTC)
    with house.store.write() as db:
        admins = staff.hold_admins(db)
        row = staff.by_name(db, name)
        if row is None:
            fail(f"no operator is named {name!r}")
        if not active and list(admins) == [row.id]:
            fail("one admin must stay")
        staff.change(db, row.id, active=active)
        logins.end_all(db, row.id)
        details = {"role": row.role, "active": active}
        audit.note(db, "cli", "operator changed", f"operator:{row.id}", now, details)


@app.command("password")
def password(name: str, password: Password) -> None:
    """Give an operator a new password and take the second factor off; their logins end."""
    if wrong := passwords.wrong_with(password, name):
        fail(REASONS.get(wrong, wrong))
    kept = passwords.kept(password)
    now = datetime.now(UTC)
    with open_house() as house, house.store.write() as db:
        row = staff.by_name(db, name)
        if row is None:
            fail(f"no operator is named {name!r}")
        staff.set_password(db, row.id, kept, now)
        staff.change(db, row.id, totp_secret="")
        logins.end_all(db, row.id)
        audit.note(db, "cli", "operator reset", f"operator:{row.id}", now)
    print(f"{name} has a new password")
