"""Idempotency keys, limits, and what a request that goes wrong is told."""

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from app.admin.api.application import application
from app.admin.limits import Limit
from app.store.engine import DatabaseAway
from tests.admin.builders import Api, a_group, an_office

ONE = {"Idempotency-Key": "one"}


def test_a_repeat_gets_the_first_answer_and_changes_nothing(api: Api) -> None:
    group = a_group(api.office)
    body = {"add": ["seen"]}
    first = api.client.post(f"/groups/{group}/tags", json=body, headers=ONE)
    api.client.post(f"/groups/{group}/tags", json={"remove": ["seen"]})

    again = api.client.post(f"/groups/{group}/tags", json=body, headers=ONE)

    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert api.get(f"/groups/{group}")["tags"] == []


def test_a_key_is_for_one_request(sqlite_api: Api) -> None:
    group = a_group(sqlite_api.office)
    post = sqlite_api.client.post
    post(f"/groups/{group}/tags", json={"add": ["a"]}, headers=ONE)

    assert post(f"/groups/{group}/tags", json={"add": ["b"]}, headers=ONE).status_code == 422
    assert post("/groups/9/tags", json={"add": ["a"]}, headers=ONE).status_code == 422
    two = {"Idempotency-Key": "two"}
    assert post(f"/groups/{group}/tags", json={"add": ["b"]}, headers=two).status_code == 200
    bad = {"Idempotency-Key": "x" * 65}
    assert post(f"/groups/{group}/tags", json={"add": ["b"]}, headers=bad).status_code == 400


def test_another_caller_has_keys_of_its_own(sqlite_api: Api) -> None:
    group = a_group(sqlite_api.office)
    other = sqlite_api.as_("write")
    sqlite_api.client.post(f"/groups/{group}/tags", json={"add": ["a"]}, headers=ONE)
    answer = other.client.post(f"/groups/{group}/tags", json={"remove": ["a"]}, headers=ONE)
    assert answer.json()["tags"] == []


def test_a_refusal_for_want_of_rights_leaves_the_key_free(sqlite_api: Api) -> None:
    reader = sqlite_api.as_("read")
    group = a_group(sqlite_api.office)
    for _ in range(2):
        answer = reader.client.post(f"/groups/{group}/tags", json={"add": ["a"]}, headers=ONE)
        assert answer.status_code == 403


def test_a_secret_is_not_kept_for_a_repeat(sqlite_api: Api) -> None:
    made = sqlite_api.client.post("/keys", json={"name": "crm"}, headers=ONE)
    assert made.status_code == 201
    assert made.json()["key"].startswith("mk_")
    assert "x-shown-once" not in made.headers
    assert sqlite_api.client.post("/keys", json={"name": "crm"}, headers=ONE).status_code == 409
    assert len(sqlite_api.get("/keys")["items"]) == 2


def test_a_request_whose_end_nobody_knows_is_not_done_again(sqlite_api: Api) -> None:
    app = application(sqlite_api.office)
    ran = []

    @app.post("/dies")
    def dies(request: Request) -> None:
        ran.append(1)
        raise DatabaseAway("as it committed")

    client = TestClient(app, headers=sqlite_api.client.headers)
    assert client.post("/dies", headers=ONE).status_code == 503
    again = client.post("/dies", headers=ONE)
    assert (again.status_code, ran) == (409, [1])


def test_a_body_has_a_limit_said_or_unsaid(sqlite_api: Api) -> None:
    group = a_group(sqlite_api.office)
    large = b'{"add": ["' + b"a" * 1_100_000 + b'"]}'
    said = sqlite_api.client.post(f"/groups/{group}/tags", content=large)
    unsaid = sqlite_api.client.post(f"/groups/{group}/tags", content=iter([large]))
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert said.headers["content-type"] == "application/problem+json"


def test_a_key_that_asks_too_often_waits(sqlite_api: Api) -> None:
    now = [0.0]
    limit = Limit(1, 3, now=lambda: now[0])
    office = sqlite_api.office
    api = Api(an_office(office.store, office.new_id, requests=limit))

    codes = [api.client.get("/groups").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refused = api.client.get("/groups")
    assert refused.headers["retry-after"] == "1"
    now[0] += 1.1
    assert api.client.get("/groups").status_code == 200
    assert api.as_("read").client.get("/groups").status_code == 200, "others are not held up"


def test_strangers_are_told_to_sign_in_and_then_to_wait(sqlite_api: Api) -> None:
    office = sqlite_api.office
    api = Api(an_office(office.store, office.new_id, strangers=Limit(1, 2)))
    stranger = TestClient(application(api.office))
    wrong = {"Authorization": "Bearer mk_wrong"}

    codes = [stranger.get("/groups", headers=wrong).status_code for _ in range(3)]
    assert codes == [401, 401, 429]
    assert api.client.get("/groups").status_code == 200, "a valid key is never kept out"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer mk_", "Basic eDp5", "bearer \xfc", "mk_x"]
)
def test_nobody_gets_in_without_a_key(sqlite_api: Api, header: str) -> None:
    stranger = TestClient(application(sqlite_api.office))
    answer = stranger.get("/groups", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_nobody_expected_is_told_without_details(sqlite_api: Api) -> None:
    app = application(sqlite_api.office)

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("+989121234567 in /srv/muster.py")

    answer = TestClient(app, raise_server_exceptions=False).get("/breaks")
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:muster:problem:failed"
    assert "98912" not in answer.text
    assert "muster.py" not in answer.text


def test_every_answer_has_safe_headers(sqlite_api: Api) -> None:
    for path in ("/groups", "/nowhere", "/openapi.json"):
        headers = sqlite_api.client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
