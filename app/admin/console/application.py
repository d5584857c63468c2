"""The console as an application of its own, to be mounted at /console."""

import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin.console import (
    account,
    channels,
    desk,
    entering,
    flows,
    many,
    messages,
    operators,
    overview,
    signup,
    signups,
    trail,
)
from app.admin.console.house import Console, direct_address, nothing_spooled
from app.admin.console.pages import Pages
from app.admin.console.visitor import GoTo
from app.admin.office import Office
from app.admin.problems import OF_STATUS, TITLES, Problem
from app.static import Files
from app.store.engine import DatabaseAway

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
]
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

log = structlog.get_logger()


def application(
    office: Office,
    static: Files,
    *,
    secure: bool = True,
    totp_required: bool = False,
    simulator: bool = False,
    address_of: Callable[[Request], str] = direct_address,
    spooled: Callable[[], int] = nothing_spooled,
) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    own = Files(HERE / "static", "/console/static")
    app.state.console = Console(
        office=office,
        pages=Pages(static, own, office.zone, office.flows),
        secure=secure,
        totp_required=totp_required,
        simulator=simulator,
        address_of=address_of,
        spooled=spooled,
    )
    app.include_router(own.router("/static"))
    for part in (
        entering,
        overview,
        signups,
        many,
        signup,
        messages,
        flows,
        channels,
        desk,
        operators,
        trail,
        account,
    ):
        app.include_router(part.router)
    _answer_errors(app)
    app.add_middleware(Guarded, secure=secure)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Say what went wrong on a page of the same look; nothing of the inside is on it."""

    @app.exception_handler(GoTo)
    async def elsewhere(request: Request, error: GoTo) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": error.where})
        return RedirectResponse(error.where, 303)

    @app.exception_handler(Problem)
    async def refused(request: Request, error: Problem) -> Response:
        headers = {}
        if error.retry_after is not None:
            headers["Retry-After"] = str(max(1, round(error.retry_after)))
        return _page(request, error.kind, error.detail, headers)

    @app.exception_handler(ValidationError)
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, _: Exception) -> Response:
        return _page(request, "invalid", "")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return _page(request, OF_STATUS.get(error.status_code, "bad-request"), "")

    @app.exception_handler(DatabaseAway)
    async def away(request: Request, _: DatabaseAway) -> Response:
        return _page(request, "unavailable", "", {"Retry-After": "5"})


def _page(
    request: Request, kind: str, detail: str, headers: dict[str, str] | None = None
) -> Response:
    console: Console = request.app.state.console
    return console.pages.render(
        request,
        "problem.html",
        status=TITLES[kind][0],
        headers=headers,
        kind=kind,
        detail=detail,
        number=request.scope["muster.request_id"],
        back=_came_from(request),
    )


def _came_from(request: Request) -> str:
    """The page of ours that a form or a link stood on; empty if it is none, or this very one."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if parts.netloc != request.headers.get("host") or not parts.path.startswith("/console/"):
        return ""
    if request.method == "GET" and parts.path == request.url.path:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Guarded:
    """Puts safe headers on every answer; what nobody expected becomes a page with a number."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = [*HEADERS, STRICT_TRANSPORT] if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope["muster.request_id"] = str(uuid.uuid4())
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in self.headers if pair[0] not in names),
                ]
            await send(message)

        try:
            if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
                answer = _page(Request(scope), "bad-request", "")
                return await answer(scope, receive, send_on)
            await self.app(scope, receive, send_on)
        except Exception as error:
            # A trace may carry what people wrote: the log gets the kind of error alone.
            log.error(  # noqa: TRY400
                "page failed", id=scope["muster.request_id"], error=type(error).__name__
            )
            if started:
                raise
            answer = _page(Request(scope), "failed", "")
            await answer(scope, receive, send_on)
        return None
