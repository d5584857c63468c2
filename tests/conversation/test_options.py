import pytest

from app.conversation.options import Entry, options, pick

LONG = options([Entry(f"o{n}", {"fa": f"گزینش {n} حرف"}) for n in range(1, 17)], "fa")
FIELDS = options(
    [Entry("health", {"fa": "سلامت جسم"}), Entry("poverty", {"fa": "معیشت و فقر"})], "fa"
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1 3", ("o1", "o3")),
        ("1-3", ("o1", "o3")),
        ("۱ ۴", ("o1", "o4")),
        ("۱و۳", ("o1", "o3")),
        ("1\n5", ("o1", "o5")),
        ("13", ("o11",)),  # 11 and 12 are never numbers, so 13 is the eleventh
        ("۱۳", ("o11",)),
        ("13 1", ("o11", "o1")),
        ("1, 13", ("o1", "o11")),
    ],
)
def test_numbers_that_stand_apart_are_never_read_as_one(text: str, ids: tuple[str, ...]) -> None:
    assert pick(LONG, text, several=3).ids == ids


def test_a_greeting_is_no_beginning_of_an_option() -> None:
    assert pick(FIELDS, "سلام").ids == ()
    assert pick(FIELDS, "سلام سلامت جسم").ids == ("health",)
    assert pick(FIELDS, "معیشت").ids == ("poverty",)
