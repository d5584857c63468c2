"""Faults come in a short form, run with the other tests, and a long one: `make faults`."""

import os
import secrets

import pytest

from tests.rig.carrier import a_carrier


@pytest.fixture
def carrier():
    with a_carrier() as carrier:
        yield carrier


def short_and_long(short, long):
    """Run a test with `times` small among the other tests and large by `make faults`."""
    return pytest.mark.parametrize(
        "times",
        [
            pytest.param(short, marks=pytest.mark.timeout(600)),
            pytest.param(long, marks=[pytest.mark.faults, pytest.mark.timeout(3600)]),
        ],
    )


def a_seed():
    """Another one each time, printed; `MUSTER_SEED` plays one again."""
    seed = int(os.environ.get("MUSTER_SEED") or secrets.randbelow(10**9))
    print(f"MUSTER_SEED={seed}")
    return seed
