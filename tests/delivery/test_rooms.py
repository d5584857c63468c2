from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.delivery.rooms import is_quiet


@pytest.mark.parametrize(
    ("quiet", "loud_hours"),
    [
        (None, set(range(24))),
        ((22, 7), set(range(7, 22))),
        ((13, 15), set(range(24)) - {13, 14}),
        ((0, 24), set()),
    ],
)
def test_bulk_rests_between_the_hours_of_the_channels_zone(quiet, loud_hours):
    channel = SimpleNamespace(quiet=quiet, zone="Etc/GMT-3")  # three hours ahead of Greenwich
    moments = [datetime(2026, 11, 22, (hour - 3) % 24, 30, tzinfo=UTC) for hour in range(24)]
    assert {hour for hour in range(24) if not is_quiet(channel, moments[hour])} == loud_hours
