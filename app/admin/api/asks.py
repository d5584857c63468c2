"""What endpoints ask for: the office, who calls, pages, and values that are safe to look up."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.admin.caller import Caller, Right, of_key
from app.admin.office import Office
from app.admin.problems import Problem
from app.store import keys
from app.store.groups_search import Place

MOST_A_PAGE = 500
KEY_USE_EVERY = timedelta(minutes=1)  # how exact the last use of a key is

bearer = HTTPBearer(auto_error=False, description="An API key, `mk_…`.")


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


Here = Annotated[Office, Depends(office_of)]


def signed_in(
    request: Request,
    office: Here,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Find out who calls. Only failures count against an address, so nobody locks others out."""
    now = datetime.now(UTC)
    found = None
    if given and given.credentials.startswith(keys.PREFIX) and given.credentials.isascii():
        with office.store.read() as db:
            found = keys.find(db, given.credentials, now)
    if found is None:
        wait = office.strangers.take(request.client.host if request.client else "")
        if wait:
            raise Problem("too-many-requests", retry_after=wait)
        raise Problem("not-signed-in", "Send `Authorization: Bearer <key>`.")
    if wait := office.requests.take(found.id):
        raise Problem("too-many-requests", "This key asks too often.", retry_after=wait)
    if found.used_at is None or now - found.used_at > KEY_USE_EVERY:
        with office.store.write() as db:
            keys.note_use(db, found.id, now)
    return of_key(found.id, found.name, found.scopes)


class Needs:
    """A dependency: the caller, who has this right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def __call__(self, caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
        if self.right not in caller.rights:
            raise Problem("not-allowed", f"This needs the right `{self.right}`.")
        return caller


Reader = Annotated[Caller, Depends(Needs(Right.READ))]
Helper = Annotated[Caller, Depends(Needs(Right.HELP))]
Writer = Annotated[Caller, Depends(Needs(Right.WRITE))]
Admin = Annotated[Caller, Depends(Needs(Right.ADMIN))]


# --- values ---------------------------------------------------------------------------------


def storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half a surrogate pair."""
    if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("holds characters that cannot be stored")
    return text


def instant(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("say the time zone, as in 2026-11-22T08:00:00+03:30")
    if not 2000 <= moment.year <= 2200:
        raise ValueError("is not of our time")
    return moment.astimezone(UTC)


def id_text(text: str) -> str:
    if int(text) >= 2**63:
        raise ValueError("is no id of ours")
    return text


Word = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(storable)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(storable)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$"), AfterValidator(id_text)]
Moment = Annotated[datetime, AfterValidator(instant)]


class Shape(BaseModel):
    """Nothing that is not documented, in or out."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def like(**example: Any) -> ConfigDict:
    """Show in the description what such a body may be."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Paging(Shape):
    limit: Annotated[int, Field(ge=1, le=MOST_A_PAGE)] = 50
    cursor: Annotated[
        str, Field(max_length=80, description="`next` of the page before; empty for the first.")
    ] = ""

    @property
    def below(self) -> Place | None:
        return place(self.cursor) if self.cursor else None


Numbers = Annotated[
    bool, Query(description="Show full phone numbers; needs that scope, and is in the audit.")
]


class Page(Paging):
    numbers: Numbers = False


def cursor(place_: Place) -> str:
    at = "" if place_.at is None else place_.at.isoformat()
    return base64.urlsafe_b64encode(f"{place_.id}|{at}".encode()).decode().rstrip("=")


def place(text: str) -> Place:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode()
        number, _, at = plain.partition("|")
        moment = instant(datetime.fromisoformat(at)) if at else None
        return Place(int(id_text(number)) if number.isascii() else -1, moment)
    except (ValueError, binascii.Error) as error:
        raise Problem("invalid", "This is not a cursor we gave.") from error


def next_of(rows: Sequence[Any], limit: int) -> str | None:
    """The cursor after a page by id; a short page is the last."""
    return cursor(Place(rows[-1].id)) if len(rows) == limit else None
