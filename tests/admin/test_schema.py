"""Whatever fits or breaks the OpenAPI document: no server error, and answers as documented."""

import contextlib
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from app.admin import passwords
from app.admin.api.application import application
from app.admin.limits import Limit
from app.intake.item import Answer, Item
from app.store.engine import open_store
from app.store.ids import Ids
from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)
from tests.admin.test_rights import TABLE
from tests.rig.postgres import Postgres

CASES = 16
"""Of each operation and each way to make them; all together take under a minute."""
KEPT = (
    checks.not_a_server_error,
    checks.response_schema_conformance,
    checks.status_code_conformance,
)


async def taken_in(items: Sequence[Item]) -> list[Answer]:
    return [Answer("handled", ("سلام",), more=True) for _ in items]


async def handled_again(_: int) -> str:
    return "handled"


@pytest.fixture(scope="module")
def api(postgres: Postgres, postgres_template: str) -> Iterator[Api]:
    """On PostgreSQL, which refuses what SQLite would take."""
    name = postgres.create_database(postgres_template)
    store = open_store(postgres.url(name), 4)
    office = an_office(
        store, Ids(3), requests=Limit(1e9, 10**9), submit=taken_in, replay=handled_again
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "kept", lambda password: f"kept: {len(password)}")  # quickly
        yield Api(office)
    store.close()
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def known(api: Api) -> list[str]:
    """Ids of things that are there, so that not every address leads nowhere."""
    office = api.office
    person = a_person(office)
    return [
        str(one)
        for one in (
            a_group(office),
            a_group(office, "+989350000000"),
            a_message_in(office, person, "x", state="poisoned"),
            a_message_out(office, person, "x", state="failed"),
            a_message_out(office, person, "x"),
            a_conversation(office, person),
            api.post("/webhooks", {"url": "https://crm.example.org/"}, 201)["id"],
            api.post("/operators", {"name": "sara"}, 201)["id"],
            api.post("/keys", {"name": "crm"}, 201)["id"],
            api.post("/messages/bulk", {"channel": "main", "text": "x", "dry_run": False})["bulk"][
                "id"
            ],
        )
    ]


@pytest.fixture(scope="module")
def schema(api: Api, known: list[str]) -> Any:
    schema = schemathesis.openapi.from_asgi("/openapi.json", application(api.office))
    schema.config.generation.update(allow_x00=True)
    chance = random.Random(7)

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
        for name in path_parameters or {}:
            if name != "field" and chance.random() < 0.6:
                path_parameters[name] = "main" if name == "name" else chance.choice(known)
        return path_parameters

    return schema


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("route", TABLE)
def test_no_case_breaks_it(schema: Any, api: Api, route: str, mode: GenerationMode) -> None:
    method, path = route.split(" ")
    headers = {"Authorization": api.client.headers["authorization"]}

    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schema[path][method].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=KEPT)
        if answer.status_code >= 400:
            problem = answer.json()
            assert set(problem) >= {"type", "title", "status", "detail", "instance"}
            assert not re.search(r"Traceback|SELECT|sqlite|psycopg|\.py", answer.text)

    with contextlib.suppress(Unsatisfiable):  # nothing can be made that would not fit
        holds()
