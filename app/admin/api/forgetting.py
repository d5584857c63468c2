"""/numbers: forgetting one for good. Needs the scope `admin`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.admin import forgetting
from app.admin.api.asks import Admin, Here, Line, Shape, like
from app.admin.problems import Problem

router = APIRouter(prefix="/numbers", tags=["groups"])


class Forget(Shape):
    model_config = like(number="09121234567", for_good=True)

    number: Annotated[Line, StringConstraints(min_length=4)] = Field(
        description="In any writing, or a carrier's own id where numbers are masked."
    )
    for_good: bool = Field(description="Send `true`: this cannot be undone.")


class Forgotten(Shape):
    rows: dict[str, int] = Field(description="What went, by table.", examples=[{"groups": 1}])


@router.post("/forget", summary="Delete whatever names a number; its opt-out stays, unreadably")
def forget_number(office: Here, caller: Admin, given: Forget) -> Forgotten:
    if not given.for_good:
        raise Problem("invalid", "Send `for_good`: this cannot be undone.")
    return Forgotten(rows=forgetting.forget_number(office, caller, given.number))
