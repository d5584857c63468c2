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
MOST_TRIES = 100
"""For a message that is never taken though others are; about half a day, with growing waits."""
REST = timedelta(seconds=1)
LONGEST_REST = timedelta(minutes=1)
PROBE_AFTER = timedelta(minutes=1)
LONGEST_PROBE = timedelta(minutes=15)
FAULTS = 5
FAULTS_WITHIN = timedelta(minutes=1)
LOOK_AGAIN_AFTER = timedelta(seconds=15)

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
            if due >= expires_at:
                return Settled("expired", reason)
            # A carrier that says when to come again may say so for hours: the deadline decides.
            return _again(reason, tries if after is None else 0, due)


def _again(reason: str, tries: int, due: datetime) -> Settled:
    if tries >= MOST_TRIES:
        return Settled("failed", f"gave up after {tries} tries: {reason}")
    return Settled("queued", reason, due_at=due)


@dataclass
class Mood:
    """How a channel fares: rests after throttling, pauses when broken, longer each time.

    Exchanges that fail without a reason we know, several in a row, open the breaker: else a
    carrier that has lost its mind would make everything owed unclear, one message after another.
    """

    throttled: int = 0
    broken: int = 0
    resting_until: datetime | None = None
    probe_at: datetime | None = None
    """While paused by us: when one message is tried."""
    faults: list[datetime] = field(default_factory=list)
    """When exchanges failed, since one went well."""
    news: dict[str, Any] = field(default_factory=dict)
    """Columns of `channel_state` that changed."""

    def hear(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Hear how one exchange ended."""
        kinds = {type(outcome) for outcome in outcomes}
        if Accepted in kinds:
            self._better(now)
        elif Refused in kinds:
            self.faults.clear()  # it thinks: the trouble is with the message
        for outcome in outcomes:
            if not isinstance(outcome, Accepted):
                self.news |= {"last_error": outcome.reason, "last_error_at": now}
        broken = next((one for one in outcomes if isinstance(one, ChannelBroken)), None)
        later = [one for one in outcomes if isinstance(one, TryLater)]
        if broken is not None:
            self._pause(broken.reason, now, PROBE_AFTER, LONGEST_PROBE)
        elif later:
            self._rest(later, now)
        if kinds <= {Unclear, TryLater} and not any(one.after for one in later):
            self._fault(outcomes[0], now)

    def know(self, probe_at: datetime | None) -> None:
        """Learn what the channel's row says; staff, or the worker before us, may have written it.

        Without a time to probe it is not paused, or by staff: then it is not ours to resume.
        """
        self.probe_at = probe_at
        self.broken = 0 if probe_at is None else max(self.broken, 1)

    def _rest(self, later: Sequence[TryLater], now: datetime) -> None:
        self.throttled += 1
        given = [one.after for one in later if one.after]
        rest = max(given, default=min(LONGEST_REST, REST * 2 ** min(self.throttled - 1, 10)))
        self.resting_until = max(self.resting_until or now, now + rest)

    def _fault(self, outcome: Outcome, now: datetime) -> None:
        lately = [at for at in self.faults if at > now - FAULTS_WITHIN]
        self.faults = [*lately, now]
        if self.broken or len(self.faults) >= FAULTS:
            reason = getattr(outcome, "reason", "")
            told = f"{len(self.faults)} exchanges in a row failed: {reason}"
            self._pause(told, now, LOOK_AGAIN_AFTER, LONGEST_REST)

    def _pause(self, reason: str, now: datetime, first: timedelta, longest: timedelta) -> None:
        if self.probe_at is not None and now < self.probe_at:
            return  # it was in the air already when the channel was paused: no probe
        self.broken += 1
        self.probe_at = now + min(longest, first * 2 ** min(self.broken - 1, 10))
        self.news |= {"paused": True, "pause_reason": reason, "probe_at": self.probe_at}

    def _better(self, now: datetime) -> None:
        if self.broken:
            self.news |= {"paused": False, "pause_reason": "", "probe_at": None}
        self.throttled = self.broken = 0
        self.probe_at = None
        self.faults.clear()
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
