"""How much may be in the air at once, and how what was claimed is cut into requests: pure rules."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.intake.channel import Channel
from app.store.engine import Found
from gateway_adapters.contract import Adapter


def room(free: int, still_open: int, channel: Channel, most: int) -> int:
    """How many messages may be claimed while `still_open` have no end written yet.

    All that is claimed goes out at once, so never more than the free connections carry: what a
    worker's death makes unclear is then at most what really was in the air.
    """
    kind = type(channel.adapter)
    left = channel.connections * kind.batch_size - still_open
    others = max(0, len(channel.lines) - 1) if kind.one_sender else 0
    # Each sender of its own begins a request: that many may be less than full.
    fits = (free - others) * kind.batch_size if free > others else free
    return max(0, min(fits, left, most))


def is_quiet(channel: Channel, now: datetime) -> bool:
    """Whether bulk rests now."""
    if channel.quiet is None:
        return False
    start, end = channel.quiet
    hour = now.astimezone(ZoneInfo(channel.zone)).hour
    return start <= hour or hour < end if start > end else start <= hour < end


def batches(rows: Sequence[Found], kind: type[Adapter]) -> list[Sequence[Found]]:
    """Cut what was claimed into requests; some carriers take one sender a request."""
    by_sender: dict[str, list[Found]] = {}
    for row in rows:
        by_sender.setdefault(row.line if kind.one_sender else "", []).append(row)
    size = kind.batch_size
    return [same[n : n + size] for same in by_sender.values() for n in range(0, len(same), size)]
