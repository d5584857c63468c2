from typing import Any

import pytest

from tests.admin.builders import Api, a_group


@pytest.fixture
def group(api: Api) -> str:
    return str(a_group(api.office, code="12345670"))


def patch(api: Api, group: str, body: Any, expect: int = 200, etag: str = '"1"') -> Any:
    return api.send("PATCH", f"/groups/{group}", body, expect, **{"If-Match": etag})


def test_an_edit_is_found_by_search_and_kept_in_history_and_audit(api: Api, group: str) -> None:
    changed = patch(
        api, group, {"name": "کانون مهر", "members": 30, "specialisms": ["family.children"]}
    )

    assert (changed["name"], changed["members"], changed["revision"]) == ("کانون مهر", 30, 2)
    assert changed["specialisms"] == ["family.children"]
    assert api.get("/groups", q="مهر")["items"][0]["id"] == group
    assert api.get("/groups", q="یاوران")["items"] == []
    line = api.get(f"/groups/{group}/history")["items"][0]
    assert line["who"] == "key:read-write-numbers-admin"
    assert line["changes"] == {
        "name": ["انجمن یاوران", "کانون مهر"],
        "members": [12, 30],
        "specialisms": [["addiction", "youth"], ["family.children"]],
    }
    entry = api.get("/audit", what="group edited")["items"][0]
    assert entry["to"] == f"group:{group}"
    assert entry["details"]["fields"] == ["members", "name", "specialisms"]
    assert "مهر" not in str(entry)


def test_two_editors_do_not_overwrite_each_other(api: Api, group: str) -> None:
    patch(api, group, {"name": "a"})

    patch(api, group, {"name": "b"}, 412)
    patch(api, group, {"name": "b"}, 412, etag="W/1")
    api.send("PATCH", f"/groups/{group}", {"name": "b"}, 428)
    assert api.get(f"/groups/{group}")["name"] == "a"
    assert patch(api, group, {"name": "b"}, etag="*")["revision"] == 3


def test_an_edit_that_changes_nothing_makes_no_revision(sqlite_api: Api) -> None:
    group = str(a_group(sqlite_api.office))

    assert patch(sqlite_api, group, {"members": 12})["revision"] == 1
    assert sqlite_api.get(f"/groups/{group}/history")["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "+989120000000"},
        {"status": "verified"},
        {"revision": 9},
        {"name": ""},
        {"members": -1},
        {"name": "a\x00b"},
        {"province": "no such place!"},
        {"province": "atlantis"},
        {"specialisms": ["atlantis"]},
        {"county": "IR-0101"},
    ],
)
def test_what_cannot_be_set_is_refused(sqlite_api: Api, body: Any) -> None:
    group = str(a_group(sqlite_api.office, province="IR-03", county="IR-0321"))

    patch(sqlite_api, group, body, 422)


def test_places_are_changed_together(sqlite_api: Api) -> None:
    group = str(a_group(sqlite_api.office, province="IR-23", county=""))

    changed = patch(sqlite_api, group, {"province": "IR-03", "county": "IR-0321"})
    assert (changed["province"], changed["county"]) == ("IR-03", "IR-0321")


def test_a_status_goes_only_where_it_may(api: Api, group: str) -> None:
    path = f"/groups/{group}/status"
    assert api.post(path, {"status": "verified"})["status"] == "verified"
    assert api.post(path, {"status": "verified"})["revision"] == 2
    assert api.post(path, {"status": "withdrawn"})["status"] == "withdrawn"
    assert "registered" in api.post(path, {"status": "verified"}, 409)["detail"]
    api.post(path, {"status": "lost"}, 422)
    api.post("/groups/999/status", {"status": "verified"}, 404)


def test_tags(api: Api, group: str) -> None:
    api.post(f"/groups/{group}/tags", {"add": ["b", "a"]})
    tagged = api.post(f"/groups/{group}/tags", {"add": ["c"], "remove": ["b", "x"]})

    assert tagged["tags"] == ["a", "c"]
    assert [g["id"] for g in api.get("/groups", tag="c")["items"]] == [group]
    assert api.get("/groups", tag="b")["items"] == []


def test_several_at_once(api: Api, group: str) -> None:
    gone = str(a_group(api.office, "+989350000000", status="withdrawn"))
    body = {"ids": [group, gone, "999"], "status": "verified", "add_tags": ["seen"]}

    answer = api.post("/groups/changes", body)

    assert answer["changed"] == [group]
    assert set(answer["refused"]) == {gone, "999"}
    assert api.get(f"/groups/{group}")["tags"] == ["seen"]
    assert api.get(f"/groups/{gone}")["tags"] == []


def test_a_merge_can_be_undone(api: Api, group: str) -> None:
    other = str(
        a_group(api.office, "+989350000000", name="یاوران", specialisms=["health"], members=40)
    )

    done = api.post(f"/groups/{other}/merge", {"into": group, "take": ["members", "specialisms"]})
    assert done["part"]["merged_into"] == group
    assert done["whole"]["members"] == 40
    assert done["whole"]["specialisms"] == ["addiction", "health", "youth"]
    assert [g["id"] for g in api.get("/groups")["items"]] == [group]
    assert len(api.get("/groups", merged="true")["items"]) == 2
    assert api.get(f"/groups/{group}")["parts"] == [other]
    api.post(f"/groups/{other}/merge", {"into": group}, 409)
    api.post(f"/groups/{group}/merge", {"into": other}, 409)
    patch(api, group, {"members": 41}, etag="*")

    undone = api.post(f"/groups/{other}/unmerge")
    assert undone["part"]["merged_into"] is None
    assert undone["whole"]["specialisms"] == ["addiction", "youth"]
    assert undone["whole"]["members"] == 41, "changed since, so it stays"
    api.post(f"/groups/{other}/unmerge", expect=409)


def test_a_group_is_no_part_of_itself(sqlite_api: Api) -> None:
    group = str(a_group(sqlite_api.office))
    sqlite_api.post(f"/groups/{group}/merge", {"into": group}, 409)
    sqlite_api.post(f"/groups/{group}/merge", {"into": "999"}, 404)
