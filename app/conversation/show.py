"""Values as people read them, in their language."""

from collections.abc import Sequence
from typing import Any

from app.conversation.compiled import Flow
from app.conversation.dates import show_date
from app.conversation.template import cut
from app.conversation.turn import KnownGroup, Medium
from app.conversation.words import lexicon
from app.text.digits import shown
from app.text.fold import cleaned


def show_answer(flow: Flow, name: str, value: Any, language: str) -> str:
    """An answer in the words of the person's language; a dash for none."""
    field = flow.fields.get(name)
    if value is None or value in ("", []):
        return flow.phrases["none"][language, Medium.SMS].fill(str)
    if isinstance(value, list | tuple):
        return separator(language).join(show_answer(flow, name, one, language) for one in value)
    if field is None or field.kind == "text":
        return cleaned(str(value))
    if field.kind in {"choice", "choices", "place"}:
        return field.labels.get(language, {}).get(str(value), str(value))
    return FIGURES[field.kind](str(value), language)


def show_phone(number: str, language: str) -> str:
    """At home without the country: a plus sign ends up on the wrong side of Persian text."""
    return shown("0" + number.removeprefix("+98"), language) if number.startswith("+98") else number


def show_status(status: str, language: str) -> str:
    return lexicon().statuses.get(status, {}).get(language, status)


def show_code(code: str, language: str) -> str:
    return shown(code, language) if code.isdecimal() else code


def show_group(group: KnownGroup, language: str, most: int = 30) -> str:
    name, code = short(str(group.fields.get("name") or ""), most), show_code(group.code, language)
    return f"{name} ({code})" if name else code


def separator(language: str) -> str:
    return lexicon().separators.get(language, ", ")


def short(text: str, most: int) -> str:
    return cut(cleaned(text), most)


def listed(
    numbers: Sequence[str], labels: Sequence[str], language: str, between: str
) -> tuple[str, ...]:
    """Options as lines: ۱. گروه مردمی."""
    return tuple(
        shown(number, language) + between + label
        for number, label in zip(numbers, labels, strict=True)
    )


FIGURES = {"number": shown, "date": show_date, "phone": show_phone}
