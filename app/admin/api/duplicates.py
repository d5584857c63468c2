"""Likely duplicates: proposed with the evidence. Merging is in `edits`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from app.admin import likeness
from app.admin.api import shapes
from app.admin.api.asks import Here, Reader, Shape, Writer, id_text, like
from app.admin.api.groups import Key, one_row
from app.admin.api.shapes import Group
from app.admin.likeness import Pair
from app.admin.problems import Problem
from app.store import alikes, groups_search

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
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=40, pattern=r"^([0-9]{1,19}-[0-9]{1,19})?$")] = ""


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


@router.get(
    "/duplicates", summary="Pairs all over the house that may be one group, the newest first"
)
def all_duplicates(
    office: Here, caller: Reader, given: Annotated[PairPaging, Query()]
) -> LikelyPairs:
    with office.store.read() as db:
        pairs, after = likeness.everywhere(office, db, given.limit, _place(given.cursor))
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


def _cursor(pair: alikes.Pair) -> str:
    return f"{pair.other}-{pair.one}"


def _place(cursor: str) -> alikes.Pair | None:
    if not cursor:
        return None
    other, _, one = cursor.partition("-")
    try:
        return alikes.Pair(int(id_text(one)), int(id_text(other)))
    except ValueError as error:
        raise Problem("invalid", "This is not a cursor we gave.") from error
