"""Phone numbers in one form, E.164, however a carrier or a person wrote them."""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from app.text.digits import digits

SEPARATORS = re.compile(r"[\s\-().\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
# Iran: any 9 and nine digits. New ranges open often, so no prefix is ever refused.
IRAN_MOBILE = re.compile(r"(?:\+98|0098|98|0|)0?(9\d{9})")
PLAIN = re.compile(r"\+?\d{6,17}")


class Address(NamedTuple):
    """Who a message is from: E.164, or a carrier's own id where numbers are masked."""

    value: str
    dialable: bool


@lru_cache(maxsize=16_384)
def e164(number: str, region: str = "IR") -> str:
    """The number as `+98912...`; empty if it is none."""
    plain = SEPARATORS.sub("", digits(number)).removeprefix("tel:").split(";", 1)[0]
    if not PLAIN.fullmatch(plain):
        return ""
    if region == "IR" and (iranian := IRAN_MOBILE.fullmatch(plain)):
        return "+98" + iranian[1]
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    # Many carriers drop the plus: 36301234567.
    return valid(plain, region) or ("" if plain.startswith("+") else valid("+" + plain, region))


def valid(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def address(sender: str, region: str = "IR") -> Address:
    """Any sender: a number in E.164, or what the carrier gave, as it is, when that is no number."""
    number = e164(sender, region)
    return Address(number, dialable=True) if number else Address(sender.strip(), dialable=False)
