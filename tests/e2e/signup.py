"""A whole sign-up as people really type it, each person in a way of their own."""

import json
from collections.abc import Callable, Sequence

from tests.rig.sender import Post
from tests.rig.server import PROOF, Muster

LINE = "30001152"
DIGITS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
LETTERS = (str.maketrans({}), str.maketrans("یک", "يك"))  # Persian, and an Arabic keyboard's
PLACES = (("گیلان", "رشت"), ("تهران", "شمیرانات"), ("اصفهان", "کاشان"), ("فارس", "شیراز"))


def number_of(person: int) -> str:
    """Each person's number in E.164."""
    return f"+98912{person:07d}"


def name_of(person: int) -> str:
    return f"همیاران امید {_digits(person, 1)}"


def words_of(person: int) -> list[str]:
    """Everything this person says, from `9` to `yes`."""
    script = person % len(DIGITS)
    province, county = PLACES[person % len(PLACES)]
    letters = LETTERS[person % len(LETTERS)]
    return [
        _digits(9, script),
        _digits(1, script),  # consent
        name_of(person),
        _digits(1 + person % 2, script),  # people's group or NGO
        province.translate(letters),
        county.translate(letters),
        f"{_digits(1, script)} {_digits(4, script)}",  # fields
        "-".join(_digits(n, script) for n in (1, 2, 3)),  # specialisms
        f" {_digits(5 + person % 90, script)} نفر",
        "رد" if person % 3 else "سالن و خودرو",
        "مریم رضایی",
        _digits(1, script),  # yes, that is right
    ]


def _digits(number: int, script: int) -> str:
    return str(number).translate(str.maketrans(DIGITS[0], DIGITS[script]))


def in_latin(text: str) -> str:
    """The text with Latin digits: replies write codes in the digits of their language."""
    return text.translate(str.maketrans(DIGITS[1], DIGITS[0]))


Writer = Callable[[Muster, str, str, str], Post]


def by_simulator(muster: Muster, key: str, number: str, text: str) -> Post:
    body = json.dumps({"id": key, "from": number, "to": LINE, "text": text}).encode()
    headers = {"Content-Type": "application/json", "X-Simulator-Secret": PROOF}
    return Post(key, number, muster.hook("simulator"), body, headers)


def posts_of(
    muster: Muster, people: Sequence[int], write: Writer = by_simulator
) -> list[list[Post]]:
    """One list a person, keyed `<number>-<which word>`, as the checker wants it."""
    return [
        [
            write(muster, f"{number_of(person)}-{which}", number_of(person), text)
            for which, text in enumerate(words_of(person))
        ]
        for person in people
    ]
