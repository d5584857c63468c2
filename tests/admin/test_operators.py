"""Operators over the API, and by the commands."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.keys import app as keys_commands
from app.cli.operators import app as operator_commands
from app.store import audit, keys, staff
from app.store.engine import open_store
from tests.admin.builders import Api

GOOD = "درخت-سبز-در-باران"


def test_an_operator_comes_changes_and_goes(sqlite_api: Api) -> None:
    made = sqlite_api.post("/operators", {"name": "Sara", "role": "admin"}, 201)
    assert len(made["password"]) >= 16
    other = sqlite_api.post("/operators", {"name": "reza", "password": GOOD}, 201)
    assert (other["password"], other["role"], other["second_factor"]) == (None, "viewer", False)
    assert [row["name"] for row in sqlite_api.get("/operators")["items"]] == ["reza", "sara"]
    assert made["password"] not in str(sqlite_api.get("/operators"))

    path = f"/operators/{other['id']}"
    changed = sqlite_api.send("PATCH", path, {"role": "manager"})
    assert (changed["role"], changed["active"]) == ("manager", True)
    assert sqlite_api.send("PATCH", path, {"active": False})["active"] is False
    assert sqlite_api.post(f"{path}/reset")["password"] != GOOD
    assert sqlite_api.get(f"{path}/logins") == {"items": [], "next": None}
    sqlite_api.send("DELETE", f"{path}/logins", expect=204)
    what = {entry["what"] for entry in sqlite_api.get("/audit")["items"]}
    assert what == {"operator made", "operator changed", "operator reset", "logins ended"}


def test_one_admin_stays(sqlite_api: Api) -> None:
    made = sqlite_api.post("/operators", {"name": "sara", "role": "admin"}, 201)
    refused = sqlite_api.send("PATCH", f"/operators/{made['id']}", {"role": "viewer"}, 409)
    assert refused["detail"] == "One admin must stay."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "password": GOOD}, 422),
        ({"name": "sara", "password": "12345678"}, 422),
        ({"name": "sara", "password": "short"}, 422),
        ({"name": "sara", "role": "king"}, 422),
        ({"name": "taken", "password": GOOD}, 409),
    ],
)
def test_who_cannot_be_made(sqlite_api: Api, body: dict[str, str], status: int) -> None:
    if status == 409:
        sqlite_api.post("/operators", {"name": "taken", "password": GOOD}, 201)
    refused = sqlite_api.post("/operators", body, status)
    assert " " in refused["detail"], "a sentence, not a key of the console's texts"


def test_there_must_be_somebody(sqlite_api: Api) -> None:
    sqlite_api.send("PATCH", "/operators/9", {"active": False}, 404)
    sqlite_api.post("/operators/9/reset", expect=404)
    sqlite_api.get("/operators/9/logins", expect=404)


# --- the commands ---------------------------------------------------------------------------


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSTER_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MUSTER_OPERATOR_PASSWORD", GOOD)
    return CliRunner()


def test_a_key_is_printed_once_and_revoked_by_name(run: CliRunner, sqlite_url: str) -> None:
    made = run.invoke(keys_commands, ["add", "crm", "--scope", "write", "--days", "30"])
    key = made.stdout.split()[-1]
    assert key.startswith("mk_")
    assert run.invoke(keys_commands, ["add", "crm"]).exit_code == 2, "the name is in use"
    listed = run.invoke(keys_commands, ["list"]).stdout
    assert "crm" in listed
    assert key not in listed
    assert run.invoke(keys_commands, ["revoke", "crm"]).exit_code == 0
    assert run.invoke(keys_commands, ["revoke", "crm"]).exit_code == 2

    store = open_store(sqlite_url, 2)
    with store.read() as db:
        row = keys.every(db)[0]
        entries = audit.page(db, 10)
    store.close()
    assert row.revoked_at is not None
    assert (row.expires_at - row.created_at).days == 30
    assert [(e.who, e.what) for e in entries] == [("cli", "key revoked"), ("cli", "key made")]
    assert key not in str(entries)


def test_operators_by_command(run: CliRunner, sqlite_url: str) -> None:
    assert run.invoke(operator_commands, ["add", "sara", "--role", "admin"]).exit_code == 0
    assert run.invoke(operator_commands, ["add", "sara"]).exit_code == 2
    assert run.invoke(operator_commands, ["disable", "sara"]).exit_code == 2, "one admin stays"
    assert run.invoke(operator_commands, ["add", "reza"]).exit_code == 0
    assert run.invoke(operator_commands, ["disable", "reza"]).exit_code == 0
    assert "disabled" in run.invoke(operator_commands, ["list"]).stdout
    assert run.invoke(operator_commands, ["enable", "reza"]).exit_code == 0
    assert run.invoke(operator_commands, ["password", "reza"]).exit_code == 0
    assert run.invoke(operator_commands, ["password", "nobody"]).exit_code == 2
    bad = run.invoke(
        operator_commands, ["add", "ali"], env={"MUSTER_OPERATOR_PASSWORD": "12345678"}
    )
    assert bad.exit_code == 2

    store = open_store(sqlite_url, 2)
    with store.read() as db:
        assert [(row.name, row.role, row.active) for row in staff.every(db)] == [
            ("reza", "viewer", True),
            ("sara", "admin", True),
        ]
    store.close()
