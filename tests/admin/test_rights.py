"""Who may do what: one table, and every route must stand in it."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app.admin.api.application import application
from app.admin.caller import ROLES, SCOPES, Right, of_operator
from app.admin.limits import Limit
from app.store import keys
from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    an_office,
)

READ, HELP, WRITE, ADMIN = Right.READ, Right.HELP, Right.WRITE, Right.ADMIN

TABLE = {
    "GET /groups": READ,
    "GET /groups/export/csv": READ,
    "GET /groups/export/xlsx": READ,
    "GET /groups/{key}": READ,
    "GET /groups/{key}/conversation": READ,
    "GET /groups/{key}/history": READ,
    "GET /groups/{key}/duplicates": READ,
    "POST /groups/{key}/duplicates/dismiss": WRITE,
    "GET /duplicates": READ,
    "PATCH /groups/{key}": WRITE,
    "POST /groups/changes": WRITE,
    "POST /numbers/forget": ADMIN,
    "GET /changes": READ,
    "POST /changes": WRITE,
    "GET /changes/{change}": READ,
    "POST /changes/{change}/begin": WRITE,
    "POST /changes/{change}/cancel": WRITE,
    "POST /groups/{key}/status": WRITE,
    "POST /groups/{key}/tags": WRITE,
    "POST /groups/{key}/merge": WRITE,
    "POST /groups/{key}/unmerge": WRITE,
    "GET /messages": READ,
    "GET /messages/{message_id}": READ,
    "POST /messages/{message_id}/resend": WRITE,
    "POST /messages/{message_id}/cancel": WRITE,
    "GET /messages/bulk": READ,
    "POST /messages/bulk": WRITE,
    "GET /messages/bulk/{bulk}": READ,
    "POST /messages/bulk/{bulk}/cancel": WRITE,
    "GET /inbox": READ,
    "GET /inbox/{row_id}": READ,
    "POST /inbox/{row_id}/replay": WRITE,
    "POST /inbox/{row_id}/set-aside": WRITE,
    "GET /conversations": READ,
    "GET /conversations/{conversation}": READ,
    "GET /conversations/{conversation}/messages": READ,
    "POST /conversations/{conversation}/take-over": HELP,
    "POST /conversations/{conversation}/hand-back": HELP,
    "POST /conversations/{conversation}/say": HELP,
    "POST /conversations/speak": HELP,
    "GET /counts": READ,
    "GET /counts/timeline": READ,
    "GET /counts/funnel/{flow}": READ,
    "GET /channels": READ,
    "GET /channels/{name}/webhook": ADMIN,
    "POST /channels/{name}/pause": WRITE,
    "POST /channels/{name}/resume": WRITE,
    "POST /channels/{name}/test": WRITE,
    "GET /flows": READ,
    "GET /flows/{name}": READ,
    "GET /flows/{name}/labels/{field}": READ,
    "GET /keys": ADMIN,
    "POST /keys": ADMIN,
    "DELETE /keys/{key_id}": ADMIN,
    "GET /operators": ADMIN,
    "POST /operators": ADMIN,
    "PATCH /operators/{operator}": ADMIN,
    "POST /operators/{operator}/reset": ADMIN,
    "GET /operators/{operator}/logins": ADMIN,
    "DELETE /operators/{operator}/logins": ADMIN,
    "GET /webhooks": ADMIN,
    "POST /webhooks": ADMIN,
    "PATCH /webhooks/{webhook}": ADMIN,
    "DELETE /webhooks/{webhook}": ADMIN,
    "POST /webhooks/{webhook}/secret": ADMIN,
    "POST /webhooks/{webhook}/test": ADMIN,
    "GET /webhooks/{webhook}/deliveries": ADMIN,
    "POST /webhooks/{webhook}/replay": ADMIN,
    "GET /audit": ADMIN,
    "GET /audit/verify": ADMIN,
}
OPEN = {"GET /openapi.json", "GET /docs", "GET /docs.css"}


def routes(app: FastAPI) -> Iterator[str]:
    for path, methods in app.openapi()["paths"].items():
        yield from (f"{method.upper()} {path}" for method in methods)


def url_of(route: str) -> tuple[str, str]:
    method, path = route.split(" ")
    return method, path.replace("{name}", "main").replace("{flow}", "x").replace("{field}", "x")


@pytest.fixture
def patient(sqlite_api: Api) -> Api:
    office = sqlite_api.office
    return Api(an_office(office.store, office.new_id, requests=Limit(1e6, 10**6)))


def test_every_route_stands_in_the_table(sqlite_api: Api) -> None:
    app = application(sqlite_api.office)
    assert set(routes(app)) == set(TABLE)
    shown = {f"{m} {r.path}" for r in app.routes if isinstance(r, APIRoute) for m in r.methods}
    assert shown - set(TABLE) <= OPEN, "a route that the OpenAPI document hides"


@pytest.mark.parametrize("scope", [*SCOPES, None])
def test_the_table_holds_for_every_key(patient: Api, scope: str | None) -> None:
    rights = SCOPES[scope] if scope else frozenset()
    if scope:
        client = patient.as_(scope).client
    else:
        strangers = Limit(1e6, 10**6)
        office = an_office(patient.office.store, patient.office.new_id, strangers=strangers)
        client = TestClient(application(office))
    wrong = {}
    for route, right in TABLE.items():
        method, path = url_of(route)
        body = None if method in ("GET", "DELETE") else {}
        answer = client.request(method, _filled(path), json=body)
        expected = 401 if scope is None else 403 if right not in rights else None
        refused = answer.status_code in (401, 403)
        if answer.status_code != expected if expected else refused or answer.status_code >= 500:
            wrong[route] = answer.status_code
    assert wrong == {}


def _filled(path: str) -> str:
    return "/".join("999" if part.startswith("{") else part for part in path.split("/"))


def test_what_each_role_may_do() -> None:
    rights = {role: of_operator(1, "x", role).rights for role in ROLES}
    assert rights["viewer"] == {READ}
    assert rights["helper"] == {READ, HELP}
    assert rights["manager"] == {READ, HELP, WRITE, Right.NUMBERS}
    assert rights["admin"] == set(Right)
    assert of_operator(1, "x", "king").rights == frozenset()


# --- keys -----------------------------------------------------------------------------------


def test_a_key_is_kept_as_its_hash_and_says_when_it_was_used(sqlite_api: Api) -> None:
    made = sqlite_api.post("/keys", {"name": "crm"}, 201)
    client = TestClient(application(sqlite_api.office))
    with sqlite_api.office.store.read() as db:
        rows = str([row._asdict() for row in keys.every(db)])
    assert made["key"] not in rows
    assert hashlib.sha256(made["key"].encode()).hexdigest() in rows
    assert len(made["key"]) >= 3 + 43, "256 bits"
    assert _listed(sqlite_api, made["id"])["used_at"] is None
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert client.get("/groups", headers=bearer).status_code == 200
    assert _listed(sqlite_api, made["id"])["used_at"] is not None
    assert client.get("/groups", params={"key": made["key"]}).status_code == 401

    sqlite_api.send("DELETE", f"/keys/{made['id']}", expect=204)
    assert client.get("/groups", headers=bearer).status_code == 401, "at once"
    sqlite_api.send("DELETE", f"/keys/{made['id']}", expect=404)
    assert made["key"] not in str(sqlite_api.every("/audit"))


def test_a_key_that_expired_opens_nothing(sqlite_api: Api) -> None:
    office = sqlite_api.office
    now = datetime.now(UTC)
    with office.store.write() as db:
        old = keys.add(db, "old", ["read"], now, office.new_id, now - timedelta(seconds=1))
    client = TestClient(application(office))
    assert client.get("/groups", headers={"Authorization": f"Bearer {old}"}).status_code == 401
    past = (now - timedelta(days=1)).isoformat()
    sqlite_api.post("/keys", {"name": "x", "expires_at": past}, 422)
    sqlite_api.post("/keys", {"name": "old"}, 409)


def _listed(api: Api, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in api.get("/keys")["items"] if one["id"] == key)
    return found


# --- phone numbers --------------------------------------------------------------------------

NUMBER = "+989121234567"
LOOKS = [
    "/groups",
    "/groups/{group}",
    "/groups/{group}/conversation",
    "/groups/{group}/history",
    "/messages",
    "/messages/{message}",
    "/conversations",
    "/inbox",
    "/inbox/{bad}",
    "/groups/export/csv",
]


@pytest.fixture
def full(sqlite_api: Api) -> dict[str, Any]:
    """A number wherever one may stand."""
    office = sqlite_api.office
    group = a_group(
        office, NUMBER, offer=f"زنگ: {NUMBER}", contact="مریم ۰۹۱۲۱۲۳۴۵۶۷", phone=NUMBER
    )
    person = a_person(office, NUMBER)
    message = a_message_in(office, person, "شماره من 0912 123 4567", sender=NUMBER)
    a_message_out(office, person, f"گفتید {NUMBER}")
    bad = a_message_in(office, person, NUMBER, state="poisoned", sender=NUMBER, raw=NUMBER.encode())
    a_conversation(office, person)
    sqlite_api.client.patch(
        f"/groups/{group}", json={"note": f"سپس {NUMBER}"}, headers={"If-Match": "*"}
    )
    return {"group": group, "message": message, "bad": bad}


@pytest.mark.parametrize("path", LOOKS)
def test_numbers_are_masked_for_all_and_seen_by_few_with_a_line_in_the_audit(
    sqlite_api: Api, full: dict[str, Any], path: str
) -> None:
    url = path.format(**full)
    for api in (sqlite_api, sqlite_api.as_("read"), sqlite_api.as_("write")):
        answer = api.client.get(url)
        assert answer.status_code == 200
        assert _numbers_in(answer.text) == set(), "nobody sees one without asking"
    before = len(sqlite_api.every("/audit"))
    refused = sqlite_api.as_("admin").client.get(url, params={"numbers": "true"})
    assert refused.status_code == 403, "not even an admin's key without the scope"
    assert len(sqlite_api.every("/audit")) == before
    shown = sqlite_api.as_("numbers").client.get(url, params={"numbers": "true"})
    assert _numbers_in(shown.text) != set()
    latest = [entry for entry in sqlite_api.every("/audit") if "saw numbers" in entry["what"]]
    assert latest[0]["who"] == "key:numbers"


def _numbers_in(text: str) -> set[str]:
    plain = text.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")).replace(" ", "")
    return {number for number in ("9121234567",) if number in plain}


def test_what_has_a_schema_has_nothing_besides(sqlite_api: Api) -> None:
    schemas = application(sqlite_api.office).openapi()["components"]["schemas"]
    ours = {n: s for n, s in schemas.items() if s.get("type") == "object"}
    assert len(ours) > 60
    assert [n for n, s in ours.items() if s.get("additionalProperties") is not False] == []


def test_fields_nobody_knows_are_refused(sqlite_api: Api) -> None:
    group = a_group(sqlite_api.office)
    sqlite_api.post(f"/groups/{group}/tags", {"add": ["a"], "role": "admin"}, 422)
    sqlite_api.post("/keys", {"name": "x", "id": "1"}, 422)
    answer = sqlite_api.get("/groups", expect=422, sort="name; drop table groups")
    assert answer["errors"][0]["where"] == "query.sort"
