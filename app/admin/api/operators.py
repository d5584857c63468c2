"""/operators: who may sign in to the console. Needs the scope `admin`."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.admin import staffing
from app.admin.api.asks import Admin, Here, Id, Line, Shape, like
from app.admin.api.once import SHOWN_ONCE
from app.admin.caller import ROLES
from app.admin.problems import Problem, not_found
from app.store import audit, logins, staff

router = APIRouter(prefix="/operators", tags=["operators"])

Role = Literal["viewer", "helper", "manager", "admin"]
assert set(Role.__args__) == set(ROLES)  # type: ignore[attr-defined]
Which = Annotated[Id, Path()]

REASONS = {
    "name_unusable": "A name is 2 to 64 of a-z, 0-9, dot, dash, underscore and @.",
    "name_taken": "The name is taken.",
    "role_unknown": "There is no such role.",
    "last_admin": "One admin must stay.",
    "password_short": "The password is too short: 8 characters at least.",
    "password_long": "The password is too long: 128 characters at most.",
    "password_common": "The password is one that everybody tries first.",
    "password_name": "The password holds the name.",
}


class Operator(Shape):
    id: str
    name: str
    role: Role = Field(
        description="viewer: sees. helper: talks with people. manager: changes, sends, sees "
        "numbers. admin: everything."
    )
    active: bool
    second_factor: bool
    language: str
    created_at: datetime
    password_at: datetime


class Operators(Shape):
    items: list[Operator]
    next: None = None


class NewOperator(Shape):
    model_config = like(name="sara", role="helper")

    name: Line = Field(min_length=1, examples=["sara"])
    role: Role = "viewer"
    password: Line = Field("", description="Empty: one is made and shown once.")


class MadeOperator(Operator):
    password: str | None = Field(description="Shown once, if we made it.")


class OperatorChange(Shape):
    model_config = like(role="manager")

    role: Role | None = None
    active: bool | None = None


class NewPassword(Shape):
    password: str = Field(description="Shown once. The second factor is off now.")


class Login(Shape):
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Logins(Shape):
    items: list[Login]
    next: None = None


@router.get("", summary="Everybody who may sign in")
def list_operators(office: Here, caller: Admin) -> Operators:
    with office.store.read() as db:
        return Operators(items=[_shape(row) for row in staff.every(db)])


@router.post("", summary="Make an operator", status_code=201)
def add_operator(
    office: Here, caller: Admin, given: NewOperator, response: Response
) -> MadeOperator:
    made = "" if given.password else secrets.token_urlsafe(12)
    with _in_words():
        operator = staffing.add(
            office.store,
            office.new_id,
            caller.who,
            given.name,
            given.role,
            given.password or made,
        )
    response.headers[SHOWN_ONCE] = "1"
    with office.store.read() as db:
        shape = _shape(staff.by_id(db, operator))
    return MadeOperator(**shape.model_dump(), password=made or None)


@router.patch("/{operator}", summary="Change role or access; every login of theirs ends")
def change_operator(
    office: Here, caller: Admin, operator: Which, given: OperatorChange
) -> Operator:
    with office.store.read() as db:
        row = staff.by_id(db, int(operator))
    if row is None:
        raise not_found("operator")
    role = row.role if given.role is None else given.role
    active = row.active if given.active is None else given.active
    with _in_words():
        staffing.change(office, caller, row.id, role, active=active)
    with office.store.read() as db:
        return _shape(staff.by_id(db, row.id))


@router.post("/{operator}/reset", summary="Give a new password, take the second factor off")
def reset_operator(office: Here, caller: Admin, operator: Which, response: Response) -> NewPassword:
    response.headers[SHOWN_ONCE] = "1"
    return NewPassword(password=staffing.reset(office, caller, int(operator)))


@router.get("/{operator}/logins", summary="Where they are signed in")
def list_logins(office: Here, caller: Admin, operator: Which) -> Logins:
    with office.store.read() as db:
        if staff.by_id(db, int(operator)) is None:
            raise not_found("operator")
        rows = logins.of(db, int(operator), datetime.now(UTC), staffing.IDLE)
    names = list(Login.model_fields)
    return Logins(items=[Login(**{name: getattr(row, name) for name in names}) for row in rows])


@router.delete("/{operator}/logins", summary="End every login of theirs", status_code=204)
def end_logins(office: Here, caller: Admin, operator: Which) -> None:
    now = datetime.now(UTC)
    with office.store.write() as db:
        if staff.by_id(db, int(operator)) is None:
            raise not_found("operator")
        logins.end_all(db, int(operator))
        audit.note(db, caller.who, "logins ended", f"operator:{operator}", now)


@contextmanager
def _in_words() -> Iterator[None]:
    """Problems of staffing are keys of the console's texts; here they are sentences."""
    try:
        yield
    except Problem as problem:
        detail = REASONS.get(problem.detail, problem.detail)
        raise Problem(problem.kind, detail, retry_after=problem.retry_after) from problem


def _shape(row: Any) -> Operator:
    own = {"id": str(row.id), "second_factor": bool(row.totp_secret)}
    names = [name for name in Operator.model_fields if name not in own]
    return Operator(**own, **{name: getattr(row, name) for name in names})
