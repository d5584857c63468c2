"""Publishing a flow while people are inside, through the command itself."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from app.conversation.load import load_flows
from app.store import conversations, flow_versions
from app.store.engine import open_store
from app.store.ids import Ids
from app.store.participants import hold
from app.store.schema import conversations as table

MINI = Path(__file__).parents[1] / "intake/flows/mini.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "mini.yaml").write_text(MINI.read_text(encoding="utf-8"), encoding="utf-8")
    return flows


@pytest.fixture
def inside(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Somebody waits at `members` of version 1."""
    monkeypatch.setenv("MUSTER_DATABASE_URL", database_url)
    monkeypatch.setenv("MUSTER_FLOWS", str(folder))
    monkeypatch.chdir(tmp_path)
    store = open_store(database_url)
    mini = load_flows(folder).current("mini")
    assert mini is not None
    with store.write() as db:
        now, people = hold(db, ["+989120000001"], Ids(7))
        flow_versions.publish(db, "mini", 1, mini.digest, mini.files)
        row = {
            "id": 1,
            "participant_id": people["+989120000001"].id,
            "flow": "mini",
            "version": 1,
            "language": "en",
            "step": "members",
            "standing": "open",
            "answers": {"name": "Helpers"},
            "state": {},
            "flagged": "",
            "wake_at": None,
            "channel": "main",
            "line": "",
            "started_at": now,
            "updated_at": now,
        }
        conversations.add(db, [row])
    store.close()
    return database_url


def change(folder: Path, *pairs: tuple[str, str]) -> None:
    path = folder / "mini.yaml"
    text = path.read_text(encoding="utf-8").replace("version: 1", "version: 2")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def publish(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["flows", "publish", "mini", *words])
    return done.exit_code, done.output


def stands(url: str) -> tuple[int, str, dict[str, object]]:
    store = open_store(url)
    with store.read() as db:
        row = db.execute(table.select()).one()
    store.close()
    return row.version, row.step, row.answers


def test_people_stay_on_their_version(inside: str, folder: Path) -> None:
    change(folder, ("How many members?", "How many are you?"))
    code, told = publish()
    assert code == 0
    assert "mini version 1: 1 people inside" in told
    assert "mini version 2 published" in told
    assert stands(inside) == (1, "members", {"name": "Helpers"})


def test_people_are_moved_along_when_asked(inside: str, folder: Path) -> None:
    change(folder, ("  members:\n", "  size:\n"), ("next: members", "next: size"))
    code, told = publish("--move", "--step", "members=size")
    assert code == 0, told
    assert "1 conversations moved along" in told
    assert stands(inside) == (2, "size", {"name": "Helpers"})


def test_what_would_strand_somebody_is_refused(inside: str, folder: Path) -> None:
    change(folder, ("  members:\n", "  size:\n"), ("next: members", "next: size"))
    code, told = publish("--move")
    assert code == 2
    assert "STRANDED" in told
    assert stands(inside) == (1, "members", {"name": "Helpers"})


def test_other_words_want_another_version(
    inside: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_ENVIRONMENT", "production")
    monkeypatch.setenv("MUSTER_SECRET_KEY", "k" * 40)
    channel = '{"a":{"adapter":"kannel","secrets":["0123456789abcdef"],"options":{}}}'
    monkeypatch.setenv("MUSTER_CHANNELS", channel)
    path = folder / "mini.yaml"
    text = path.read_text(encoding="utf-8").replace("How many members?", "How many?")
    path.write_text(text, encoding="utf-8")
    code, told = publish()
    assert code == 2
    assert "published with other words" in told


def answered(url: str, **answers: object) -> None:
    store = open_store(url)
    with store.write() as db:
        db.execute(table.update().values(answers={"name": "Helpers", **answers}))
    store.close()


def test_what_moving_would_lose_is_shown_and_asked_about(inside: str, folder: Path) -> None:
    answered(inside, motto="Together")
    change(folder, ("How many members?", "How many are you?"))

    done = CliRunner().invoke(app, ["flows", "publish", "mini", "--move"], input="n\n")
    assert done.exit_code == 1
    assert "1 people would lose answers" in done.output
    assert "1  motto" in done.output
    assert "published" not in done.output
    assert stands(inside) == (1, "members", {"name": "Helpers", "motto": "Together"})

    done = CliRunner().invoke(app, ["flows", "publish", "mini", "--move"], input="y\n")
    assert done.exit_code == 0, done.output
    assert stands(inside) == (2, "members", {"name": "Helpers"})


def test_yes_skips_the_question(inside: str, folder: Path) -> None:
    answered(inside, motto="Together")
    change(folder, ("How many members?", "How many are you?"))
    code, told = publish("--move", "--yes")
    assert code == 0, told
    assert "1  motto" in told, "it is shown all the same"
    assert stands(inside) == (2, "members", {"name": "Helpers"})


@pytest.mark.parametrize("empty", ["", None, []])
def test_what_was_never_answered_is_no_loss(inside: str, folder: Path, empty: object) -> None:
    answered(inside, motto=empty)
    change(folder, ("How many members?", "How many are you?"))
    code, told = publish("--move")
    assert code == 0, told
    assert "would lose" not in told
