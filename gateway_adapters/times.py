"""Times as carriers write them; one that cannot be read is None and costs no message."""

from datetime import UTC, datetime
from typing import Any


def unix_time(value: str | float) -> datetime | None:
    """Read a unix time in seconds or milliseconds; None if it makes no sense.

    A time that cannot be read must not cost the message, so this never raises.
    """
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def iso_time(text: str, zone: Any = UTC) -> datetime | None:
    """Read an ISO-like time (`2026-01-31 10:00`, seconds and zone may follow); None if unreadable.

    `zone` is for those that name none. Digits alone are no time here: too many carriers write
    them in their own order.
    """
    if text.strip()[4:5] != "-":
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
