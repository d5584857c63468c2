"""The public pages' routes: `router` makes them of explicit arguments.

/join/<flow>[/<step>]   the flow, question by question; forms come back to /join/<flow>
/about /status          what the plan is about; what became of a code
/poster/<flow>          to print, and its QR code
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from app.web.given import Given
from app.web.join import Join
from app.web.pages import Pages
from app.web.reading import Reading


def router(given: Given) -> APIRouter:
    """Make the pages. Raises BadFlow where a page of the campaign's own cannot be used."""
    shown = Pages(given)
    join, reading = Join(given, shown), Reading(given, shown)
    routes = APIRouter(include_in_schema=False)
    pages: dict[str, Callable[..., Any]] = {
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
