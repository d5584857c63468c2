"""`muster flows`, as somebody at a terminal meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.flows import app

FLOWS = Path(__file__).parents[1] / "conversation" / "flows"
LINES = ("۹", "بله", "همیاران امید", "اصفهان", "کاشان", "۱و۳", "۲۵", "رد", "بله")


def play(*options: str, lines: tuple[str, ...] = LINES) -> str:
    command = ["play", "tiny", "--folder", str(FLOWS), *options]
    result = CliRunner().invoke(app, command, input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.output
    return result.stdout


def played(*options: str, lines: tuple[str, ...] = LINES) -> list[dict]:
    return [json.loads(line) for line in play(*options, "--json", lines=lines).splitlines()]


def test_one_hears_what_the_person_would() -> None:
    said = play("--lang", "fa")
    assert said.startswith(
        "آیا می‌پذیرید که اطلاعات گروه شما ثبت شود؟\n۱. بله\n۲. خیر\n\nنام گروه شما چیست؟"
    )
    assert said.endswith("ثبت شد. کد پیگیری شما ۱۰۰۰۰۰۰۹ است.\n\n")


def test_one_object_a_turn() -> None:
    turns = played("--lang", "fa", "--channel", "sms")
    assert [turn["heard"] for turn in turns] == list(LINES)
    assert turns[5]["segments"] == [1]
    assert turns[4]["segments"] == [2]
    assert [turn["step"] for turn in turns][-3:] == ["offer", "summary", "end"]
    assert turns[-1]["standing"] == "done"
    assert turns[1]["effects"][0]["kind"] == "consented"
    assert turns[-1]["effects"][0]["fields"]["members"] == 25


def test_a_screen_is_dialled_and_everything_fits_it() -> None:
    turns = played("--channel", "ussd", lines=LINES[1:])
    assert turns[0]["heard"] == "@ dial"
    assert all(len(turn["says"]) == 1 and len(turn["says"][0]) <= 80 for turn in turns)
    assert [turn["more"] for turn in turns] == [True] * 8 + [False]
    assert turns[-1]["by_sms"]


@pytest.mark.parametrize("channel", ["sms", "ussd", "web"])
def test_a_recorded_conversation_is_a_script_that_passes(channel: str, tmp_path: Path) -> None:
    for name in ("tiny.yaml", "places.csv", "subjects.yaml"):
        (tmp_path / name).write_text((FLOWS / name).read_text())
    lines = LINES if channel == "sms" else LINES[1:]
    script = play(
        "--lang", "fa", "--channel", channel, "--record", lines=(*lines, "@ +2 days", "سلام")
    )
    (tmp_path / "recorded.script").write_text(script)
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--no-table"])
    assert result.exit_code == 0, result.output
    assert f"ok    {tmp_path}/recorded.script [fa, {channel}]" in result.stdout


def test_time_passes_and_dialogs_die() -> None:
    said = play(
        "--lang", "en", lines=("join", "@ +20 hours", "@ dial", "@ hang up", "@ sms", "yes")
    )
    assert "Sign-up is not finished yet. The question was:" in said
    assert said.endswith("What is your group called?\n\n")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["play", "nothing", "--folder", str(FLOWS)], "there is no flow 'nothing'"),
        (["play", "tiny", "--folder", str(FLOWS / "none")], "there is no such folder"),
        (["play", str(FLOWS / "none.yaml")], "cannot be read"),
        (["check", str(FLOWS / "none")], "cannot be read"),
    ],
)
def test_what_is_not_there_is_said_plainly(command: list[str], said: str) -> None:
    result = CliRunner().invoke(app, command)
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_the_shipped_flows_pass_and_every_way_is_walked() -> None:
    result = CliRunner().invoke(app, ["check", "--json"])
    report = json.loads(result.stdout)
    assert report["problems"] == []
    assert {one["flow"]: one["missed"] for one in report["coverage"]}["signup"] == []
    dear = [row for row in report["texts"] if row["language"] == "fa" and row["segments"] > 2]
    assert {row["step"] for row in dear} <= {"summary", "summary_individual"}
    assert all(row["segments"] <= 4 for row in dear)
