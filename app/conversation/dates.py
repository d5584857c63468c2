"""Dates as people write them, of the Jalali and the Gregorian calendar."""

import re
from datetime import date, timedelta

from persiantools.jdatetime import JalaliDate

from app.conversation.words import lexicon
from app.text.digits import shown
from app.text.fold import fold, key

PIECES = re.compile(r"\d+|[^\W\d_]+")
FIRST_JALALI, LAST_JALALI = 1200, 1499
LANGUAGES_WITH_JALALI = frozenset({"fa"})


def read_date(text: str, language: str, today: date) -> date | None:
    plain = fold(text)
    if len(plain) > 40:
        return None
    if (days := lexicon().days.get(key(plain))) is not None:
        return today + timedelta(days=days)
    named = months_and_numbers(PIECES.findall(plain))
    if named is None:
        return None
    months, numbers = named
    if len(months) == 1 and len(numbers) == 2:
        return with_month(*months[0], numbers)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:]]
    return None if months or len(numbers) != 3 else in_figures(numbers, language)


def months_and_numbers(pieces: list[str]) -> tuple[list[tuple[int, bool]], list[str]] | None:
    """Months with whether they are Jalali, and numbers; None if there is much else."""
    months: list[tuple[int, bool]] = []
    numbers: list[str] = []
    for piece in pieces:
        if piece.isdecimal():
            numbers.append(piece)
        elif piece in lexicon().jalali:
            months.append((lexicon().jalali[piece], True))
        elif piece in lexicon().gregorian:
            months.append((lexicon().gregorian[piece], False))
        elif len(piece) > 4:
            return None
    return months, numbers


def with_month(month: int, jalali: bool, numbers: list[str]) -> date | None:  # noqa: FBT001
    day, year = sorted(numbers, key=lambda number: (len(number) > 2, int(number) > 31))
    return calendar_date(full_year(year, jalali), month, int(day), jalali)


def in_figures(numbers: list[str], language: str) -> date | None:
    """Year first, or day first; which calendar, the year tells."""
    if len(numbers[0]) > 2 or int(numbers[0]) > 31:
        year, month, day = numbers
    elif len(numbers[2]) > 2 or int(numbers[2]) > 31:
        day, month, year = numbers
    else:
        # 03/05/12: people who write so mean their own calendar; Persian writes the year first.
        year, month, day = numbers if language in LANGUAGES_WITH_JALALI else numbers[::-1]
    short = len(year) <= 2
    jalali = (
        language in LANGUAGES_WITH_JALALI if short else FIRST_JALALI <= int(year) <= LAST_JALALI
    )
    return calendar_date(full_year(year, jalali), int(month), int(day), jalali)


def full_year(year: str, jalali: bool) -> int:  # noqa: FBT001
    value = int(year[:5])
    if len(year) > 2:
        return value
    if jalali:
        return value + (1400 if value < 50 else 1300)
    return value + (2000 if value < 50 else 1900)


def calendar_date(year: int, month: int, day: int, jalali: bool) -> date | None:  # noqa: FBT001
    try:
        if jalali:
            return to_gregorian(year, month, day)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def show_date(iso: str, language: str) -> str:
    """`2026-03-21` for people: ۱ فروردین ۱۴۰۵, in Persian, as it is elsewhere."""
    if language not in LANGUAGES_WITH_JALALI:
        return shown(iso, language)
    try:
        day = to_jalali(date.fromisoformat(iso))
    except (ValueError, OverflowError):
        return iso
    return shown(f"{day.day} {lexicon().jalali_names[day.month - 1]} {day.year}", language)


def to_gregorian(year: int, month: int, day: int) -> date:
    found: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return found


def to_jalali(day: date) -> JalaliDate:
    found: JalaliDate = JalaliDate.to_jalali(day)  # type: ignore[no-untyped-call]
    return found
