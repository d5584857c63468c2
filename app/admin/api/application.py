"""The admin API as an application of its own, to be mounted at /api/v1."""

import uuid
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin import problems
from app.admin.api import (
    audit,
    bulk,
    channels,
    conversations,
    counts,
    docs,
    duplicates,
    edits,
    exports,
    flows,
    forgetting,
    groups,
    inbox,
    keys,
    many,
    messages,
    operators,
    webhooks,
)
from app.admin.api.once import Once
from app.admin.office import Office
from app.admin.problems import Problem

HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
]
DESCRIPTION = """Sign-ups, messages and channels of one Muster installation.

Send an API key as `Authorization: Bearer mk_…`. Lists answer `{"items": […], "next": cursor}`;
give the cursor back for the next page. Ids are strings. Errors are problem documents (RFC 9457).
"""
PARTS = (
    exports,
    duplicates,
    edits,
    groups,
    many,
    forgetting,
    bulk,
    messages,
    inbox,
    conversations,
    counts,
    channels,
    flows,
    keys,
    operators,
    webhooks,
    audit,
)
TAGS = {
    "groups": "Who signed up.",
    "messages": "What came in and what went out.",
    "inbox": "What came in and could not be read or handled.",
    "conversations": "Who stands where; the help desk.",
    "channels": "Accounts with carriers.",
    "flows": "What is asked.",
    "counts": "How many, by place, specialism, type, state and time.",
    "keys": "Keys for this API.",
    "operators": "Who may sign in to the console.",
    "webhooks": "Who is told of sign-ups, changes and withdrawals.",
    "audit": "Who did what, in a chain that shows changes.",
}

log = structlog.get_logger()


def application(office: Office) -> FastAPI:
    app = FastAPI(
        title="Muster",
        summary="Admin API",
        description=DESCRIPTION,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        responses={"4XX": problem_answer(), "5XX": problem_answer()},
    )
    app.state.office = office
    problems.install(app)
    for part in PARTS:
        app.include_router(part.router)
    docs.install(app)
    app.add_middleware(Once, office=office)
    app.add_middleware(Guarded)
    return app


def problem_answer() -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {"description": "A problem", "content": {problems.MEDIA_TYPE: {"schema": schema}}}


class Guarded:
    """Gives each request an id and safe headers, and turns what nobody expected into a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
                message["headers"] += [pair for pair in HEADERS if pair[0] not in names]
            await send(message)

        try:
            if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
                raise Problem("bad-request", "NUL is in no address.")  # noqa: TRY301
            await self.app(scope, receive, send_on)
        except Problem as problem:
            await problem.response(scope["muster.request_id"])(scope, receive, send_on)
        except Exception as error:
            # A trace may carry what people wrote: the log gets the kind of error alone.
            log.error(  # noqa: TRY400
                "api request failed", id=scope["muster.request_id"], error=type(error).__name__
            )
            if started:
                raise
            await Problem("failed").response(scope["muster.request_id"])(scope, receive, send_on)
