"""Which numbers may be asked for: mobiles of the country of our line, and no others."""

import phonenumbers

from app.text.phone import e164

MOBILE = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
PREFIX = 4
"""A number without its last digits: ranges of ten thousand are what pumpers own."""


def textable(written: str, region: str) -> str:
    """The number in E.164; empty if a text cannot go there, or should not."""
    number = e164(written, region)
    if not number:
        return ""
    if region == "IR" and number.startswith("+989"):
        return number
    parsed = phonenumbers.parse(number)
    here = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(parsed.country_code or 0, ())
    return number if region in here and phonenumbers.number_type(parsed) in MOBILE else ""


def prefix_of(number: str) -> str:
    return number[:-PREFIX]
