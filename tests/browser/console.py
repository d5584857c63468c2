"""The console with people and messages in it, for tests in a browser."""

import os
from pathlib import Path

from tests.rig.processes import Program
from tests.rig.server import Muster

PASSWORD = "seven brown horses"


def lived_in(folder: Path, groups: int = 40) -> tuple[Muster, Program]:
    """A server with an invented campaign behind it and an operator of each role."""
    muster = Muster(folder, {}, {"simulator": True})
    muster.run("db", "upgrade")
    muster.run("demo", "--groups", str(groups))
    enrol(muster, "viewer", "helper", "manager", "admin")
    return muster, muster.serve()


def enrol(muster: Muster, *roles: str) -> None:
    """Add an operator of each role, called by it."""
    os.environ["MUSTER_OPERATOR_PASSWORD"] = PASSWORD
    for role in roles:
        muster.run("operators", "add", role, "--role", role)
