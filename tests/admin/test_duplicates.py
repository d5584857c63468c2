import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.intake.comparing import Comparing
from app.store import duplicates
from tests.admin.builders import Api, a_group
from tests.directory.test_duplicates import PROVINCES


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
    compared(api)
    assert len(api.get("/duplicates")["items"]) == 1

    for _ in range(2):
        api.post(f"/groups/{other}/duplicates/dismiss", {"other": str(one)}, 204)

    assert proposed(api, one) == proposed(api, other) == []
    assert api.get("/duplicates")["items"] == []
    assert len(api.get("/audit", what="duplicate dismissed")["items"]) == 1
    api.post(f"/groups/{other}/duplicates/dismiss", {"other": "9"}, 404)


def compared(api: Api) -> int:
    """Let the comparing behind the intake come to its end; gives how many groups it took."""
    comparing, groups = Comparing(api.office.store, api.office.flows), 0
    while some := comparing.step(timedelta(0)):
        groups += some
    return groups


def pairs(api: Api, limit: int = 2) -> list[set[str]]:
    found: list[dict[str, Any]] = api.every("/duplicates", limit=limit)
    assert all(pair["group"]["id"] != pair["other"]["id"] for pair in found)
    return [{pair["group"]["name"], pair["other"]["name"]} for pair in found]


def test_all_pairs_page_by_page_the_newest_first(api: Api) -> None:
    names = ["افرا", "بلوط", "چنار"]
    for number, name in enumerate(names):
        for twin in range(2):
            a_group(api.office, f"+98912000{number}00{twin}", name=f"کانون {name}")
    a_group(api.office, "+989129999999", name="کانون سرو")

    assert pairs(api) == []
    assert compared(api) == 7
    assert pairs(api) == [{f"کانون {name}"} for name in reversed(names)]
    assert compared(api) == 0, "each is compared once"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("انجمن سپیدار", "خیریه‌ی سپيدار"),
        ("گروه یاوران سپیدار", "سپیدار"),
        ("مؤسسه مهاجران طوفان", "مهاجران توفان"),
        ("انجمن پرواز شفابخش", "پرواز شفا بخش"),
        ("Green Path Association", "Greenpath"),
    ],
)
def test_other_spellings_are_found_all_over_the_house(api: Api, one: str, other: str) -> None:
    a_group(api.office, "+989350000001", name=one)
    for number in range(3):
        a_group(api.office, f"+98936000000{number}", name=f"کانون نسترن {number}")
    a_group(api.office, "+989350000002", name=other)
    a_group(api.office, "+989350000003", name=other, province="tehran", county="rey")
    compared(api)
    assert {one, other} in pairs(api)
    assert len([pair for pair in pairs(api) if one in pair]) == 1, "not with the one elsewhere"


def test_a_change_of_what_pairs_go_by_is_compared_anew(api: Api) -> None:
    one = a_group(api.office, "+989350000001", name="انجمن سپیدار")
    two = a_group(api.office, "+989350000002", name="انجمن نسترن")
    compared(api)
    assert pairs(api) == []
    api.send("PATCH", f"/groups/{two}", {"name": "سپیدار"}, **{"If-Match": "*"})
    assert compared(api) == 1
    assert pairs(api) == [{"انجمن سپیدار", "سپیدار"}]
    api.send("PATCH", f"/groups/{two}", {"note": "x"}, **{"If-Match": "*"})
    assert compared(api) == 0
    api.post(f"/groups/{two}/merge", {"into": str(one)})
    assert pairs(api) == [], "merged"
    api.post(f"/groups/{two}/unmerge")
    api.send("PATCH", f"/groups/{one}", {"name": "انجمن افرا"}, **{"If-Match": "*"})
    assert pairs(api) == [], "before it was compared anew"
    compared(api)
    assert pairs(api) == []


def test_two_workers_at_once_lose_no_pair(api: Api) -> None:
    for number in range(30):
        a_group(api.office, f"+9893500000{number:02}", name="سپیدار" if number % 2 else "نسترن")
    with ThreadPoolExecutor(2) as workers:
        took = sum(workers.map(lambda _: compared(api), range(2)))
    assert took >= 30
    assert len(pairs(api, 100)) == 2 * (15 * 14 // 2)


LABELLED = list(csv.DictReader(Path("tests/directory/pairs.csv").read_text("utf-8").splitlines()))


def test_labelled_pairs_are_found_all_over_the_house(
    api: Api, record_property: Callable[[str, object], None]
) -> None:
    """All four hundred groups of the labelled pairs in one house."""
    same = {}
    for number, pair in enumerate(LABELLED):
        ids = []
        for side, twin in (("", 0), ("other_", 1)):
            county, phone = pair[f"{side}county"], f"+9891{twin}{number:07}"
            place = {"county": county, "province": PROVINCES.get(county, county)}
            shown = pair[f"{side}phone"] or phone
            ids.append(a_group(api.office, phone, name=pair[f"{side}name"], phone=shown, **place))
        same[frozenset(map(str, ids))] = pair["same"] == "1"
    compared(api)
    found = {
        frozenset((pair["group"]["id"], pair["other"]["id"]))
        for pair in api.every("/duplicates", limit=100)
    }
    labelled = found & set(same)
    right = sum(same[pair] for pair in labelled)
    precision, recall = right / len(labelled), right / sum(same.values())
    record_property("precision", precision)
    record_property("recall", recall)
    record_property("pairs besides the labelled ones", len(found - labelled))
    assert precision >= 0.95
    assert recall >= 0.94


def test_a_common_word_is_looked_for_nearby(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "COMMON", 2)
    group = a_group(api.office, name="پرتو", county="a")
    a_group(api.office, "+989350000001", name="پرتو", county="a")
    a_group(api.office, "+989350000002", name="پرتو", county="b")
    assert len(proposed(api, group)) == 1
