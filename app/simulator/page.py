"""The page: one template, its words by language."""

import json
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.static import Files

HERE = Path(__file__).parent
LANGUAGES = ("fa", "en", "ar", "hu")
RIGHT_TO_LEFT = frozenset({"fa", "ar"})
COOKIE = "simulator_language"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Page:
    def __init__(self, line: str, code: str, static: Files, *, can_hasten: bool) -> None:
        self.files = Files(HERE / "static", "/simulator/static")
        self.words = {language: read_words(language) for language in LANGUAGES}
        self._about = {"line": line, "code": code, "can_hasten": can_hasten}
        loader = FileSystemLoader(HERE)
        rooms = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        rooms.globals |= {"own": self.files.url, "shared": static.url}
        self._template = rooms.get_template("page.html")

    def render(self, request: Request) -> HTMLResponse:
        """Show the page in the language asked for, else the one asked for last."""
        asked = request.query_params.get("lang", "")
        language = next(
            (one for one in (asked, request.cookies.get(COOKIE)) if one in LANGUAGES), LANGUAGES[0]
        )
        html = self._template.render(
            t=self.words[language],
            language=language,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            languages={one: words["name"] for one, words in self.words.items()},
            about=self._about | {"language": language},
        )
        answer = HTMLResponse(html, headers=HEADERS)
        if asked in LANGUAGES:
            answer.set_cookie(
                COOKIE, asked, max_age=31536000, path="/simulator", httponly=True, samesite="lax"
            )
        return answer


def read_words(language: str) -> dict[str, Any]:
    path = HERE / "labels" / f"{language}.json"
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words
