from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from gateway_adapters.contract import BadPayload, Ignored, Message
from gateway_adapters.gsm7 import fits_gsm7
from gateway_adapters.reading import any_case, decimal, each, rfc3339, sms, time_as

AT = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)


def test_names_are_read_in_any_case_and_at_any_depth():
    found = any_case(b'{"A":1,"a":2,"B ":[{"Cc":{"D":null}}]}')
    assert found == {"a": 1, "b": [{"cc": {"d": None}}]}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_is_no_json_is_a_bad_payload(body):
    with pytest.raises(BadPayload):
        any_case(body)


@pytest.mark.parametrize(
    ("sender", "read"),
    [
        ("+989120000001", "+989120000001"),
        (" 989120000001", "+989120000001"),
        ("tel:+989120000001", "+989120000001"),
        ("00989120000001", "00989120000001"),
        ("30001", "30001"),
    ],
)
def test_senders_are_cleaned(sender, read):
    assert sms(sender, "9") == Message(read, "9")


def test_a_name_cannot_be_answered_and_nobody_is_a_mistake():
    assert isinstance(sms("MTN", "offer"), Ignored)
    with pytest.raises(BadPayload):
        sms(" ", "9")


def only_even(number):
    if number % 2:
        raise BadPayload("odd")
    return Message(f"98912{number:07}", "9")


def test_bad_entries_do_not_cost_the_good_ones():
    kinds = [type(event) for event in each([1, 2, 3, 4], only_even)]
    assert kinds == [Message, Message, Ignored, Ignored]
    assert isinstance(each([], only_even)[0], Ignored)
    with pytest.raises(BadPayload, match="odd"):
        each([1, 3], only_even)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-20T08:15:30Z", AT),
        ("2026-11-20T11:45:30+03:30", AT),
        ("2026-11-20 08:15:30.000+0000", AT),
        ("2026-11-20T08:15:30", None),
        ("2026-11-20", None),
        ("2026-11-20T08:15Z", None),
        ("20261120T081530Z", None),
        ("2026-13-20T08:15:30Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_is_whole_or_none(text, time):
    assert rfc3339(text) == time


def test_local_times_have_a_zone():
    zone = timezone(timedelta(hours=8))
    assert time_as("2026-11-2016:15:30", "%Y-%m-%d%H:%M:%S", zone) == AT
    assert time_as("0001-01-0100:00:00", "%Y-%m-%d%H:%M:%S", zone) is None


@pytest.mark.parametrize("text", ["", "a", "nan", "Infinity", "1,5"])
def test_an_amount_is_a_number(text):
    with pytest.raises(BadPayload):
        decimal(text)
    assert decimal(" 1.50 ") == Decimal("1.50")


@pytest.mark.parametrize(("text", "fits"), [("Group 9 €[]", True), ("گروه", False), ("ç", False)])
def test_the_default_alphabet(text, fits):
    assert fits_gsm7(text) is fits
