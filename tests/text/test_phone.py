import pytest

from app.text.phone import Address, address, e164


@pytest.mark.parametrize(
    "written",
    [
        "9120000001",
        "09120000001",
        "989120000001",
        "+989120000001",
        "00989120000001",
        "tel:+989120000001",
        "tel:989120000001",
        "۰۹۱۲۰۰۰۰۰۰۱",
        "٠٩١٢٠٠٠٠٠٠١",
        "0912 000-0001",
        "\u202a+98 912 000 0001\u202c",
        "+9809120000001",
    ],
)
def test_every_way_to_write_an_iranian_mobile_is_one_number(written: str) -> None:
    assert e164(written) == "+989120000001"


@pytest.mark.parametrize("prefix", ["900", "931", "934", "999", "998"])
def test_no_iranian_prefix_is_refused(prefix: str) -> None:
    assert e164(f"0{prefix}1234567") == f"+98{prefix}1234567"


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("06 30 123 4567", "HU", "+36301234567"),
        ("36301234567", "HU", "+36301234567"),
        ("36301234567", "IR", "+36301234567"),
        ("0036301234567", "IR", "+36301234567"),
        ("02188776655", "IR", "+982188776655"),
        ("09120000001", "HU", ""),
    ],
)
def test_other_countries_and_landlines(written: str, region: str, number: str) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    "written",
    ["", "9", "912000001", "98912000000", "10008", "30001152", "Magfa", "a9120000001", "+" * 20],
)
def test_what_is_no_number_is_not_made_one(written: str) -> None:
    assert e164(written) == ""


def test_masked_senders_stay_as_the_carrier_gave_them() -> None:
    assert address(" 7f3a-ee01 ") == Address("7f3a-ee01", dialable=False)
    assert address("912 000 0001") == Address("+989120000001", dialable=True)
