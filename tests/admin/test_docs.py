"""The API's own description, and the page that shows it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from app.admin.api.application import application
from tests.admin.builders import Api


@pytest.fixture
def document(sqlite_api: Api) -> dict[str, Any]:
    return application(sqlite_api.office).openapi()


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    named = {tag["name"] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["summary"][0].isupper(), where
            assert "_" not in operation["summary"], where
            assert set(operation["tags"]) <= named, where
            assert {"4XX", "5XX"} <= set(operation["responses"]), where
            assert operation["security"] == [{"HTTPBearer": []}], where
    assert len(document["paths"]) > 50


def test_every_body_has_an_example_that_fits(sqlite_api: Api, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bodies = {
        next(iter(body["content"].values()))["schema"].get("$ref", "").rpartition("/")[2]
        for item in document["paths"].values()
        for operation in item.values()
        if (body := operation.get("requestBody"))
    } - {""}
    assert len(bodies) > 15
    for name in bodies:
        (example,) = schemas[name]["examples"]
        known = set(schemas[name]["properties"])
        assert set(example) <= known, name
        assert set(schemas[name].get("required", ())) <= set(example), name


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.to += [value for name in ("href", "src") if (value := given.get(name))]
        if given.get("id"):
            self.ids.append(str(given["id"]))
        assert not any(name.startswith("on") or name == "style" for name in given)


def test_the_page_shows_all_of_it_and_asks_nobody_else(sqlite_api: Api) -> None:
    answer = sqlite_api.client.get("/docs", headers={"Authorization": ""})
    assert answer.status_code == 200, "it is no secret"
    links = Links()
    links.feed(answer.text)
    assert "script" not in links.tags
    assert len(links.ids) == len(set(links.ids))
    inside = {to for to in links.to if to.startswith("#")}
    assert {to[1:] for to in inside} <= set(links.ids)
    assert set(links.to) - inside == {"docs.css", "openapi.json"}
    assert "/groups/{key}/merge" in answer.text
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    style = sqlite_api.client.get("/docs.css")
    assert style.headers["content-type"].startswith("text/css")
    assert not re.search(r"url\(|@import", style.text)
