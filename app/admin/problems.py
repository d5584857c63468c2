"""What callers are told when something is refused: RFC 9457, and never a trace, SQL or a path."""

import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.store.engine import DatabaseAway
from app.text.fold import cleaned

MEDIA_TYPE = "application/problem+json"
RETRY_WHEN_AWAY = 5  # seconds

TITLES: Mapping[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "not-signed-in": (401, "A valid API key is needed"),
    "not-allowed": (403, "The key may not do this"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "The method is not allowed here"),
    "conflict": (409, "This cannot be done as things stand"),
    "changed-meanwhile": (412, "Somebody changed it meanwhile"),
    "too-large": (413, "The request is too large"),
    "invalid": (422, "A value cannot be used"),
    "revision-needed": (428, "Say which revision you change"),
    "too-many-requests": (429, "Too many requests"),
    "failed": (500, "Something failed on our side"),
    "unavailable": (503, "The service cannot answer now"),
}
OF_STATUS = {status: kind for kind, (status, _) in TITLES.items()}


class Problem(Exception):
    """Refuse a request; `kind` is one of TITLES."""

    def __init__(
        self, kind: str, detail: str = "", *, retry_after: float | None = None, **more: Any
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.retry_after, self.more = kind, detail, retry_after, more

    def response(self, request_id: str) -> JSONResponse:
        status, title = TITLES[self.kind]
        content = {
            "type": f"urn:muster:problem:{self.kind}",
            "title": title,
            "status": status,
            "detail": self.detail,
            "instance": f"urn:uuid:{request_id}",
            **self.more,
        }
        headers: dict[str, str] = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="muster"'
        return JSONResponse(content, status, headers, MEDIA_TYPE)


def not_found(what: str) -> Problem:
    return Problem("not-found", f"There is no such {what}.")


def install(app: FastAPI) -> None:
    """Answer everything that goes wrong in one form."""

    @app.exception_handler(Problem)
    async def refused(request: Request, error: Problem) -> JSONResponse:
        return error.response(_id(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid(error).response(_id(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        kind = OF_STATUS.get(error.status_code, "bad-request")
        answer = Problem(kind).response(_id(request))
        if allow := (error.headers or {}).get("Allow"):
            answer.headers["Allow"] = allow
        return answer

    @app.exception_handler(DatabaseAway)
    async def away(request: Request, _: DatabaseAway) -> JSONResponse:
        detail = "The database cannot be reached."
        problem = Problem("unavailable", detail, retry_after=RETRY_WHEN_AWAY)
        return problem.response(_id(request))


def _id(request: Request) -> str:
    return str(request.scope["muster.request_id"])


def _invalid(error: RequestValidationError) -> Problem:
    """Say where each value stands and what is wrong with it, never the value itself."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Problem("bad-request", "The body is not valid JSON.")
    errors = [
        {
            "where": ".".join(cleaned(str(part)) for part in one["loc"])[:200],
            "what": cleaned(str(one["msg"]))[:200],
        }
        for one in found[:20]
    ]
    return Problem("invalid", "See errors.", errors=errors)
