"""What an outcome makes of a message: pure rules, with time and chance passed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    Outcome,
    Refused,
    TryLater,
    Unclear,
)

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=15)
MOST_TRIES = 30
REST = timedelta(seconds=1)
LONGEST_REST = timedelta(minutes=1)
PROBE_AFTER = timedelta(minutes=1)
LONGEST_PROBE = timedelta(minutes=15)

WORDS = {
    Accepted: "accepted",
    Refused: "refused",
    TryLater: "try_later",
    ChannelBroken: "channel_broken",
    Unclear: "unclear",
}


def backoff(tries: int, first: timedelta, longest: timedelta, chance: float) -> timedelta:
    """How long to wait after so many tries; `chance` in [0, 1) spreads them (full jitter)."""
    ceiling: timedelta = min(longest, first * 2 ** min(tries, 20))
    return max(first / 2, ceiling * chance)


@dataclass(frozen=True, slots=True)
class Settled:
    """A message after an attempt: the outbox's columns."""

    state: str
    reason: str = ""
    due_at: datetime | None = None
    carrier_ids: Sequence[str] = ()
    opted_out: bool = False


def settle(
    outcome: Outcome, *, tries: int, now: datetime, expires_at: datetime, chance: float
) -> Settled:
    """Say what becomes of a message that has been tried so often."""
    match outcome:
        case Accepted(carrier_ids=ids):
            return Settled("sent", carrier_ids=ids)
        case Refused(reason=reason, opted_out=opted_out):
            return Settled("failed", reason, opted_out=opted_out)
        case Unclear(reason=reason):
            return Settled("unclear", reason)
        case ChannelBroken(reason=reason):
            return Settled("queued", reason, due_at=now)
        case TryLater(reason=reason, after=after):
            due = now + (after or backoff(tries, FIRST_RETRY, LONGEST_RETRY, chance))
            return _again(reason, tries, due, expires_at)


def _again(reason: str, tries: int, due: datetime, expires_at: datetime) -> Settled:
    if due >= expires_at:
        return Settled("expired", reason)
    if tries >= MOST_TRIES:
        return Settled("failed", f"gave up after {tries} tries: {reason}")
    return Settled("queued", reason, due_at=due)


@dataclass
class Mood:
    """How a channel fares: rests after throttling, pauses when broken, longer each time."""

    throttled: int = 0
    broken: int = 0
    resting_until: datetime | None = None
    news: dict[str, Any] = field(default_factory=dict)
    """Columns of `channel_state` that changed."""

    def hear(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        for outcome in outcomes:
            match outcome:
                case Accepted():
                    self._better(now)
                case TryLater(reason=reason, after=after):
                    self.throttled += 1
                    rest = after or min(LONGEST_REST, REST * 2 ** min(self.throttled - 1, 10))
                    self.resting_until = max(self.resting_until or now, now + rest)
                    self.news |= {"last_error": reason, "last_error_at": now}
                case ChannelBroken(reason=reason):
                    self.broken += 1
                    probe = min(LONGEST_PROBE, PROBE_AFTER * 2 ** min(self.broken - 1, 10))
                    self.news |= {
                        "paused": True,
                        "pause_reason": reason,
                        "probe_at": now + probe,
                        "last_error": reason,
                        "last_error_at": now,
                    }
                case Unclear(reason=reason) | Refused(reason=reason):
                    self.news |= {"last_error": reason, "last_error_at": now}

    def _better(self, now: datetime) -> None:
        if self.broken:
            self.news |= {"paused": False, "pause_reason": "", "probe_at": None}
        self.throttled = self.broken = 0
        self.resting_until = None
        self.news["last_sent_at"] = now


def allowance(
    next_send_at: datetime | None, now: datetime, tps: float, window: timedelta
) -> tuple[int, datetime]:
    """How many messages may go now, and from when the next is counted (GCRA).

    Never more than `tps` a second over any stretch, plus what fits into `window`.
    """
    start = max(next_send_at or now, now)
    return max(0, int((now + window - start).total_seconds() * tps)), start
