"""The browser at the other end: its cookies, the proof that a form is ours, and what it sent.

A visit's token lives in a cookie that only the browser holds; a form carries a keyed hash of it,
which another site can neither read nor make.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import Request, Response

from app.web.given import Given

MOST_BYTES = 32 * 1024
MOST_FIELDS = 60
LANGUAGE_COOKIE = "language"
YEAR = 365 * 24 * 3600
DAY = 24 * 3600
FORM = "application/x-www-form-urlencoded"
FASTEST = 1.5
"""Seconds. Nobody reads a page and types eleven digits faster; programs do."""
SLOWEST = 3 * 3600
TRAP = "website"
"""A field that people do not see, and programs fill in."""


class NotOurForm(Exception):
    """It did not come from our page in this browser, or from no page at all."""


@dataclass(frozen=True)
class Form:
    fields: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])


@dataclass(frozen=True)
class Browser:
    """One request's browser. `token` is always there: a new one where it had none."""

    token: str
    is_new: bool
    asked_language: str
    """What it chose by a link, now or before; empty if nothing."""
    address: str

    def __repr__(self) -> str:
        return "Browser()"

    @property
    def token_hash(self) -> str:
        return hashlib.sha256(self.token.encode()).hexdigest()


def browser_of(given: Given, request: Request) -> Browser:
    token = request.cookies.get(cookie_name(given), "")
    is_new = not 40 <= len(token) <= 64
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return Browser(
        secrets.token_urlsafe(32) if is_new else token,
        is_new,
        asked[:8],
        given.caller(request.scope),
    )


def cookie_name(given: Given) -> str:
    return "__Host-visit" if given.is_secure else "visit"


def set_cookies(
    given: Given, request: Request, browser: Browser, answer: Response, token: str = ""
) -> None:
    """Give a new browser its token (or one that has proven itself a new one), and its language."""
    if token or browser.is_new:
        answer.set_cookie(
            cookie_name(given),
            token or browser.token,
            max_age=DAY,
            path="/",
            secure=given.is_secure,
            httponly=True,
            samesite="lax",
        )
    if chosen := request.query_params.get("lang", ""):
        answer.set_cookie(
            LANGUAGE_COOKIE,
            chosen[:8] if chosen.replace("-", "").isalnum() and chosen.isascii() else "",
            max_age=YEAR,
            path="/",
            secure=given.is_secure,
            httponly=True,
            samesite="lax",
        )


# --- forms --------------------------------------------------------------------------------------


def keyed(given: Given, *parts: str) -> str:
    return hmac.new(given.key, "\x1f".join(("web", *parts)).encode(), "sha256").hexdigest()


def form_proof(given: Given, browser: Browser) -> str:
    return keyed(given, "form", browser.token)


async def read_form(given: Given, request: Request, browser: Browser) -> Form:
    """Read a form of ours, no more of it than a form has. Raises NotOurForm."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotOurForm
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotOurForm
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NotOurForm
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise NotOurForm from error
    form = Form(fields)
    given_proof = form["proof"].encode("utf-8", "surrogatepass")
    if browser.is_new or not hmac.compare_digest(given_proof, form_proof(given, browser).encode()):
        raise NotOurForm
    return form


def stamp(given: Given, browser: Browser, now: float) -> str:
    """When a form was shown, so that one sent back at once is known for a program's."""
    at = str(int(now * 10))
    return f"{at}.{keyed(given, 'stamp', browser.token, at)}"


def age(given: Given, browser: Browser, stamped: str, now: float) -> float | None:
    """Seconds since the form was shown; None if that cannot be told."""
    at, _, proof = stamped.partition(".")
    expected = keyed(given, "stamp", browser.token, at)
    if not at.isascii() or not at.isdigit() or len(at) > 12:
        return None
    if not hmac.compare_digest(proof.encode("utf-8", "surrogatepass"), expected.encode()):
        return None
    return now - int(at) / 10
