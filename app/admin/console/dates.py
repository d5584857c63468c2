"""Days and times in the calendar and the digits that readers of a language expect."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from app.text.digits import digits, shown

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show_day(local: datetime, language: str) -> str:
    match language:
        case "fa":
            jalali = JalaliDate.to_jalali(local.date())  # type: ignore[no-untyped-call]
            text = f"{jalali.year:04d}/{jalali.month:02d}/{jalali.day:02d}"
        case "hu":
            text = f"{local.year:04d}. {local.month:02d}. {local.day:02d}."
        case "ar":
            text = f"{local.year:04d}/{local.month:02d}/{local.day:02d}"
        case _:
            text = f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    return shown(text, language)


def show_time(local: datetime, language: str) -> str:
    return f"{show_day(local, language)} {shown(f'{local:%H:%M}', language)}"


def read_day(text: str, zone: ZoneInfo, *, after: bool = False) -> datetime | None:
    """A day as people type it, 1405/09/01 or 2026-11-22: its beginning, or its end."""
    parts = digits(text).replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        found = _gregorian(year, month, day) if year < 1700 else date(year, month, day)
        moment = datetime(found.year, found.month, found.day, tzinfo=zone)
        return moment + timedelta(days=1) if after else moment
    except (ValueError, OverflowError):
        return None


def _gregorian(year: int, month: int, day: int) -> date:
    found: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return found
