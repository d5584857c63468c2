"""What the documents name is there: commands with their options, settings with defaults, links."""

import re
import shlex
from itertools import chain
from pathlib import Path

import pytest
import typer.main

from app.cli.commands import app
from app.settings import ChannelSettings, Settings, SpoolSettings

DOCUMENTS = [
    Path("README.md"),
    Path("CHANGELOG.md"),
    Path("gateway_adapters/README.md"),
    *sorted(Path("docs").glob("*.md")),
    *sorted(Path("docs/decisions").glob("*.md")),
]
CODE = re.compile(r"^```\w*\n(.*?)^```|^    (\S.*)$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
CALLS = re.compile(r"(?:^|[ /|(])muster ((?:[a-z]+|--help)\b[^\n|#;&)]*)", re.MULTILINE)
PROGRAM = typer.main.get_command(app)

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=str)


def calls_in(text: str) -> list[str]:
    code = ("".join(found) for found in CODE.findall(text))
    return list(chain.from_iterable(CALLS.findall(part.replace("\\\n", " ")) for part in code))


def wrong_with(call: str) -> str:
    """Walk down to the command and compare its options; empty if all of it exists."""
    command, words = PROGRAM, shlex.split(re.sub(r"<[^>]*>|…|\.\.\.", "x", call))
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        return "" if getattr(command, "invoke_without_command", False) else f"no {words[0]}"
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    strange = [word for word in words if word.startswith("--") and word not in {*known, "--help"}]
    return f"no {strange}" if strange else ""


@every_document
def test_every_command_exists_with_its_options(document):
    calls = calls_in(document.read_text(encoding="utf-8"))
    assert [(call, why) for call in calls if (why := wrong_with(call))] == []


def test_a_command_that_is_not_there_would_be_found():
    calls = calls_in("`muster serve --host x`\n\n    muster operators reset sara   # gone\n")
    assert calls == ["serve --host x", "operators reset sara   "]
    assert [wrong_with(call) for call in calls] == ["", "no reset"]
    assert wrong_with("work --port 1") == "no ['--port']"


@every_document
def test_every_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!http)([^)#\s]*)(?:#([^)\s]*))?\)", text):
        there = document.parent / target if target else document
        assert there.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in heads}


def table(title: str) -> dict[str, str]:
    text = Path("docs/configuration.md").read_text(encoding="utf-8")
    (part,) = [each for each in text.split("\n## ") if each.startswith(title + "\n")]
    return dict(re.findall(r"^\| `([\w.]+)` \| (.*?) \|", part, re.MULTILINE))


def defaults_of(model) -> dict[str, object]:
    return {name: field.get_default() for name, field in model.model_fields.items()}


def test_every_setting_stands_in_the_table_with_its_default():
    nested = {f"spool.{name}": value for name, value in defaults_of(SpoolSettings).items()}
    settings = defaults_of(Settings) | nested
    del settings["spool"], settings["channels"]
    for told, real in (
        (table("At the top"), settings),
        (table("Channels"), defaults_of(ChannelSettings)),
    ):
        assert told.keys() == real.keys()
        plain = {key: value.strip("`") for key, value in told.items()}
        for key, default in real.items():
            if isinstance(default, bool):
                assert plain[key] == str(default).lower(), key
            elif isinstance(default, int | float | str | Path) and default != "":
                assert plain[key] == f"{default:g}" if isinstance(default, float) else str(default)
