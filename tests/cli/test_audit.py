"""`muster audit`: the head that one keeps elsewhere, and what it finds."""

from pathlib import Path

from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.commands import app
from app.store.engine import open_store


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output.strip()


def test_the_head_proves_the_chain(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("db", "upgrade")[0] == 0
    assert run("keys", "add", "crm")[0] == 0
    code, head = run("audit", "head")
    assert code == 0
    assert head.startswith("1:")
    assert run("audit", "verify") == (0, f"the chain holds: {head}")
    assert run("audit", "verify", "--known", head)[0] == 0
    assert run("audit", "verify", "--known", "1:" + "0" * 64)[0] == 1
    assert run("audit", "verify", "--known", "nonsense")[0] == 2

    store = open_store(f"sqlite:///{tmp_path}/data/muster.db")
    with store.write() as db:
        db.execute(text("update audit set who = 'somebody'"))
    store.close()
    code, said = run("audit", "verify")
    assert code == 1
    assert "entry 1" in said
