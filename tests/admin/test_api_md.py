"""Every command of docs/api.md is one that the API understands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.admin.api.application import application
from app.intake.item import Answer
from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)

PAGE = Path("docs/api.md").read_text(encoding="utf-8")
ID = "190472113467392000"


@dataclass
class Command:
    method: str = "GET"
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    in_query: bool = False


def commands() -> Iterator[Command]:
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for text in block.replace("\\\n", " ").splitlines():
            if text.startswith("api "):
                yield command(shlex.split(text, comments=True)[1:])


def command(words: list[str]) -> Command:
    made = Command()
    rest = iter(words)
    for word in rest:
        match word:
            case "-X":
                made.method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                made.headers[name] = value
            case "-d" | "--data-urlencode":
                made.data.append(next(rest))
            case "-G":
                made.in_query = True
            case "-o":
                next(rest)
            case _:
                made.url = word.removeprefix("$API")
    return made


COMMANDS = list(commands())


@pytest.fixture
def api(sqlite_api: Api) -> Api:
    async def submit(items: object) -> list[Answer]:
        return [Answer("handled", ("سلام",), more=True)]

    async def replay(_: int) -> str:
        return "handled"

    office = sqlite_api.office
    return Api(an_office(office.store, office.new_id, submit=submit, replay=replay))


def seeded(api: Api, url: str) -> str:
    """The same address with ids of things that are there."""
    office = api.office
    person = a_person(office)
    for code in ("12345670", "76543210"):
        if not api.get("/groups", q=code)["items"]:
            a_group(office, code=code)
    if "unmerge" in url:
        api.post("/groups/76543210/merge", {"into": "12345670"})
    group = api.get("/groups/12345670")["id"]
    make = {
        "/keys/": lambda: api.post("/keys", {"name": "x"}, 201)["id"],
        "/messages/bulk/": lambda: api.post(
            "/messages/bulk", {"channel": "main", "text": "x", "dry_run": False}
        )["bulk"]["id"],
        "/changes/": lambda: api.post("/changes", {"status": "verified"})["id"],
        "/messages/": lambda: a_message_out(
            office, person, "x", state="queued" if "cancel" in url else "failed"
        ),
        "/inbox/": lambda: a_message_in(office, person, "x", state="unread"),
        "/conversations/": lambda: a_conversation(office, person, taken_by=taker(api)),
        "/webhooks/": lambda: api.post("/webhooks", {"url": "https://crm.example.org/"}, 201)["id"],
        "/operators/": lambda: api.post("/operators", {"name": "reza"}, 201)["id"],
    }
    for start, one in make.items():
        if url.startswith(start) and ID in url:
            return url.replace(ID, str(one()))
    return url.replace(ID, group)


def taker(api: Api) -> int:
    talk = a_conversation(api.office, a_person(api.office, "+989350000000"))
    return int(api.post(f"/conversations/{talk}/take-over")["taken_by"])


@pytest.mark.parametrize(
    "one", COMMANDS, ids=[f"{n}: {c.method} {c.url}" for n, c in enumerate(COMMANDS)]
)
def test_the_command_works(api: Api, one: Command) -> None:
    url = seeded(api, one.url)
    query, body = "", None
    if one.in_query:
        query = "&".join(part.replace(" ", "%20") for part in one.data)
    elif one.data:
        group = api.get("/groups/12345670")["id"]
        body = one.data[0].replace(ID, group).encode()
    headers = {**one.headers, **({"If-Match": "*"} if "If-Match" in one.headers else {})}
    answer = api.client.request(
        one.method, f"{url}?{query}" if query else url, content=body, headers=headers
    )
    assert answer.status_code < 300, answer.text


def test_they_are_many_and_no_part_is_left_out(api: Api) -> None:
    told = [one.url.partition("?")[0].split("/")[1] for one in COMMANDS]
    parts = {path.split("/")[1] for path in application(api.office).openapi()["paths"]}
    assert len(told) > 50
    assert parts == set(told)
