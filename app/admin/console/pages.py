"""Templates, and values as people read them in four languages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from ruamel.yaml import YAML

from app.admin.console.dates import show_day, show_time
from app.static import Files
from app.text.digits import shown

HERE = Path(__file__).parent
LANGUAGES = {"fa": "فارسی", "en": "English", "ar": "العربية", "hu": "Magyar"}
RIGHT_TO_LEFT = frozenset({"fa", "ar"})
COOKIE = "muster_language"
THOUSANDS = {"fa": "٬", "ar": "٬", "hu": "\u00a0", "en": ","}
DECIMALS = {"fa": "٫", "ar": "٫", "hu": ",", "en": "."}

UNUSABLE = re.compile(r"three unusable answers to '(.+)'")

Words = Mapping[str, str]


def read_texts() -> dict[str, Words]:
    """Every text by language; the file has them side by side, for translators."""
    rows = YAML(typ="safe", pure=True).load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return {one: {key: row[one] for key, row in rows.items()} for one in LANGUAGES}


@dataclass(frozen=True)
class Speech:
    """How one language is written."""

    language: str
    words: Words
    zone: ZoneInfo

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def t(self, key: str, /, **values: Any) -> str:
        text = self.words[key]
        return text.format(**{n: self.plain(v) for n, v in values.items()}) if values else text

    def maybe(self, key: str, otherwise: str) -> str:
        """A text for words of the data: those without one are shown as they are."""
        return self.words.get(key, otherwise)

    def flag(self, reason: str) -> str:
        """Why a human is wanted, as the engine says it."""
        if found := UNUSABLE.fullmatch(reason):
            return self.t("flag_unusable", step=self.maybe(f"step_{found[1]}", found[1]))
        return self.t("flag_circles") if "circles" in reason else reason

    def plain(self, value: Any) -> str:
        return self.number(value) if isinstance(value, int | float) else str(value)

    def number(self, value: float) -> str:
        whole, _, part = f"{value:,}".partition(".")
        written = whole.replace(",", THOUSANDS[self.language])
        if part.strip("0"):
            written += DECIMALS[self.language] + part
        return shown(written, self.language)

    def percent(self, part: float, whole: float) -> str:
        of = 100 * part / whole if whole else 0.0
        return shown(f"{of:.0f}", self.language) + ("٪" if self.language in RIGHT_TO_LEFT else "%")

    def digits(self, text: object) -> str:
        return shown(str(text), self.language)

    def time(self, moment: datetime | None) -> Markup | str:
        if moment is None:
            return "—"
        text = show_time(moment.astimezone(self.zone), self.language)
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), text)

    def day(self, moment: datetime) -> str:
        return show_day(moment.astimezone(self.zone), self.language)

    def ago(self, moment: datetime | None) -> Markup | str:
        """How long ago, in the largest unit."""
        if moment is None:
            return "—"
        seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if seconds >= size:
                text = self.t(f"ago_{unit}", n=seconds // size)
                break
        else:
            text = self.t("ago_now")
        title = show_time(moment.astimezone(self.zone), self.language)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            moment.isoformat(), title, text
        )

    def length(self, seconds: float | None) -> str:
        """A length of time, short."""
        if seconds is None:
            return "—"
        for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
            if seconds >= size:
                return self.t(f"length_{unit}", n=round(seconds / size))
        return self.t("length_s", n=round(seconds))


class Pages:
    def __init__(self, static: Files, own: Files, zone: ZoneInfo) -> None:
        self.own = own
        self.texts = read_texts()
        self._zone = zone
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
