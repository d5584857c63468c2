"""The carriers' door as the OpenAPI document tells of it. `door` answers before this could."""

from typing import Annotated, NoReturn

from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath

ANSWERS: dict[int | str, dict[str, str]] = {
    200: {"description": "Kept; the body is what this carrier wants to read"},
    400: {"description": "Unreadable; kept for operators to look at"},
    403: {"description": "The request does not prove that it comes from the carrier"},
    404: {"description": "No such channel, or a wrong secret"},
    413: {"description": "Over one megabyte"},
    503: {"description": "Not kept; come again after `Retry-After`"},
}
PATH = "/hooks/{channel}/{secret}"


def router() -> APIRouter:
    routes = APIRouter(tags=["carriers"])

    def webhook(
        channel: Annotated[str, InPath(description="A channel of the settings")],
        secret: Annotated[str, InPath(description="One of the channel's secrets")],
    ) -> NoReturn:
        """Take what a carrier brings: texts, USSD requests, reports, in its own dialect."""
        raise HTTPException(404)

    for method in ("GET", "POST", "PUT"):
        routes.add_api_route(
            PATH,
            webhook,
            methods=[method],
            response_model=None,
            responses=ANSWERS,
            summary="A carrier's webhook",
            operation_id=f"webhook_{method.lower()}",
        )
    return routes
