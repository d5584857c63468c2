"""`muster demo`: an invented campaign, made by the real engine, never in production."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli.commands import app
from app.store.engine import open_store
from app.store.schema import conversations, group_history, groups, inbox, outbox, participants


@pytest.fixture
def demo(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSTER_DATABASE_URL", sqlite_url)

    def run(*words: str, **environment: str):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(app, ["demo", *words])

    return run


def rows(url, table):
    store = open_store(url, 1)
    try:
        with store.read() as db:
            return list(db.execute(select(table)))
    finally:
        store.close()


def test_a_campaign_to_look_at(demo, sqlite_url):
    done = demo("--groups", "60", "--seed", "3")
    assert done.exit_code == 0, done.output
    found = rows(sqlite_url, groups)
    assert 40 <= len(found) <= 90
    assert len({one.province for one in found}) > 12
    assert all(one.name for one in found)
    assert {one.status for one in found} >= {"registered", "verified"}
    times = [one.created_at for one in sorted(found, key=lambda one: one.id)]
    assert times == sorted(times), "the order of ids is the order of times"
    assert (times[-1] - times[0]).days > 5

    states = Counter(one.state for one in rows(sqlite_url, outbox))
    assert {"queued", "sent", "delivered", "failed"} <= states.keys()
    assert states["delivered"] > 0.8 * states.total()
    stands = {one.standing for one in rows(sqlite_url, conversations)}
    assert {"done", "open"} <= stands
    assert {"handled", "unread"} == {one.state for one in rows(sqlite_url, inbox)}
    assert {one.who for one in rows(sqlite_url, group_history)} & {"operator:maryam"}
    people = rows(sqlite_url, participants)
    assert all(one.first_seen_at <= one.last_seen_at for one in people)


def test_the_same_seed_makes_the_same_groups(demo, sqlite_url, tmp_path):
    names = []
    for seed in ("5", "5", "6"):
        copy = tmp_path / f"{len(names)}.db"
        copy.write_bytes(Path(sqlite_url.removeprefix("sqlite:///")).read_bytes())
        url = f"sqlite:///{copy}"
        demo("--groups", "8", "--seed", seed, MUSTER_DATABASE_URL=url)
        names.append({one.name for one in rows(url, groups)})
    assert len(names[0]) > 4
    assert names[0] == names[1]
    assert names[0] != names[2]


def test_never_in_production(demo, sqlite_url):
    secret = {"MUSTER_ENVIRONMENT": "production", "MUSTER_SECRET_KEY": "k" * 40}
    channel = '{"a": {"adapter": "simulator", "secrets": ["0123456789abcdef"], "options": {}}}'
    done = demo(**secret, MUSTER_CHANNELS=channel)
    assert done.exit_code == 2
    assert "production" in done.output
    assert rows(sqlite_url, groups) == []


def test_never_where_somebody_could_be_texted(demo):
    done = demo(MUSTER_SIMULATOR="false")
    assert done.exit_code == 2
    assert "simulated" in done.output


def test_never_among_real_groups(demo):
    assert demo("--groups", "3").exit_code == 0
    again = demo("--groups", "3")
    assert again.exit_code == 2
    assert "holds groups already" in again.output
