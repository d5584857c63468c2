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
    os.environ["MUSTER_OPERATOR_PASSWORD"] = PASSWORD
    for role in ("viewer", "helper", "manager", "admin"):
        muster.run("operators", "add", role, "--role", role)
    return muster, muster.serve()
