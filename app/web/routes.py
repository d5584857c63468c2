"""The public pages' routes: `router` makes them of explicit arguments.

/                       leads to the line's flow, and so does /join
/join/<flow>[/<step>]   the flow, question by question; forms come back to /join/<flow>
/about /status          what the plan is about; what became of a code
/poster/<flow>          to print, and its QR code
"""

import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.web.given import Given
from app.web.join import Join
from app.web.pages import Pages
from app.web.reading import Reading

log = structlog.get_logger()
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def router(given: Given) -> APIRouter:
    """Make the pages. Raises BadFlow where a page of the campaign's own cannot be used."""
    shown = Pages(given)
    join, reading = Join(given, shown), Reading(given, shown)
    routes = APIRouter(include_in_schema=False, route_class=_careful(shown))
    pages: dict[str, Callable[..., Any]] = {
        "/": join.front,
        "/about": reading.about,
        "/status": reading.status,
        "/poster/{name}": reading.poster,
        "/poster/{name}/qr.svg": reading.qr,
        "/join": join.front,
        "/join/{name}": join.show,
        "/join/{name}/{step}": join.show,
    }
    for path, page in pages.items():
        routes.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
    routes.add_api_route("/join/{name}", join.take, methods=["POST"], response_model=None)
    routes.add_api_route("/status", reading.ask_status, methods=["POST"], response_model=None)
    routes.include_router(shown.files.router())
    return routes


def _careful(pages: Pages) -> type[APIRoute]:
    """Routes on which what nobody expected becomes a page; the inside is told to the log alone."""

    class Careful(APIRoute):
        def get_route_handler(self) -> Handler:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    return await handler(request)
                except HTTPException:
                    raise
                except Exception as error:  # noqa: BLE001  whatever it was
                    reference = secrets.token_hex(4)
                    # A trace may carry what people wrote: the log gets the kind of error alone.
                    kind = type(error).__name__
                    log.error("public page failed", id=reference, error=kind)  # noqa: TRY400
                    return pages.broken(request, reference)

            return handle

    return Careful
