import gsm0338
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.text.screens import ussd_size
from app.text.segments import (
    BASIC,
    EXTENDED,
    Encoding,
    encoding_of,
    offenders,
    segments,
    split,
    units,
)

ORACLE = gsm0338.Codec()
GSM = st.text(alphabet=BASIC + EXTENDED, max_size=700)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | GSM
ANY |= st.text(alphabet="سلام۹ \u200c😀€", max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("a" * 306, Encoding.GSM7, 2),
        ("a" * 307, Encoding.GSM7, 3),
        ("€" * 80, Encoding.GSM7, 1),
        ("€" * 81, Encoding.GSM7, 2),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 3),
        ("س" * 70, Encoding.UCS2, 1),
        ("س" * 71, Encoding.UCS2, 2),
        ("س" * 134, Encoding.UCS2, 2),
        ("س" * 135, Encoding.UCS2, 3),
        ("a" * 69 + "۹", Encoding.UCS2, 1),
        ("😀" * 35, Encoding.UCS2, 1),
        ("😀" * 66, Encoding.UCS2, 2),
        ("😀" * 67, Encoding.UCS2, 3),
    ],
)
def test_parts_are_counted_as_carriers_bill_them(text: str, encoding: Encoding, count: int) -> None:
    assert segments(text)[:2] == (encoding, count)


@settings(max_examples=1500)
@given(ANY)
def test_any_text_splits_and_joins_to_itself(text: str) -> None:
    encoding, count, _ = segments(text)
    pieces = split(text)
    assert "".join(pieces) == text
    assert len(pieces) == count
    room = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}[encoding][count > 1]
    assert all(units(piece, encoding) <= room for piece in pieces)


@given(ANY)
def test_the_alphabet_is_the_one_of_the_standard(text: str) -> None:
    try:
        septets = len(ORACLE.encode(text)[0])
    except UnicodeEncodeError:
        assert encoding_of(text) is Encoding.UCS2
        assert offenders(text)
    else:
        assert segments(text)[::2] == (Encoding.GSM7, septets)
        assert not offenders(text)


def test_offenders_are_named_once() -> None:
    assert offenders("a – b – c…") == "–…"


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 182, True), ("a" * 183, False), ("س" * 80, True), ("س" * 81, False)]
)
def test_a_screen_has_182_septets_or_80_characters(text: str, fits: bool) -> None:
    assert ussd_size(text).fits is fits
