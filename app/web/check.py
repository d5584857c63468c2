"""A question that a person answers at a glance, before a text goes to a number anybody can type.

It needs no script and no other host, and nothing of it is kept: what the form brings back proves
which answer was right, for which number, in which browser and until when.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.conversation.numbers import whole_number
from app.store import asked
from app.store.asked import Allowance
from app.store.engine import clock
from app.web.browser import Browser, keyed
from app.web.given import Given
from app.web.proof import is_pressed

LASTS = timedelta(minutes=10)
ONCE = "check"
"""The kind of allowance that lets an answer be given once."""
LEAST = 2
"""What the first of a language's number words stands for; the others follow in order."""
LONGEST_REPLY = 40
TOKEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{16})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Check:
    words: str
    token: str


def is_due(given: Given, browser: Browser, number: str) -> bool:
    """Whether a question is to be answered before a code goes to this number."""
    match given.check:
        case "auto":
            return is_pressed(given, browser, number)
        case when:
            return when == "always"


def new_check(
    given: Given, browser: Browser, number: str, labels: Mapping[str, Any], now: float
) -> Check:
    """Make a question about two different small numbers, in words; its answer is at least 1."""
    by_chance = secrets.SystemRandom()
    names = labels["check_numbers"].split()
    one, other = by_chance.sample(range(len(names)), 2)
    kind, answer = "check_plus", one + other + 2 * LEAST
    if by_chance.random() < 0.5:
        one, other = max(one, other), min(one, other)
        kind, answer = "check_minus", one - other
    words = labels[kind].replace("{one}", names[one]).replace("{other}", names[other])
    until, salt = str(int(now + LASTS.total_seconds())), secrets.token_hex(8)
    return Check(words, f"{until}.{salt}.{_seal(given, browser, number, until, salt, answer)}")


def fits(given: Given, browser: Browser, number: str, token: str, reply: str, now: float) -> bool:
    """Whether this is the answer to a question of ours, asked of this browser for this number."""
    parts, answer = TOKEN.fullmatch(token), whole_number(reply[:LONGEST_REPLY])
    if parts is None or answer is None or now >= int(parts[1]):
        return False
    expected = _seal(given, browser, number, parts[1], parts[2], answer)
    return hmac.compare_digest(parts[3], expected)


def _seal(given: Given, browser: Browser, number: str, until: str, salt: str, answer: int) -> str:
    return keyed(given, "check", browser.token, number, until, salt, str(answer))


def once(given: Given, token: str) -> Allowance:
    """One answer to each question: neither a second text for it, nor a second guess."""
    return Allowance(ONCE, keyed(given, "checked", token), 1, LASTS)


def spend(given: Given, token: str) -> None:
    """A wrong answer uses its question up."""
    with given.store.write() as db:
        asked.count(db, [once(given, token)], clock(db))
