"""One change to all that a filter finds: counted, confirmed, page by page, and never twice."""

from datetime import timedelta
from typing import Any

import pytest

from app.admin import many
from app.admin.many import Many
from app.store import audit, group_changes
from tests.admin.builders import NOW, Api, a_group

EARLIER = NOW - timedelta(days=1)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_changes, "AT_ONCE", 3)


def some(api: Api, count: int, **changes: Any) -> list[int]:
    number = len(api.every("/groups"))
    return [
        a_group(api.office, f"+98912{number + at:07d}", updated_at=EARLIER, **changes)
        for at in range(count)
    ]


def asked(api: Api, expect: int = 200, **body: Any) -> Any:
    return api.post("/changes", body, expect)


def figures(change: dict[str, Any]) -> dict[str, int]:
    return {name: change[name] for name in ("found", "changed", "same", "refused")}


def work(api: Api) -> int:
    worker, steps = Many(api.office.store), 0
    while worker.step():
        steps += 1
    return steps


def statuses(api: Api) -> dict[str, int]:
    counted: dict[str, int] = {}
    for group in api.every("/groups"):
        counted[group["status"]] = counted.get(group["status"], 0) + 1
    return counted


def test_asking_counts_and_changes_nothing(api: Api) -> None:
    some(api, 7, province="IR-01")
    some(api, 2, province="IR-02")
    change = asked(api, groups={"province": ["IR-01"]}, status="verified")
    assert (change["state"], change["found"]) == ("asked", 7)
    assert work(api) == 0
    assert statuses(api) == {"registered": 9}
    assert api.get("/changes")["items"] == [], "what nobody confirmed did not begin"


def test_all_of_the_filter_and_nothing_else_is_changed_once(api: Api) -> None:
    some(api, 8, province="IR-01")
    some(api, 2, province="IR-02")
    change = asked(api, groups={"province": ["IR-01"]}, status="verified", add_tags=["spring"])
    path = f"/changes/{change['id']}"
    assert api.post(f"{path}/begin")["state"] == "running"
    assert api.post(f"{path}/begin")["state"] == "running", "a second press begins nothing anew"

    assert work(api) >= 3, "page by page"

    done = api.get(path)
    assert done["state"] == "done"
    assert figures(done) == {"found": 8, "changed": 8, "same": 0, "refused": 0}
    assert statuses(api) == {"registered": 2, "verified": 8}
    for group in api.every("/groups"):
        assert (group["tags"] == ["spring"]) is (group["province"] == "IR-01")
        history = api.get(f"/groups/{group['id']}/history")["items"]
        assert len(history) == (2 if group["province"] == "IR-01" else 0)
    api.post(f"{path}/begin")
    assert work(api) == 0
    lines = [line["what"] for line in api.get("/audit")["items"]]
    assert lines == ["many changed"] * 3 + ["change of many begun"]
    with api.office.store.read() as db:
        assert audit.verify(db) is None


def test_what_came_or_changed_meanwhile_is_left_alone(api: Api) -> None:
    first, second, *_ = some(api, 5)
    change = asked(api, status="verified")
    some(api, 2)  # they sign up while somebody looks at the number
    api.send("PATCH", f"/groups/{first}", {"members": 99}, **{"If-Match": "*"})
    api.post(f"/groups/{second}/status", {"status": "rejected"})
    api.post(f"/changes/{change['id']}/begin")
    work(api)
    done = api.get(f"/changes/{change['id']}")
    assert figures(done) == {"found": 5, "changed": 3, "same": 0, "refused": 2}
    assert api.get(f"/groups/{first}")["status"] == "registered"
    assert api.get(f"/groups/{second}")["status"] == "rejected"
    assert statuses(api) == {"registered": 3, "verified": 3, "rejected": 1}


def test_what_may_not_be_and_what_is_so_already_is_told(api: Api) -> None:
    some(api, 2)
    some(api, 3, status="withdrawn")
    some(api, 1, status="verified")
    change = asked(api, status="verified")
    api.post(f"/changes/{change['id']}/begin")
    work(api)
    done = api.get(f"/changes/{change['id']}")
    assert figures(done) == {"found": 6, "changed": 2, "same": 1, "refused": 3}


def test_it_is_stopped_half_way_and_stays_stopped(api: Api) -> None:
    some(api, 9)
    path = f"/changes/{asked(api, status='rejected')['id']}"
    api.post(f"{path}/begin")
    assert Many(api.office.store).step()
    assert api.post(f"{path}/cancel")["changed"] == 3
    assert work(api) == 0
    assert statuses(api) == {"registered": 6, "rejected": 3}
    api.post(f"{path}/cancel", expect=409)
    assert api.post(f"{path}/begin")["state"] == "cancelled"


def test_only_who_asked_confirms_and_only_soon(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    some(api, 1)
    path = f"/changes/{asked(api, status='verified')['id']}/begin"
    api.as_("write").post(path, expect=404)
    monkeypatch.setattr(many, "COUNT_HOLDS", timedelta(0))
    assert "too long ago" in api.post(path, expect=409)["detail"]


@pytest.mark.parametrize("body", [{}, {"status": ""}, {"status": "gone"}, {"add_tags": [" "]}])
def test_a_change_of_nothing_is_refused(sqlite_api: Api, body: dict[str, Any]) -> None:
    asked(sqlite_api, expect=422, **body)
