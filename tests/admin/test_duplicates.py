from typing import Any

import pytest

from app.store import duplicates
from tests.admin.builders import Api, a_group


def proposed(api: Api, group: int) -> list[tuple[str, str]]:
    found = api.get(f"/groups/{group}/duplicates")["items"]
    return [(item["group"]["name"], item["reasons"][0]) for item in found]


def test_the_likeliest_come_first_with_the_evidence(api: Api) -> None:
    office = api.office
    group = a_group(office, name="انجمن یاوران سپیدار")
    a_group(office, "+989350000001", name="انجمن ياوران سپيدار")
    a_group(office, "+989350000002", name="سپیدارها")
    a_group(office, "+989350000003", name="خیریه سپیدار", province="tehran", county="rey")
    a_group(office, "+989350000004", name="انجمن یاوران نور")
    merged = a_group(office, "+989350000005", name="یاوران سپیدار")
    api.post(f"/groups/{merged}/merge", {"into": str(group)})

    assert proposed(api, group)[0] == ("انجمن ياوران سپيدار", "same-name")
    assert all("نور" not in name and name != "یاوران سپیدار" for name, _ in proposed(api, group))
    assert api.get(f"/groups/{group}/duplicates")["items"][0]["group"]["phone"] == "+98935***0001"


def test_who_found_two_to_be_two_is_not_asked_again(api: Api) -> None:
    one = a_group(api.office, name="کانون افرا")
    other = a_group(api.office, "+989350000001", name="کانون افرا")
    assert proposed(api, one) == [("کانون افرا", "same-name")]
    assert len(api.get("/duplicates")["items"]) == 1

    for _ in range(2):
        api.post(f"/groups/{other}/duplicates/dismiss", {"other": str(one)}, 204)

    assert proposed(api, one) == proposed(api, other) == []
    assert api.get("/duplicates")["items"] == []
    assert len(api.get("/audit", what="duplicate dismissed")["items"]) == 1
    api.post(f"/groups/{other}/duplicates/dismiss", {"other": "9"}, 404)


def test_all_pairs_page_by_page(api: Api) -> None:
    for number, name in enumerate(["افرا", "بلوط", "چنار"]):
        for twin in range(2):
            a_group(api.office, f"+98912000{number}00{twin}", name=f"کانون {name}")
    a_group(api.office, "+989129999999", name="کانون سرو")

    pairs: list[dict[str, Any]] = api.every("/duplicates", limit=2)
    assert [pair["group"]["name"] for pair in pairs] == ["کانون افرا", "کانون بلوط", "کانون چنار"]
    assert all(pair["group"]["id"] != pair["other"]["id"] for pair in pairs)


def test_a_common_word_is_looked_for_nearby(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "COMMON", 2)
    group = a_group(api.office, name="پرتو", county="a")
    a_group(api.office, "+989350000001", name="پرتو", county="a")
    a_group(api.office, "+989350000002", name="پرتو", county="b")
    assert len(proposed(api, group)) == 1
