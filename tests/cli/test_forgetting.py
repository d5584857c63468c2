"""`muster forget`: asks first, deletes, and leaves a line in the audit."""

from pathlib import Path

from typer.testing import CliRunner

from app.cli.commands import app
from app.store import participants
from app.store.engine import open_store
from app.store.ids import Ids


def test_a_number_is_forgotten(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    store = open_store(f"sqlite:///{tmp_path}/data/muster.db")
    with store.write() as db:
        participants.hold(db, ["+989121234567"], Ids(1))
    store.close()

    assert runner.invoke(app, ["forget", "09121234567"], input="n\n").exit_code == 1
    done = runner.invoke(app, ["forget", "0912 123 4567", "--yes", "--rewrite"])
    assert (done.exit_code, done.output.split()) == (0, ["1", "participants"])
    assert runner.invoke(app, ["forget", "09121234567", "--yes"]).exit_code == 2
    assert b"9121234567" not in (tmp_path / "data/muster.db").read_bytes()
    assert "the chain holds: 1:" in runner.invoke(app, ["audit", "verify"]).output
