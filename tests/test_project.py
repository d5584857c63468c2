"""What holds for the project as a whole: directions of import, words, lock files, leaks."""

import io
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Written with a gap so that this file does not hold what it looks for.
NEVER = (
    "/wo" + "rk/",
    "/fa" + "rm/",
    "/ro" + "ot/",
    "py" + "pi.org",
    "python" + "hosted",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "TYPE_" + "CHECKING:",
)


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_imports_run_one_way():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("words", NEVER)
def test_nothing_names_a_machine_or_a_registry(words):
    naming = [p.relative_to(ROOT) for p in tracked() if words.encode() in p.read_bytes()]
    assert naming == []


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", ".ci/bootstrap.lock"]
)
def test_lock_files_pin_and_hash_everything_and_name_no_index(name):
    lock = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", lock.strip())

    assert len(entries) > 5
    assert [e for e in entries if not re.match(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==\S+", e)] == []
    assert [e.split()[0] for e in entries if "--hash=sha256:" not in e] == []
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_lock_files_agree_on_every_version():
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: dev.get(name) for name in run} == run


def test_session_is_nobodys_name():
    """The ORM, USSD and the web each have one; the client library's class is the exception."""
    found = [
        f"{path.relative_to(ROOT)}:{token.start[0]} {token.string}"
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"app", "gateway_adapters"}
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.NAME and "session" in token.string.lower()
    ]
    assert [line for line in found if not line.endswith(" ClientSession")] == []


def test_no_room_is_called_after_nothing():
    empty_names = {"utils", "common", "helpers", "core", "services", "managers"}
    paths = [p.relative_to(ROOT) for p in tracked()]
    assert [p for p in paths if empty_names & {*p.parts, p.stem}] == []
