"""The real server as a process between a sender and a stub carrier."""

import pytest

from tests.rig.carrier import a_carrier
from tests.rig.server import Muster, every_channel


@pytest.fixture
def carrier():
    with a_carrier() as carrier:
        yield carrier


@pytest.fixture
def muster(carrier, database_url, tmp_path):
    """A server, migrated and ready, on each kind of database."""
    settings = {"database_url": database_url}
    muster = Muster(tmp_path / "muster", every_channel(carrier.url()), settings)
    server = muster.serve()
    yield muster
    server.stop()
