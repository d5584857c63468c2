"""Texts, figures and days as people read them in four languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from ruamel.yaml import YAML

from app.admin.console.dates import show_day, show_time
from app.text.digits import shown

HERE = Path(__file__).parent
LANGUAGES = {"fa": "فارسی", "en": "English", "ar": "العربية", "hu": "Magyar"}
RIGHT_TO_LEFT = frozenset({"fa", "ar"})
THOUSANDS = {"fa": "٬", "ar": "٬", "hu": "\u00a0", "en": ","}
DECIMALS = {"fa": "٫", "ar": "٫", "hu": ",", "en": "."}

Words = Mapping[str, str]


def read_texts() -> dict[str, Words]:
    """Every text by language; the file has them side by side, for translators."""
    rows = YAML(typ="safe", pure=True).load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return {
        one: {name: text for key, row in rows.items() for name, text in _forms(key, row[one])}
        for one in LANGUAGES
    }


def _forms(key: str, text: str | Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A text under its key; where its number decides, one for all others, and each form's own."""
    if isinstance(text, str):
        yield key, text
        return
    yield key, text["other"]
    yield from ((f"{key}.{form}", words) for form, words in text.items())


def form_of(number: int, language: str) -> str:
    """Which form words of a number take, as Unicode's tables of plurals have it."""
    match language, number % 100:
        case (("en" | "ar"), _) if number == 1:
            return "one"
        case "ar", _ if number == 2:
            return "two"
        case "ar", rest if 3 <= rest <= 10:
            return "few"
        case "ar", rest if rest >= 11:
            return "many"
    return "other"


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
        number = values.get("n")
        form = form_of(number, self.language) if isinstance(number, int) else "other"
        text = self.words.get(f"{key}.{form}") or self.words[key]
        return text.format(**{n: self.plain(v) for n, v in values.items()}) if values else text

    def maybe(self, key: str, otherwise: str) -> str:
        """A text for words of the data: those without one are shown as they are."""
        return self.words.get(key, otherwise)

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
        written = shown(str(text), self.language)
        # Of two Arabic figures with stars between, browsers would put the second first.
        return written.replace("***", "\u200e***\u200e") if self.language == "ar" else written

    @property
    def comma(self) -> str:
        return "، " if self.direction == "rtl" else ", "

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
