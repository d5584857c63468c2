from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.settling import (
    LONGEST_PROBE,
    LONGEST_REST,
    MOST_TRIES,
    Mood,
    Settled,
    allowance,
    backoff,
    settle,
)
from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    Outcome,
    Refused,
    TryLater,
    Unclear,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
SECOND = timedelta(seconds=1)


def settled(outcome: Outcome, tries: int = 1, expires_at: datetime = LATER) -> Settled:
    return settle(outcome, tries=tries, now=NOW, expires_at=expires_at, chance=0.5)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(("a", "b")), "sent"),
        (Accepted(), "sent"),
        (Refused("bad number"), "failed"),
        (Refused("stop", opted_out=True), "failed"),
        (TryLater("busy"), "queued"),
        (ChannelBroken("no credit"), "queued"),
        (Unclear("no answer"), "unclear"),
    ],
)
def test_each_outcome_has_its_state(outcome: Outcome, state: str) -> None:
    assert settled(outcome).state == state


def test_the_carriers_own_wait_is_kept() -> None:
    assert settled(TryLater("busy", timedelta(seconds=90))).due_at == NOW + timedelta(seconds=90)


def test_nothing_is_queued_past_its_deadline() -> None:
    outcome = TryLater("busy", timedelta(minutes=10))
    assert settled(outcome, expires_at=NOW + timedelta(minutes=5)).state == "expired"


def test_tries_have_an_end() -> None:
    assert settled(TryLater("busy"), tries=MOST_TRIES).state == "failed"


@given(st.integers(0, 200), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_nothing_and_never_too_long(tries: int, chance: float) -> None:
    wait = backoff(tries, 2 * SECOND, 900 * SECOND, chance)
    assert SECOND <= wait <= 900 * SECOND


def test_a_throttled_channel_rests_longer_each_time_and_recovers() -> None:
    mood = Mood()
    rests = []
    for _ in range(12):
        mood.resting_until = None
        mood.hear([TryLater("slow down")], NOW)
        assert mood.resting_until is not None
        rests.append(mood.resting_until - NOW)
    assert rests[:3] == [SECOND, 2 * SECOND, 4 * SECOND]
    assert rests[-1] == LONGEST_REST
    mood.hear([Accepted()], NOW)
    assert mood.resting_until is None


def test_a_broken_channel_is_paused_and_probed_until_it_works() -> None:
    mood = Mood()
    for _ in range(9):
        mood.hear([ChannelBroken("no credit")], NOW)
    assert mood.news["paused"] is True
    assert mood.news["probe_at"] == NOW + LONGEST_PROBE
    mood.hear([Accepted()], NOW)
    assert mood.news["paused"] is False


@given(
    st.floats(0.5, 500),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 300)), min_size=1, max_size=60),
)
def test_the_pace_is_never_passed(tps: float, asks: list[tuple[int, int]]) -> None:
    window = max(SECOND / tps, timedelta(milliseconds=100))
    next_at, now, sent = None, NOW, []
    for wanted, wait_ms in asks:
        now += timedelta(milliseconds=wait_ms)
        allowed, start = allowance(next_at, now, tps, window)
        if taken := min(allowed, wanted):
            next_at = start + timedelta(seconds=taken / tps)
            sent += [now] * taken
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            stretch = (sent[last] - sent[first] + window).total_seconds()
            assert last - first + 1 <= stretch * tps + 1.001
