from typing import Any

import pytest

from app.admin.api.webhooks import PURPOSE
from app.admin.sealing import unseal
from app.store import callbacks
from tests.admin.builders import Api

URL = "https://crm.example.org/muster"


@pytest.fixture
def made(api: Api) -> dict[str, Any]:
    answer: dict[str, Any] = api.post("/webhooks", {"url": URL, "note": "CRM"}, 201)
    return answer


def secrets_of(api: Api, webhook: str) -> list[str]:
    with api.office.store.read() as db:
        row = callbacks.one(db, int(webhook))
    assert row is not None
    return [unseal(api.office.key, PURPOSE, sealed) for sealed, _ in row.secrets]


def test_its_secret_is_shown_once_and_kept_sealed(api: Api, made: dict[str, Any]) -> None:
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["group.registered", "group.changed", "group.withdrawn"]
    assert secrets_of(api, made["id"]) == [made["secret"]]
    assert "secret" not in api.get("/webhooks")["items"][0]
    with api.office.store.read() as db:
        assert made["secret"] not in str(callbacks.every(db))
    entry = api.get("/audit", what="webhook made")["items"][0]
    assert entry["details"] == {"url": URL}


def test_a_new_secret_leaves_the_old_one_valid_for_a_day(api: Api, made: dict[str, Any]) -> None:
    second = api.post(f"/webhooks/{made['id']}/secret")["secret"]
    assert secrets_of(api, made["id"]) == [second, made["secret"]]
    third = api.post(f"/webhooks/{made['id']}/secret")["secret"]
    assert secrets_of(api, made["id"]) == [third, second]


def test_it_is_changed_switched_off_and_on_and_removed(api: Api, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['id']}"
    changed = api.send("PATCH", path, {"events": ["group.registered"], "active": False})
    assert (changed["events"], changed["active"], changed["note"]) == (
        ["group.registered"],
        False,
        "CRM",
    )
    with api.office.store.write() as db:
        callbacks.change(db, int(made["id"]), problem="nothing was taken for five days")
    assert api.send("PATCH", path, {"active": True})["problem"] == ""
    api.post(f"{path}/test", expect=202)
    api.send("DELETE", path, expect=204)
    api.send("DELETE", path, expect=404)
    api.send("PATCH", path, {"note": "x"}, 404)
    assert api.get("/webhooks")["items"] == []


def test_what_was_told_is_listed_and_tried_again(api: Api, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['id']}"
    tried = [api.post(f"{path}/test", expect=202)["id"] for _ in range(3)]
    with api.office.store.write() as db:
        for one in tried[:2]:
            callbacks.settle(db, int(one), 0, state="given_up", status=500, problem="")

    assert [d["id"] for d in api.every(f"{path}/deliveries", limit=2)] == tried[::-1]
    given_up = api.get(f"{path}/deliveries", state="given_up")["items"]
    assert {(d["status"], d["type"]) for d in given_up} == {(500, "test")}
    assert (api.get("/webhooks")["items"][0]["given_up"]) == 2
    assert api.post(f"{path}/replay", {"ids": [tried[0]]}) == {"queued": 1}
    assert api.post(f"{path}/replay", {}) == {"queued": 1}
    assert api.get("/webhooks")["items"][0]["waiting"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://crm.example.org/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://user@crm.example.org/"},
        {"url": URL, "events": []},
        {"url": URL, "events": ["everything"]},
        {"url": ""},
        {},
    ],
)
def test_what_cannot_be_told(sqlite_api: Api, body: dict[str, Any]) -> None:
    sqlite_api.post("/webhooks", body, 422)
    assert sqlite_api.get("/webhooks")["items"] == []
