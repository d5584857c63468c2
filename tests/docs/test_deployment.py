"""The deployment guide names what is there: every metric, every deadline, the doctor's words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import operations
from app.cli import commands, doctor
from app.delivery import exchange, server
from app.hooks import door, reading
from app.intake import desk
from app.main import put_together
from app.running import Muster
from app.settings import ChannelSettings, Settings
from app.store import engine, patience
from tests.rig.server import every_channel

GUIDE = Path("docs/deployment.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## ", re.MULTILINE)


def section(title: str) -> str:
    (found,) = [part for part in SECTION.split(GUIDE) if part.startswith(title + "\n")]
    return found


@pytest.fixture
def muster(sqlite_url: str, tmp_path: Path) -> Iterator[Muster]:
    channel = ChannelSettings(**every_channel("http://127.0.0.1:9/")["simulator"])
    spool = {"path": tmp_path / "spool.db"}
    made = put_together(
        Settings(
            database_url=sqlite_url,
            data_folder=tmp_path,
            simulator=False,
            channels={"simulator": channel},
            spool=spool,
        )
    )
    yield made
    made.desk.close()
    made.store.close()


def exposed(muster: Muster) -> set[str]:
    """Every metric of ours that a scrape shows, of a process that has taken something in."""
    muster.desk.counts.sizes.append(1)
    app = FastAPI()
    app.include_router(operations.router(muster, door.Door(app, muster.channels, muster.desk)))
    text = TestClient(app).get("/metrics").text
    return set(re.findall(r"^# TYPE (muster_\w+) ", text, re.MULTILINE))


def test_every_metric_of_the_guide_exists_and_every_metric_is_in_the_guide(muster):
    named = set(re.findall(r"`(muster_[a-z_]+)", section("Metrics and alarms")))

    assert named == exposed(muster)
    assert "muster_spool_items" in named


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("connecting to a database host", patience.CONNECT_WITHIN),
        ("a statement", 30),
        ("a statement or commit of the intake, with no answer", desk.ANSWER_WITHIN),
        ("any answer of the database", patience.LONGEST_ANSWER),
        ("SQLite's writer", engine.BUSY_SECONDS),
        ("the body of a webhook", reading.READ_DEADLINE),
        ("an exchange with a carrier", exchange.DEADLINE),
        ("a channel's lease", server.LEASE.total_seconds()),
        ("a message in the air", server.SEND_LEASE.total_seconds()),
    ],
)
def test_deadlines_are_those_of_the_code(what, seconds):
    (row,) = [line for line in section("Deadlines").splitlines() if line.startswith(f"| {what} |")]
    assert row.split("|")[2].strip().startswith(f"{seconds:.0f} s")


def test_timeouts_of_postgresql_are_those_of_the_code():
    for name, value in (("statement_timeout", 30), ("lock_timeout", 10)):
        assert f"{name}={value}s" in engine.POSTGRES_TIMEOUTS
        assert name in section("Deadlines")
    assert f"{desk.MOST_PENDING:,}" in section("Metrics and alarms")


def test_the_guide_knows_what_the_doctor_looks_at(muster):
    rows = re.findall(r"^\| (\w+) \|", section("What the doctor says"), re.MULTILINE)
    looked_at = {finding.what.partition(":")[0] for finding in doctor.examine(muster.settings)}

    assert looked_at <= {*rows, *(f"channel {name}" for name in muster.channels)}


def test_commands_of_the_guide_exist():
    commands_ = {
        command.name or command.callback.__name__ for command in commands.app.registered_commands
    }
    groups = {group.name for group in commands.app.registered_groups}
    for word in re.findall(r"muster (serve|work|doctor|db|flows)\b", GUIDE):
        assert word in commands_ | groups
