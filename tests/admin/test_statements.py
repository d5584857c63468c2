"""No value of a request becomes part of a statement, or brings rows that its filter leaves out."""

import io
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app.admin.api.application import application
from app.admin.api.exports import XLSX
from app.admin.limits import Limit
from app.directory.search import terms_of
from app.intake.item import Answer
from app.store.engine import Store
from app.store.schema import groups, metadata
from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)
from tests.hostile.statements import PAYLOADS, listening

A_FEW = 4
"""Payloads for each parameter; they go on where the parameter before stopped."""
CHANGES = ("groups", "operators", "api_keys")


@pytest.fixture
def api(api: Api) -> Api:
    """A few things of each kind, none of whose words are in a payload."""
    office = api.office

    async def submit(items: Any) -> list[Answer]:
        return [Answer("handled", ("سلام",), more=True) for _ in items]

    person = a_person(office)
    for number in range(3):
        a_group(office, f"+98935000000{number}", tags=["بازدید"])
        a_message_in(office, person, "سلام", state="poisoned")
        a_message_out(office, person, "سلام", state="failed")
        a_conversation(office, a_person(office, f"+98936000000{number}"))
    patient = Limit(1e9, 10**9)
    return Api(an_office(office.store, office.new_id, requests=patient, submit=submit))


def test_there_are_five_hundred() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 500


def test_every_payload_is_searched_for_and_found_to_be_nobody(api: Api) -> None:
    everybody = len(api.get("/groups")["items"])
    wrong = {}
    with listening(api.office.store) as glued:
        for payload in PAYLOADS:
            answer = api.client.get("/groups", params={"q": payload[:200]})
            if "\x00" in payload:
                assert answer.status_code == 400
                continue
            found = len(answer.json()["items"]) if answer.status_code == 200 else answer.status_code
            if found != (0 if terms_of(payload[:200]) else everybody):
                wrong[payload] = found
    assert wrong == {}
    assert glued == []


def test_no_parameter_of_any_operation_is_part_of_a_statement(api: Api) -> None:
    assert _ask_everything(api, A_FEW) > 500


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_not_with_any_payload_either(api: Api) -> None:
    assert _ask_everything(api, len(PAYLOADS)) > 100 * len(PAYLOADS)


def _ask_everything(api: Api, few: int) -> int:
    document = application(api.office).openapi()
    payloads = cycle(PAYLOADS)
    before, wrong, asked = _rows(api.office.store), {}, 0
    with listening(api.office.store) as glued:
        for method, path, name, place in _parameters(document):
            for payload in islice(payloads, few):
                answer = _ask(api, method, path, name, place, payload)
                asked += 1
                if answer.status_code >= 500:
                    wrong[f"{method} {path} {name}"] = answer.text
                elif name == "q" and not terms_of(payload):
                    continue  # nothing is asked for
                elif method == "GET" and answer.status_code == 200 and _rows_of(answer):
                    wrong[f"{method} {path} {name}"] = payload
    assert wrong == {}
    assert glued == []
    after = _rows(api.office.store)
    assert after["groups"] == before["groups"]
    for made in ("operators", "api_keys"):  # some of these words may be a name
        assert after[made] >= before[made]
    return asked


def _parameters(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Every parameter of every operation, and every text of every body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] in ("query", "path"):
                    yield method.upper(), path, parameter["name"], parameter["in"]
            for name in _fields(document, operation.get("requestBody")):
                yield method.upper(), path, name, "body"


def _fields(document: dict[str, Any], body: Any) -> Iterator[str]:
    if body is None:
        return
    schema = body["content"]["application/json"]["schema"]
    for one in (schema, *schema.get("anyOf", ())):
        name = one.get("$ref", "").rpartition("/")[2]
        if name:
            yield from document["components"]["schemas"][name].get("properties", ())


def _ask(api: Api, method: str, path: str, name: str, place: str, payload: str) -> Any:
    filled = path.replace(f"{{{name}}}", _in_a_path(payload))
    for other in ("{key}", "{name}", "{flow}", "{field}"):
        filled = filled.replace(other, "signup")
    filled = "/".join("7" if part.startswith("{") else part for part in filled.split("/"))
    query = {name: payload} if place == "query" else None
    body = {name: payload} if place == "body" else None if method == "GET" else {}
    return api.client.request(method, filled, params=query, json=body, headers={"If-Match": "*"})


def _in_a_path(payload: str) -> str:
    """As a browser would put it there."""
    return "".join(f"%{byte:02x}" for byte in payload.encode())


def _rows_of(answer: Any) -> bool:
    """Whether it gives any row."""
    kind = answer.headers["content-type"]
    if kind == XLSX:
        return bool(openpyxl.load_workbook(io.BytesIO(answer.content)).active.max_row > 1)
    if kind.startswith("text/csv"):
        return bool(answer.text.count("\n") > 1)
    return bool(answer.json().get("items"))


def _rows(store: Store) -> dict[str, int]:
    with store.read() as db:
        assert db.execute(select(func.count()).select_from(groups)).scalar_one() == 3
        return {
            name: db.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in CHANGES
        }
