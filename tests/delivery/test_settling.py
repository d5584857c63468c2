from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.rooms import batches, room
from app.delivery.settling import (
    FAULTS,
    FAULTS_WITHIN,
    LONGEST_PROBE,
    LONGEST_REST,
    LOOK_AGAIN_AFTER,
    MOST_TRIES,
    Mood,
    Settled,
    allowance,
    backoff,
    settle,
)
from app.intake.channel import Channel
from gateway_adapters.contract import (
    Accepted,
    ChannelBroken,
    Outcome,
    Refused,
    TryLater,
    Unclear,
)
from gateway_adapters.simulator import Simulator

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


def test_being_throttled_for_long_fails_nobody() -> None:
    outcome = TryLater("slow down", 10 * SECOND)
    assert settled(outcome, tries=5 * MOST_TRIES).state == "queued"


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
    mood, now = Mood(), NOW
    for _ in range(9):
        mood.hear([ChannelBroken("no credit")], now)
        waited = mood.news["probe_at"] - now
        mood.hear([ChannelBroken("no credit")], now)  # in the air at the same time: no probe
        assert mood.news["probe_at"] - now == waited
        now = mood.news["probe_at"]
    assert mood.news["paused"] is True
    assert waited == LONGEST_PROBE
    mood.hear([Accepted()], now)
    assert mood.news["paused"] is False


def test_a_request_is_throttled_once_however_many_messages_it_held() -> None:
    mood = Mood()
    mood.hear([TryLater("slow down")] * 100, NOW)
    assert mood.resting_until == NOW + SECOND


@pytest.mark.parametrize("outcome", [Unclear("no answer"), TryLater("not there")])
def test_five_exchanges_that_fail_in_a_row_open_the_breaker(outcome: Outcome) -> None:
    mood, now = Mood(), NOW
    for _ in range(FAULTS - 1):
        mood.hear([outcome] * 3, now)
        now += 6 * SECOND
    assert "paused" not in mood.news
    mood.hear([outcome] * 3, now)
    assert mood.news["paused"] is True
    assert mood.news["probe_at"] == now + LOOK_AGAIN_AFTER
    now = mood.news["probe_at"]
    mood.hear([outcome], now)
    assert mood.news["probe_at"] == now + 2 * LOOK_AGAIN_AFTER
    mood.hear([Accepted()], now)
    assert mood.news["paused"] is False


@pytest.mark.parametrize(
    "between",
    [Accepted(), Refused("bad number"), TryLater("slow down", SECOND)],
)
def test_exchanges_with_a_reason_between_keep_the_breaker_shut(between: Outcome) -> None:
    mood = Mood()
    for _ in range(4 * FAULTS):
        mood.hear([between if isinstance(between, TryLater) else Unclear("no answer")], NOW)
        mood.hear([between], NOW)
    assert "paused" not in mood.news


def test_faults_far_apart_keep_the_breaker_shut() -> None:
    mood = Mood()
    for number in range(4 * FAULTS):
        mood.hear([Unclear("no answer")], NOW + number * FAULTS_WITHIN / 4)
    assert "paused" not in mood.news


def test_what_staff_paused_is_not_ours_to_resume() -> None:
    mood = Mood()
    mood.hear([ChannelBroken("no credit")], NOW)
    mood.know(None)
    mood.news = {}
    mood.hear([Accepted()], NOW)
    assert "paused" not in mood.news


def test_a_pause_outlives_the_worker_that_made_it() -> None:
    mood = Mood()
    mood.know(NOW)
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


class OneSender(Simulator):
    batch_size = 10
    one_sender = True


@given(
    st.integers(1, 20),
    st.integers(1, 6),
    st.integers(0, 20),
    st.lists(st.integers(0, 5), max_size=400),
)
def test_what_is_claimed_fits_into_the_free_connections(
    connections: int, lines: int, busy: int, senders: list[int]
) -> None:
    adapter = OneSender(secret="s", send_url="http://127.0.0.1:9/")
    named = tuple(f"{line}" for line in range(lines))
    channel = Channel("main", adapter, ("x",), named, connections=connections)
    free = max(0, connections - busy)
    limit = room(free, (connections - free) * 10, channel, 2000)
    rows = [SimpleNamespace(line=f"{sender % lines}") for sender in senders][:limit]
    cut = batches(rows, OneSender)  # type: ignore[arg-type]
    assert len(cut) <= free
    assert sum(map(len, cut)) == len(rows)
    assert all(len({row.line for row in batch}) == 1 and len(batch) <= 10 for batch in cut)
