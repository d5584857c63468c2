from datetime import timedelta

import pytest

from tests.admin.builders import (
    NOW,
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
    names,
)

SPELLINGS = [
    "انجمن یاوران",
    "انجمن ياوران",  # an Arabic keyboard's letters
    "ياوران انجمن",
    "یاور",
    "  یاوران  ",
    "انجمن‌یاوران",
    "مریم",
    "09121234567",
    "۰۹۱۲ ۱۲۳ ۴۵۶۷",
    "+989121234567",
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_group_is_found_in_any_spelling(api: Api, typed: str) -> None:
    a_group(api.office)
    a_group(api.office, "+989350000000", name="کانون مهر", contact="علی")

    assert names(api.get("/groups", q=typed)["items"]) == ["انجمن یاوران"]


@pytest.mark.parametrize("written", ["گروه نیکوکاران", "گروه نیکو‌کاران"])
@pytest.mark.parametrize("typed", ["نیکوکاران", "نیکو‌کاران", "نیکو‌کار", "گروه نیکوک"])
def test_a_zero_width_non_joiner_makes_no_difference(api: Api, written: str, typed: str) -> None:
    a_group(api.office, name=written)
    a_group(api.office, "+989350000000", name="گروه نیکان")

    assert names(api.get("/groups", q=typed)["items"]) == [written]


@pytest.mark.parametrize("written", ["خانه ها", "خانه‌ها", "خانهها"])
@pytest.mark.parametrize("typed", ["خانه ها", "خانه‌ها", "خانهها"])
def test_an_ending_may_be_written_joined_or_apart(api: Api, written: str, typed: str) -> None:
    a_group(api.office, name=written)

    assert names(api.get("/groups", q=typed)["items"]) == [written]


def test_every_word_must_be_there(sqlite_api: Api) -> None:
    a_group(sqlite_api.office)

    assert sqlite_api.get("/groups", q="انجمن مهر")["items"] == []
    assert sqlite_api.get("/groups", q="یاوران علی")["items"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"province": "gilan"}, {"a", "b"}),
        ({"province": ["gilan", "tehran"]}, {"a", "b", "c"}),
        ({"county": "rasht", "type": "ngo", "province": "gilan"}, {"a"}),
        ({"specialism": "health"}, {"b", "c"}),
        ({"specialism": ["health", "youth"], "province": "gilan"}, {"a", "b"}),
        ({"status": "verified"}, {"c"}),
        ({"channel": "other"}, {"b"}),
        ({"flow": "profile"}, {"d"}),
        ({"way": "web"}, {"b"}),
        ({"way": ["web", "desk"]}, {"b", "c"}),
        ({"tag": "visited"}, {"d"}),
        ({"from": NOW.isoformat()}, {"a", "b"}),
        ({"to": NOW.isoformat()}, {"c", "d"}),
        ({"q": "گروه", "province": "tehran"}, {"c"}),
    ],
)
def test_filters(api: Api, query: dict[str, object], found: set[str]) -> None:
    office, before = api.office, NOW - timedelta(days=3)
    a_group(office, name="گروه a", specialisms=["youth"])
    a_group(
        office, name="گروه b", type="charity", specialisms=["health"], channel="other", way="web"
    )
    a_group(
        office,
        name="گروه c",
        province="tehran",
        county="rey",
        specialisms=["health"],
        status="verified",
        way="desk",
        created_at=before,
    )
    a_group(office, name="گروه d", province="", flow="profile", tags=["visited"], created_at=before)

    assert {name[-1] for name in names(api.every("/groups", **query))} == found


@pytest.mark.parametrize("query", [{}, {"from": "2026-01-01T00:00:00Z"}, {"q": "گروه"}])
def test_pages_hold_every_group_once_newest_first(api: Api, query: dict[str, str]) -> None:
    for number in range(25):
        a_group(api.office, name=f"گروه {number}")

    found = api.every("/groups", limit=7, **query)

    assert names(found) == [f"گروه {number}" for number in reversed(range(25))]


def test_one_group_by_code_or_id(api: Api) -> None:
    group = a_group(api.office, code="12345670")

    by_code = api.client.get("/groups/12345670")
    assert by_code.json()["id"] == str(group)
    assert by_code.json()["specialisms"] == ["addiction", "youth"]
    assert by_code.headers["etag"] == '"1"'
    assert api.get(f"/groups/{group}")["code"] == "12345670"
    assert api.get("/groups/۱۲۳۴۵۶۷۰")["id"] == str(group)
    assert api.get("/groups/999", expect=404)["type"] == "urn:muster:problem:not-found"


def test_the_conversation_of_a_group(api: Api) -> None:
    a_group(api.office)
    person = a_person(api.office)
    first = a_message_in(api.office, person, "۹")
    a_message_out(api.office, person, "سلام", inbox_id=first, state="delivered")
    a_message_in(api.office, a_person(api.office, "+989350000000"), "x")
    code = api.get("/groups")["items"][0]["code"]

    said = api.every(f"/groups/{code}/conversation", limit=1)

    assert [(m["direction"], m["text"], m["state"], m["segments"]) for m in said] == [
        ("out", "سلام", "delivered", 1),
        ("in", "۹", "handled", 1),
    ]
    assert said[0]["answers"] == str(first)


def test_counts_agree_with_what_is_found(api: Api) -> None:
    office = api.office
    a_group(office, specialisms=["youth"])
    a_group(office, "+989350000001", province="tehran", specialisms=["youth", "health"])
    a_group(office, "+989350000002", status="verified", specialisms=["health"])
    part = a_group(office, "+989350000003", specialisms=["health"])
    api.post(f"/groups/{part}/merge", {"into": str(part - 1)}, 404)
    whole = api.get("/groups", province="tehran")["items"][0]["id"]
    api.post(f"/groups/{part}/merge", {"into": whole})

    counts = api.get("/counts")
    assert (counts["total"], counts["province"]) == (3, {"gilan": 2, "tehran": 1})
    assert counts["status"] == {"registered": 2, "verified": 1}
    assert counts["specialism"] == {"youth": 2, "health": 2}
    some = api.get("/counts", specialism="health", q="یاوران", status=["verified", "registered"])
    assert (some["total"], some["specialism"]) == (2, {"youth": 1, "health": 2})


def test_sign_ups_in_time_in_the_installations_zone(api: Api) -> None:
    for hours in (0, 1, 15, 30):
        at = NOW - timedelta(hours=hours)
        a_group(api.office, f"+98912000000{hours % 10}", created_at=at)
    until = (NOW + timedelta(hours=1)).isoformat()

    by_day = api.get("/counts/timeline", every="day", to=until)["items"]
    assert [(slice_["at"][:10], slice_["groups"]) for slice_ in by_day] == [
        ("2026-11-21", 2),
        ("2026-11-22", 2),
    ], "half past eight in the evening is the day before, and 02:00 UTC is half past five"
    by_hour = api.get("/counts/timeline", every="hour", to=until)["items"]
    assert [slice_["at"][:16] for slice_ in by_hour] == [
        "2026-11-21T05:00",
        "2026-11-21T20:00",
        "2026-11-22T10:00",
        "2026-11-22T11:00",
    ]
    long = {"every": "hour", "from": "2026-01-01T00:00:00Z", "to": until}
    api.get("/counts/timeline", expect=422, **long)


def test_how_far_conversations_came(api: Api) -> None:
    office = api.office
    for number, (step, standing) in enumerate(
        [("name", "open"), ("name", "expired"), ("province", "stopped"), ("summary", "done")]
    ):
        a_conversation(
            office, a_person(office, f"+98912000000{number}"), step=step, standing=standing
        )
    funnel = api.get("/counts/funnel/signup")
    steps = {step["step"]: step for step in funnel["steps"]}
    assert (funnel["started"], funnel["done"]) == (4, 1)
    assert (steps["consent"]["reached"], steps["name"]["reached"]) == (4, 4)
    assert (steps["name"]["here"], steps["name"]["left"]) == (1, 1)
    assert steps["province"]["reached"] == 2
    assert steps["members"]["reached"] == 1
    api.get("/counts/funnel/nothing", expect=404)
