"""What leaves the house: a wheel of the listed files alone, and a bill of what they need."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.test_project import ROOT, tracked

PACKAGES = ("app", "gateway_adapters", "migrations")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built as for a release; a file of nobody's that lies in a package would be in it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    made = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert made.returncode == 0, made.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_holds_the_listed_files_alone_and_all_of_them(wheel: zipfile.ZipFile) -> None:
    listed = {str(path.relative_to(ROOT)) for path in tracked()}
    shipped = {name for name in listed if name.split("/")[0] in PACKAGES}
    held = set(wheel.namelist())
    about = {name for name in held if name.startswith("muster-") and ".dist-info/" in name}
    assert held - about == shipped
    assert {name.partition("/")[2] for name in about} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_nothing_of_a_machine_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        assert not re.search(r"(^|/)(\.|tests/|data/|__pycache__)|\.(db|key|pem|toml~|log)$", name)
        assert str(ROOT).encode() not in wheel.read(name), name


def test_the_bill_of_materials_names_what_is_locked_and_what_is_vendored() -> None:
    said = subprocess.run([sys.executable, ROOT / ".ci" / "sbom"], capture_output=True, check=True)
    bill = json.loads(said.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {one["purl"]: one for one in bill["components"]}
    assert len(named) == len(bill["components"])
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", lock, re.MULTILINE)
    assert {f"pkg:pypi/{name}@{version}" for name, version in pins} == {
        purl for purl in named if purl.startswith("pkg:pypi/")
    }
    hashes = [
        p["value"] for one in named.values() for p in one["properties"] if len(p["value"]) == 64
    ]
    assert set(re.findall(r"sha256:([0-9a-f]{64})", lock)) <= set(hashes)
    vendored = tomllib.loads((ROOT / "app" / "static" / "VENDORED.toml").read_text("utf-8"))
    for package in vendored["package"]:
        purl = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
        assert named[purl]["licenses"] == [{"expression": package["licence"]}]
