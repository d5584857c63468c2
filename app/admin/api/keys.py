"""/keys: keys for this API. A key is shown once, when it is made."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.admin.api.asks import Admin, Here, Id, Moment, Shape, Word, like
from app.admin.api.once import SHOWN_ONCE
from app.admin.caller import SCOPES
from app.admin.problems import Problem, not_found
from app.store import audit, keys

router = APIRouter(prefix="/keys", tags=["keys"])

Scope = Literal["read", "write", "numbers", "admin"]
assert set(Scope.__args__) == set(SCOPES)  # type: ignore[attr-defined]


class Key(Shape):
    id: str
    name: str
    prefix: str = Field(description="The key's first letters, to recognise it by.")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class Keys(Shape):
    items: list[Key]
    next: None = None


class NewKey(Shape):
    model_config = like(name="crm", scopes=["read", "numbers"], expires_at="2027-12-31T00:00:00Z")

    name: Word
    scopes: list[Scope] = Field(["read"], min_length=1, max_length=4)
    expires_at: Moment | None = None


class MadeKey(Key):
    key: str = Field(description="Keep it: it is never shown again.")


@router.get("", summary="Every key, without its secret")
def list_keys(office: Here, caller: Admin) -> Keys:
    with office.store.read() as db:
        return Keys(items=[_shape(row) for row in keys.every(db)])


@router.post("", summary="Make a key", status_code=201)
def make_key(office: Here, caller: Admin, given: NewKey, response: Response) -> MadeKey:
    now = datetime.now(UTC)
    if given.expires_at and given.expires_at <= now:
        raise Problem("invalid", "expires_at has passed.")
    with office.store.write() as db:
        if any(row.name == given.name and row.revoked_at is None for row in keys.every(db)):
            raise Problem("conflict", "A key of this name is in use.")
        key = keys.add(db, given.name, given.scopes, now, office.new_id, given.expires_at)
        made = keys.find(db, key, now)
        assert made is not None
        row = next(row for row in keys.every(db) if row.id == made.id)
        details = {"name": given.name, "scopes": given.scopes}
        audit.note(db, caller.who, "key made", f"key:{row.id}", now, details)
    response.headers[SHOWN_ONCE] = "1"
    return MadeKey(**_shape(row).model_dump(), key=key)


@router.delete("/{key_id}", summary="Revoke a key, at once", status_code=204)
def revoke_key(office: Here, caller: Admin, key_id: Annotated[Id, Path()]) -> None:
    with office.store.write() as db:
        now = datetime.now(UTC)
        if not keys.revoke(db, int(key_id), now):
            raise not_found("key in use")
        audit.note(db, caller.who, "key revoked", f"key:{key_id}", now)


def _shape(row: Any) -> Key:
    names = [name for name in Key.model_fields if name != "id"]
    return Key(id=str(row.id), **{name: getattr(row, name) for name in names})
