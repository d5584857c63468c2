"""No value of a request becomes part of a statement, or brings rows that its filter leaves out."""

import io
import zipfile
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from sqlalchemy import func, select

from app.admin.api.application import application
from app.admin.api.exports import XLSX
from app.admin.limits import Limit
from app.directory.search import terms_of
from app.intake.item import Answer
from app.store.engine import Store
from app.store.schema import groups, metadata
from tests.admin.asking import House, Spot, furnished, spots_of
from tests.admin.builders import Api, an_office
from tests.hostile.statements import PAYLOADS, listening

A_FEW = 3
"""Payloads for each parameter; they go on where the parameter before stopped."""
CHANGES = ("groups", "operators", "api_keys")
CHECKED = {
    "GET /audit/verify known",
    "POST /channels/{name}/test phone",
    "POST /conversations/speak channel",
    "POST /conversations/speak phone",
    "POST /messages/bulk channel",
    "POST /messages/bulk line",
    "POST /numbers/forget number",
    "POST /operators name",
    "POST /webhooks url",
    "PATCH /webhooks/{webhook} url",
}
"""Texts by their schema that code of ours reads, and refuses."""


@pytest.fixture
def house(api: Api) -> Iterator[House]:
    office = api.office

    async def submit(items: Any) -> list[Answer]:
        return [Answer("handled", ("سلام",), more=True) for _ in items]

    patient = Limit(1e9, 10**9)
    api = Api(an_office(office.store, office.new_id, requests=patient, submit=submit))
    with api.client:  # one loop for all requests: much faster
        yield furnished(api)


def test_there_are_five_hundred() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 500


def test_every_payload_is_searched_for_and_found_to_be_nobody(house: House) -> None:
    api = house.api
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


def test_no_place_of_any_request_is_part_of_a_statement(house: House) -> None:
    assert _ask_everything(house, lambda _: A_FEW) > 700


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_not_with_any_payload_either(house: House) -> None:
    """Where any text may stand, all are put; of places with one rule for what may, into one."""
    ruled: set[str] = set()

    def how_many(spot: Spot) -> int:
        if not spot.takes_any_text and spot.rule in ruled:
            return A_FEW
        ruled.add(spot.rule)
        return len(PAYLOADS)

    assert _ask_everything(house, how_many) > 100 * len(PAYLOADS)


def _ask_everything(house: House, how_many: Callable[[Spot], int]) -> int:
    store = house.api.office.store
    payloads = cycle(PAYLOADS)
    before, wrong, asked, kept_out = _rows(store), {}, 0, set()
    with listening(store) as glued:
        for spot in spots_of(application(house.api.office).openapi()):
            answers = []
            for payload in islice(payloads, how_many(spot)):
                answer = house.ask(spot, payload)
                answers.append(answer.status_code)
                if answer.status_code >= 500:
                    wrong[str(spot)] = answer.text
                elif spot.name == ("q",) and not terms_of(payload):
                    continue  # nothing is asked for
                elif spot.method == "GET" and answer.status_code == 200 and _rows_of(answer):
                    wrong[str(spot)] = payload
            asked += len(answers)
            if spot.takes_any_text and spot.name != ("cursor",) and set(answers) <= {400, 422}:
                kept_out.add(str(spot))
    assert wrong == {}
    assert glued == []
    assert kept_out <= CHECKED, "places that nothing got into"
    after = _rows(store)
    assert after["groups"] == before["groups"]
    for made in ("operators", "api_keys"):  # some of these words may be a name
        assert after[made] >= before[made]
    return asked


def _rows_of(answer: Any) -> bool:
    """Whether it gives any row."""
    kind = answer.headers["content-type"]
    if kind == XLSX:
        sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml")
        return bool(sheet.count(b"<row ") > 1)
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
