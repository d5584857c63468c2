"""Load comes from the bench's own generators, on databases that really sync to disk."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from bench import paced
from bench.carrier import Carrier, a_carrier
from bench.house import Databases, Serving, databases
from bench.paced import Pace
from bench.run import HERE


@pytest.fixture(scope="module")
def places() -> Iterator[Databases]:
    with databases() as made:
        yield made


@pytest.fixture
def stub(places: Databases) -> Iterator[Carrier]:
    with a_carrier(places.folder) as carrier:
        yield carrier


def sent_on_schedule(place: Serving, rate: int, seconds: float, **changes: Any) -> dict[str, Any]:
    """Send texts at a rate, whatever the server does; gives what became of them."""
    given = {"warm_up": 3, "prefix": "load-", "first_person": 0, **changes}
    head = place.head("simulator")
    command = paced.command(Pace(place.muster.port, head, rate, seconds, **given))
    done = subprocess.run(
        command, check=True, capture_output=True, cwd=HERE, timeout=4 * seconds + 60
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
