import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.static import FOLDER, shared

SHIPPED = FOLDER
FOR_TESTS = Path(__file__).parents[1] / "browser"
LICENCES = {"MIT", "OFL-1.1", "ISC", "BSD-3-Clause", "BSD-2-Clause", "Apache-2.0", "0BSD"}
ONLY_FOR_TESTS = {"MPL-2.0"}

both_folders = pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "tests"])


def packages_in(folder: Path) -> list[dict]:
    return tomllib.loads((folder / "VENDORED.toml").read_text(encoding="utf-8"))["package"]


@both_folders
def test_every_vendored_file_is_the_one_that_was_published(folder):
    listed = {
        name: digest
        for package in packages_in(folder)
        for name, digest in package["sha256"].items()
    }
    found = {path.name: sha256(path) for path in (folder / "vendored").iterdir()}
    assert found == listed


@both_folders
def test_every_package_comes_with_its_licence(folder):
    allowed = LICENCES if folder is SHIPPED else LICENCES | ONLY_FOR_TESTS
    for package in packages_in(folder):
        assert package["version"]
        assert package["licence"] in allowed
        assert package["licence_file"] in package["sha256"]


def test_files_are_kept_by_browsers_when_their_address_names_the_content():
    files = shared()
    app = FastAPI()
    app.include_router(files.router())
    client = TestClient(app)
    page = files.url("vendored/pico.min.css")

    named = client.get(page)
    assert named.status_code == 200
    assert named.headers["content-type"].startswith("text/css")
    assert "immutable" in named.headers["cache-control"]
    assert client.get("/static/vendored/pico.min.css").headers["cache-control"] == "no-cache"
    again = client.get(page, headers={"if-none-match": named.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_a_stylesheet_asks_for_is_kept_too():
    files = shared()
    app = FastAPI()
    app.include_router(files.router())
    client = TestClient(app)
    sheet = client.get(files.url("font.css"))
    fonts = re.findall(r'url\("([^"]+)"\)', sheet.text)
    assert len(fonts) == 3
    for font in fonts:
        assert "immutable" in client.get(f"/static/{font}").headers["cache-control"]


def test_nothing_else_is_served():
    app = FastAPI()
    app.include_router(shared().router())
    client = TestClient(app)
    for name in ("VENDORED.toml", "__init__.py", "../main.py", "%2e%2e/main.py", "nowhere.css"):
        assert client.get(f"/static/{name}").status_code == 404


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
