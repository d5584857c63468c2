"""Somebody at the console, without a browser: pages, forms and the words they must bring."""

import re
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.admin import staffing
from app.admin.console.application import application
from app.admin.office import Office
from app.static import shared

PASSWORD = "seven brown horses"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def mounted(office: Office, **options: Any) -> Starlette:
    options = {"secure": False, **options}
    return Starlette(routes=[Mount("/console", application(office, shared(), **options))])


def an_operator(office: Office, role: str, name: str = "") -> str:
    name = name or f"{role}-one"
    staffing.add(office.store, office.new_id, "tests", name, role, PASSWORD)
    return name


@dataclass
class Browser:
    """Keeps cookies and follows nothing by itself."""

    office: Office
    options: dict[str, Any] = field(default_factory=dict)
    base: str = "http://console.test"
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(
            mounted(self.office, **self.options), base_url=self.base, follow_redirects=False
        )
        self.client.cookies.set("muster_language", "en")

    def get(self, path: str, expect: int = 200, **headers: str) -> str:
        answer = self.client.get(f"/console{path}", headers=headers)
        assert answer.status_code == expect, (path, answer.status_code, answer.text[-600:])
        return answer.text

    def send(self, path: str, **given: Any) -> Response:
        """Post a form as it is, without the word of any page."""
        return self.client.post(f"/console{path}", data=given)

    def post(self, path: str, expect: int = 303, **given: Any) -> Response:
        """Post a form of the account's page, with its word."""
        answer = self.send(path, csrf=self.word(), **given)
        assert answer.status_code == expect, (path, answer.status_code, answer.text[-900:])
        return answer

    def word(self) -> str:
        return hidden(self.get("/account"))["csrf"]

    def log_in(self, name: str, password: str = PASSWORD, **more: str) -> Response:
        before = hidden(self.get("/login"))["before"]
        given = {"name": name, "password": password, "before": before, "next": "/console/"}
        return self.send("/login", **{**given, **more})

    def as_(self, role: str) -> "Browser":
        """Sign in as a new operator with this role."""
        answer = self.log_in(an_operator(self.office, role))
        assert answer.status_code == 303
        return self


def hidden(html: str) -> dict[str, str]:
    return dict(HIDDEN.findall(html))
