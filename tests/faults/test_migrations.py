"""A migration that is killed leaves nothing half done: it starts again and ends right."""

import signal
import subprocess
import sys
from random import Random

import pytest

from app.store import migrate
from app.store.engine import open_store
from tests.faults.conftest import a_seed, short_and_long

pytestmark = pytest.mark.slow

DIES_AT = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from app.store.migrate import upgrade

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
print("ended")
"""
STATEMENTS = 90  # fewer than a migration from nothing has


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@short_and_long(2, 20)
def test_a_migration_killed_at_any_statement(postgres, tmp_path, times, kind):
    sqlite = f"sqlite:///{tmp_path}/muster.db"
    url = sqlite if kind == "sqlite" else postgres.url(postgres.create_database())
    chance = Random(a_seed())
    for _ in range(times):
        dies_at = str(chance.randrange(1, STATEMENTS))
        done = subprocess.run(
            [sys.executable, "-c", DIES_AT, url, dies_at],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
    migrate.upgrade(url)
    store = open_store(url)
    assert migrate.is_current(store)
    assert migrate.differences(store) == []
    store.close()
