"""Templates, filled in for one visitor in their language."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.admin.console.naming import Names, browser_name
from app.admin.console.speech import LANGUAGES, Speech, read_texts
from app.conversation.compiled import Flows
from app.static import Files

HERE = Path(__file__).parent
COOKIE = "muster_language"


class Pages:
    def __init__(self, static: Files, own: Files, zone: ZoneInfo, flows: Flows) -> None:
        self.own = own
        self.texts = read_texts()
        self._zone, self._flows = zone, flows
        loader = FileSystemLoader(HERE / "templates")
        self._rooms = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._rooms.globals |= {
            "own": own.url,
            "shared": static.url,
            "languages": LANGUAGES,
            "browser_name": browser_name,
            "zip": zip,
        }

    def speech(self, request: Request, preferred: str = "") -> Speech:
        """The language asked for, else the one asked for last, else the operator's."""
        asked = (request.query_params.get("lang"), request.cookies.get(COOKIE), preferred)
        language = next((one for one in asked if one and one in LANGUAGES), "fa")
        return Speech(language, self.texts[language], self._zone)

    def render(
        self,
        request: Request,
        template: str,
        visitor: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        speech = self.speech(request, visitor.language if visitor else "")
        done = request.query_params.get("done", "")
        html = self._rooms.get_template(template).render(
            s=speech,
            t=speech.t,
            n=speech.number,
            names=Names(speech, self._flows),
            visitor=visitor,
            path=request.url.path,
            query=_kept_query(request),
            done=done if f"done_{done}" in speech.words else "",
            csrf=lambda: _word_of(visitor),
            **values,
        )
        answer = HTMLResponse(html, status, dict(headers or {}))
        if request.query_params.get("lang") in LANGUAGES:
            age = 365 * 86400
            answer.set_cookie(
                COOKIE, speech.language, max_age=age, path="/", httponly=True, samesite="lax"
            )
        return answer


def _word_of(visitor: Any) -> Markup:
    """The hidden word that every form of a login brings back."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visitor.csrf)


def _kept_query(request: Request) -> Callable[..., str]:
    """Give this page's address with some of its questions changed."""

    def changed(**sets: str | None) -> str:
        asked = request.query_params.multi_items()
        pairs = [(k, v) for k, v in asked if k not in sets and k not in ("done", "lang")]
        pairs += [(k, v) for k, v in sets.items() if v]
        return f"{request.url.path}?{urlencode(pairs)}"

    return changed
