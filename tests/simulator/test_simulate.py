"""`muster simulate` as a command, against the real server."""

import json
import re
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from tests.rig.ports import free_port
from tests.rig.server import MUSTER, PROOF, SECRET, Muster
from tests.simulator.service import Phone, eventually

CROWD = ("--rate", "200", "--think", "0.1", "--misbehave", "0.1", "--minutes", "2", "--json")


def elsewhere():
    return {
        "adapter": "simulator",
        "secrets": [SECRET],
        "lines": ["30001152"],
        "tps": 5000,
        "options": {"secret": PROOF, "send_url": f"http://127.0.0.1:{free_port()}/sends"},
    }


def without_quiet_hours(folder):
    """Copy the shipped flows, but reminders go out at any hour: tests run at night too."""
    shutil.copytree("app/flows", folder)
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"quiet: .*", 'quiet: {from: "00:00", to: "00:00"}', text), encoding="utf-8"
        )
    return folder


@pytest.fixture(scope="module")
def muster(tmp_path_factory):
    """A server with its own simulated carrier, and a channel whose carrier is elsewhere."""
    folder = tmp_path_factory.mktemp("crowd")
    settings = {"simulator": True, "flows": without_quiet_hours(folder / "flows")}
    muster = Muster(folder, {"elsewhere": elsewhere()}, settings)
    muster.run("db", "upgrade")
    server = muster.serve()
    yield muster
    server.stop()


def simulate(muster, *words):
    return subprocess.run(
        [MUSTER, "simulate", *words],
        cwd=muster.folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("channel", "seed"), [("simulator", "6"), ("elsewhere", "7")])
def test_a_crowd_signs_up_and_every_group_is_accounted_for(muster, channel, seed):
    done = simulate(muster, "--people", "40", "--channel", channel, "--seed", seed, *CROWD)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert said["texts"]["acknowledged"] == said["texts"]["sent"] > 300
    assert said["registered"] == said["ends"]["done"] > 20
    assert said["ends"]["left"] > 0
    assert said["answers"] >= said["texts"]["sent"]
    wrong = ("missing", "doubled", "registered_untold", "answers_to_strangers")
    assert {name: said[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert "unanswered" not in said["ends"]
    assert len(muster.api_items("groups")) >= said["registered"]
    assert (done.returncode == 0) == said["clean"]


@pytest.mark.slow
def test_the_time_machine_brings_the_reminder(muster):
    with Phone(muster.url, "+989120007777") as phone:
        phone.ask("text", text="۹")
        question = phone.bubbles("taken", "reported")[1]["text"]
        assert phone.ask("hasten").json() == {"hastened": True}
        eventually(lambda: len(phone.shown()["bubbles"]) > 2)
        eventually(lambda: phone.shown()["bubbles"][-1]["text"].endswith(question))
        phone.ask("text", text="لغو")
        eventually(lambda: "۱۲" in phone.shown()["bubbles"][-1]["text"])
        assert phone.ask("hasten").json() == {"hastened": False}
    with Phone(muster.url, "+989120007778") as nobody:
        assert nobody.ask("hasten").json() == {"hastened": False}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--url", "http://192.0.2.1:8000"), "not on this machine"),
        (("--channel", "nowhere"), "no channel"),
        (("--flow", "nothing"), "no flow"),
        (("--people", "0"), "--people"),
        (("--people", "1000000"), "--people"),
        (("--rate", "100000"), "--rate"),
    ],
)
def test_what_cannot_be_played_is_refused(tmp_path, monkeypatch, words, reason):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["simulate", *words])
    assert done.exit_code == 2
    assert reason in re.sub(r"\x1b\[[0-9;]*m", "", done.output)


def test_no_crowd_comes_to_a_server_in_production(tmp_path, monkeypatch):
    settings = {"environment": "production", "secret_key": "k" * 64, "simulator": True}
    muster = Muster(tmp_path, {"elsewhere": elsewhere()}, settings)
    monkeypatch.chdir(muster.folder)
    done = CliRunner().invoke(app, ["simulate", "--channel", "elsewhere"])
    assert done.exit_code == 2
    assert "production" in done.output
