"""Reading what carriers write: names in any case, senders that are people, lists, local times.

Nothing here knows a carrier.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway_adapters.contract import (
    BadPayload,
    Event,
    Fields,
    Ignored,
    Message,
    Part,
    phone_number,
)
from gateway_adapters.times import iso_time

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)


def any_case(body: bytes) -> Any:
    """Read JSON with every object's names in lower case; the first of a name counts."""
    try:
        return json.loads(body, object_pairs_hook=_any_case)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error


def _any_case(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name.strip().lower(), value)
    return found


def json_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object with its names, at every depth, in lower case."""
    if not isinstance(found := any_case(body), dict):
        raise BadPayload("the body is not a JSON object")
    return found


def inner(value: object) -> Fields:
    """An object inside JSON as fields; whatever else stands there has none."""
    return Fields.of(value.items()) if isinstance(value, dict) else Fields()


def entries(value: object) -> list[Any]:
    """A list as it is, one entry as a list of one, nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def sms(
    sender: str,
    text: str,
    *,
    recipient: str = "",
    carrier_id: str = "",
    sent_at: datetime | None = None,
    part: Part | None = None,
    reply_token: str = "",
) -> Event:
    """A citizen's Message; Ignored where the sender is a name ("MTN"), as it cannot be answered.

    Refused, such a message would be sent again by many carriers for a day.
    """
    if not sender.strip():
        raise BadPayload("the message has no sender")
    try:
        number = phone_number(_with_plus(sender))
    except BadPayload as error:
        return Ignored(str(error))
    line = _with_plus(recipient).removeprefix("tel:").strip()
    return Message(number, text, line, carrier_id.strip(), sent_at, part, reply_token)


def _with_plus(number: str) -> str:
    """Put back the plus that came unescaped in a query and was read as a space."""
    bare = number.strip()
    return f"+{bare}" if number.startswith(" ") and bare.isdigit() else bare


def each(found: Iterable[Any], read: Callable[[Any], Event]) -> Sequence[Event]:
    """Read every entry; one that makes no sense does not cost the others.

    If none makes sense, the request does not.
    """
    events: list[Event] = []
    failures: list[BadPayload] = []
    for entry in found:
        try:
            events.append(read(entry))
        except BadPayload as failure:
            failures.append(failure)
    if failures and not events:
        raise failures[0]
    ignored = [Ignored(f"an entry makes no sense: {failure}") for failure in failures]
    return [*events, *ignored] or [Ignored("an empty list")]


def rfc3339(text: str) -> datetime | None:
    """Read a time that names its day, second and zone; None if it is anything less."""
    return iso_time(text) if _RFC3339.fullmatch(text.strip()) else None


def time_as(text: str, pattern: str, zone: tzinfo = UTC) -> datetime | None:
    """Read a time in the carrier's own pattern; None if it cannot be read."""
    try:
        time = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  the zone follows
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def decimal(text: str) -> Decimal:
    """Read an amount of money or credit."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation as error:
        raise BadPayload("the amount is not a number") from error
    if not amount.is_finite():
        raise BadPayload("the amount is not a number")
    return amount
