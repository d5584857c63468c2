"""Pages: templates, the words around them by language, and the headers that keep them to us."""

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.conversation.compiled import Flow
from app.conversation.source import read_yaml
from app.static import Files
from app.text.digits import shown
from app.web.about import About, read_pages
from app.web.browser import Browser, browser_of, form_proof, set_cookies, stamp
from app.web.given import Given

HERE = Path(__file__).parent
LANGUAGES = ("fa", "en", "ar", "hu")
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ps", "ur"})
FALLBACK = "en"
"""For languages of a flow that these pages do not speak."""
HEADERS = {
    # Nothing runs: there is no script on any of these pages.
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Pages:
    def __init__(self, given: Given) -> None:
        self._given = given
        self.files = Files(HERE / "static", "/join-static")
        self.words = {language: read_words(language) for language in LANGUAGES}
        self.about: Mapping[str, About] = read_pages(given.pages)
        loader = FileSystemLoader(HERE / "templates")
        rooms = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        rooms.globals |= {"own": self.files.url, "shared": given.static.url}
        rooms.filters |= {"paragraphs": paragraphs}
        self._rooms = rooms

    def labels(self, language: str) -> dict[str, Any]:
        return self.words.get(language) or self.words[FALLBACK]

    def labels_of(self, flow: Flow | None, language: str) -> "Labels":
        return Labels(self.labels(language), self.slots(flow, language))

    def about_in(self, language: str) -> About:
        return (
            self.about.get(language) or self.about.get(FALLBACK) or next(iter(self.about.values()))
        )

    def language(self, browser: Browser, flow: Flow | None) -> str:
        """What the browser chose, if we speak it, else the flow's first language."""
        spoken = self._spoken(flow)
        return browser.asked_language if browser.asked_language in spoken else spoken[0]

    def _spoken(self, flow: Flow | None) -> tuple[str, ...]:
        """The languages of a flow; those of the front one for pages without."""
        front = flow or self._given.flow(self._given.front)
        return front.languages if front else tuple(self.about)

    def slots(self, flow: Flow | None, language: str) -> dict[str, str]:
        """What stands for `{keyword}`, `{line}` and `{url}` in words."""
        given = self._given
        front = flow or given.flow(given.front)
        keyword = front.invites.get(language, "") if front else ""
        return {
            "keyword": shown(keyword, language),
            "line": shown(given.line, language),
            "url": f"{given.url}/join/{front.name}" if front else given.url,
        }

    def show(
        self,
        name: str,
        request: Request,
        browser: Browser,
        language: str,
        *,
        flow: Flow | None = None,
        status: int = 200,
        token: str = "",
        **about: Any,
    ) -> Response:
        """Render a page; `about` is what this one is about."""
        labels, slots = self.labels_of(flow, language), self.slots(flow, language)
        front = flow or self._given.flow(self._given.front)
        html = self._rooms.get_template(f"{name}.html").render(
            t=labels,
            language=language,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            languages=self._languages(flow),
            flow=flow,
            front=self._given.front,
            plan=self.about_in(language),
            slots=slots,
            filled=lambda text, **more: fill(text, {**slots, **more}),
            shown=lambda text: shown(str(text), language),
            raw_line=self._given.line,
            raw_keyword=front.invites.get(language, "") if front else "",
            path=request.url.path,
            proof=form_proof(self._given, browser),
            stamp=stamp(self._given, browser, time.time()),
            **about,
        )
        answer = HTMLResponse(html, status, headers=HEADERS)
        set_cookies(self._given, request, browser, answer, token)
        return answer

    def no_such_page(self, request: Request) -> Response:
        return self._tell(request, 404, "not_found")

    def broken(self, request: Request, reference: str) -> Response:
        """Say that we failed, by a word under which the log tells more."""
        return self._tell(request, 500, "broken", reference=f"\u2066{reference}\u2069")

    def _tell(self, request: Request, status: int, what: str, **slots: str) -> Response:
        browser = browser_of(self._given, request)
        language = self.language(browser, None)
        labels = self.labels_of(None, language)
        about = {"title": labels[f"{what}_title"], "text": labels(what, **slots)}
        return self.show("told", request, browser, language, status=status, **about)

    def _languages(self, flow: Flow | None) -> dict[str, str]:
        spoken = self._spoken(flow)
        return {code: self.words[code]["name"] for code in spoken if code in self.words}


class Labels(Mapping[str, Any]):
    """The labels of one language; `t.key` has its slots filled, `t("key", n=1)` more of them."""

    def __init__(self, words: Mapping[str, Any], slots: Mapping[str, str]) -> None:
        self._words, self._slots = words, slots

    def __getitem__(self, name: str) -> Any:
        word = self._words[name]
        return fill(word, self._slots) if isinstance(word, str) else word

    def __iter__(self) -> Any:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def raw(self, name: str) -> str:
        """As it was written, slots and all."""
        return str(self._words[name])

    def __call__(self, name: str, **slots: Any) -> str:
        return fill(self._words[name], {**self._slots, **slots})


def fill(text: str, slots: Mapping[str, Any]) -> str:
    for name, value in slots.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def paragraphs(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if part.strip()]


@cache
def read_words(language: str) -> dict[str, Any]:
    path = HERE / "words" / f"{language}.yaml"
    words: dict[str, Any] = read_yaml(path.read_text(encoding="utf-8"), path.name).data
    return words
