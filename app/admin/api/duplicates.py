"""Likely duplicates: proposed with the evidence. Merging is in `edits`."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from app.admin import likeness
from app.admin.api import shapes
from app.admin.api.asks import Here, Reader, Shape, Writer, like, storable
from app.admin.api.groups import Key, one_row
from app.admin.api.shapes import Group
from app.admin.likeness import Pair
from app.admin.problems import Problem
from app.store import groups_search

router = APIRouter(tags=["groups"])


class Likely(Shape):
    group: Group
    score: float = Field(ge=0, le=1, examples=[0.93])
    shared: list[str] = Field(description="Words that both names have.")
    reasons: list[str] = Field(
        examples=[["shared-words", "same-county"]],
        description="same-name, shared-words, same-county, same-province, elsewhere, same-phone.",
    )


class Likelies(Shape):
    items: list[Likely]
    next: None = None


class LikelyPair(Likely):
    other: Group


class LikelyPairs(Shape):
    items: list[LikelyPair]
    next: str | None = None


class PairPaging(Shape):
    limit: Annotated[
        int, Field(ge=1, le=100, description="Names, of which each may give several pairs.")
    ] = 20
    cursor: Annotated[str, Field(max_length=1200)] = ""


class Other(Shape):
    model_config = like(other="76543210")

    other: Key = Field(description="Code or id of the group that is another.")


@router.get("/groups/{key}/duplicates", summary="Groups that may be the same as this one")
def likely_duplicates(office: Here, caller: Reader, key: Key) -> Likelies:
    with office.store.read() as db:
        pairs = likeness.like(office, db, one_row(db, key))
        chosen = groups_search.specialisms_of(db, [pair.other.id for pair in pairs])
    return Likelies(items=[Likely(**_columns(pair, "other", chosen)) for pair in pairs])


@router.post(
    "/groups/{key}/duplicates/dismiss", summary="Say that two are not the same", status_code=204
)
def dismiss(office: Here, caller: Writer, key: Key, given: Other) -> None:
    likeness.part(office, caller, key, given.other)


@router.get("/duplicates", summary="Pairs of the same name that may be one group")
def all_duplicates(
    office: Here, caller: Reader, given: Annotated[PairPaging, Query()]
) -> LikelyPairs:
    with office.store.read() as db:
        pairs, after = likeness.everywhere(office, db, given.limit, _plain(given.cursor))
        ids = [row.id for pair in pairs for row in (pair.one, pair.other)]
        chosen = groups_search.specialisms_of(db, ids)
    items = [
        LikelyPair(
            **_columns(pair, "one", chosen),
            other=shapes.group(pair.other, chosen[pair.other.id], plain=False),
        )
        for pair in pairs
    ]
    return LikelyPairs(items=items, next=None if after is None else _cursor(after))


def _columns(pair: Pair, side: str, chosen: dict[int, list[str]]) -> dict[str, Any]:
    row = getattr(pair, side)
    return {
        "group": shapes.group(row, chosen[row.id], plain=False),
        "score": pair.likeness.score,
        "shared": list(pair.likeness.shared),
        "reasons": list(pair.likeness.reasons),
    }


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _plain(cursor: str) -> str:
    try:
        return storable(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        )
    except (ValueError, binascii.Error) as error:
        raise Problem("invalid", "This is not a cursor we gave.") from error
