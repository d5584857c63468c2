"""That a number is somebody's own: a code goes there by SMS, and comes back through the page.

Whatever is asked of whatever number, the answer is the same: whether we know it shows nowhere.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

from app.intake.writes import REPLY, Writes
from app.store import asked, forgetting, outbox, participants, visits
from app.store.asked import Allowance
from app.store.engine import Db, clock
from app.store.visits import Visit
from app.text.segments import segments
from app.web.browser import Browser, keyed
from app.web.given import Given
from app.web.numbers import prefix_of

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
VISIT_LASTS = timedelta(hours=12)
SECOND_PRESS = timedelta(seconds=10)
ASKED_JUST_NOW = timedelta(seconds=20)
"""A second code within it would only make the first one, just arriving, worthless."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CODES = (
    ("address", 10, HOUR),
    ("all", 3000, HOUR),
    ("prefix", 30, HOUR),
    ("number", 3, HOUR),
    ("number-day", 6, DAY),
)
"""How many codes may be asked for: from one address, in all, for one range, for one number.

Whoever owns a range of numbers earns by every text that goes there; somebody whose number
strangers type gets three texts and no more.
"""


def ask(
    given: Given, browser: Browser, number: str, words: str, before: Sequence[Allowance] = ()
) -> tuple[str, timedelta] | None:
    """Owe a code to this number; gives what limit stands against it and how long, if one does.

    The limits in `before` are counted first.
    """
    with given.store.write() as db:
        now = clock(db)
        if used_up := asked.count(db, [*before, *_allowances(given, browser, number)], now):
            return used_up[0].kind, used_up[1]
        code = f"{secrets.randbelow(10**6):06d}"
        _keep(given, db, browser, number, code, now)
        _owe(given, db, number, words, code, now)
    return None


def is_pressed(given: Given, browser: Browser, number: str) -> bool:
    """Whether half of any limit that a code to this number counts under is used up."""
    with given.store.read() as db:
        return asked.is_half_used(db, _allowances(given, browser, number), clock(db))


def _allowances(given: Given, browser: Browser, number: str) -> list[Allowance]:
    whose = {
        "address": network_of(browser.address),
        "all": "",
        "prefix": prefix_of(number),
        "number": number,
        "number-day": number,
    }
    return [
        Allowance(kind, keyed(given, "codes", kind, whose[kind]), most, within)
        for kind, most, within in CODES
    ]


def pretend(given: Given, browser: Browser, number: str) -> None:
    """Go on as if a code were on its way: a program shall not learn that it was found out."""
    with given.store.write() as db:
        _keep(given, db, browser, number, secrets.token_hex(8), clock(db))


def _keep(given: Given, db: Db, browser: Browser, number: str, code: str, now: datetime) -> None:
    columns = {
        "address": number,
        "code_hash": _hash(given, browser.token_hash, code),
        "code_until": now + CODE_LASTS,
        "ends_at": now + HOUR,
    }
    visits.ask(db, browser.token_hash, columns, now)


def _owe(given: Given, db: Db, number: str, words: str, code: str, now: datetime) -> None:
    _, people = participants.hold(db, [number], given.new_id)
    person = people[number]
    if person.opt_outs and participants.channels_left(db, [person.id]) & {
        (person.id, given.channel.name)
    }:
        return  # they want nothing from us, and anybody can type their number
    if forgetting.left_before(db, given.key, given.channel.name, number):
        return  # nor did they before they were forgotten
    writes = Writes(given.new_id, now)
    text = with_code(given, words, outbox.STARS)  # staff read the texts: the code stands apart
    until = now + CODE_LASTS
    writes.owe(given.channel, person, text, priority=REPLY, expires_at=until, secret=code)
    outbox.add(db, writes.outbox)


def with_code(given: Given, words: str, code: str) -> str:
    """The text with the code; in a form that browsers bind to our name, where there is room."""
    text = words.replace("{code}", code)
    host = urlsplit(given.public_url).hostname or ""
    bound = f"{text}\n\n@{host} #{code}"
    return bound if given.is_secure and segments(bound).count == 1 else text


def check(given: Given, browser: Browser, code: str) -> str:
    """Compare a code; gives the visit's new token if it is the one, else an empty text."""
    with given.store.write() as db:
        now = clock(db)
        expected = visits.another_try(db, browser.token_hash, MOST_TRIES, now)
        found = _hash(given, browser.token_hash, code)
        if not expected or not hmac.compare_digest(expected, found):
            return ""
        token = secrets.token_urlsafe(32)
        new = Browser(token, is_new=False, asked_language="", address="")
        columns = {"token_hash": new.token_hash, "verified_at": now, "ends_at": now + VISIT_LASTS}
        visits.verified(db, browser.token_hash, columns, now + SECOND_PRESS)
    return token


def is_on_its_way(visit: Visit, number: str, now: datetime) -> bool:
    """Whether this very browser asked for a code to this number a moment ago."""
    sent_at = visit.code_until - CODE_LASTS
    return visit.address == number and now - sent_at < ASKED_JUST_NOW


def network_of(address: str) -> str:
    """An address, or the network of it that one subscriber has to himself."""
    return str(ip_network((address, 64), strict=False)) if ":" in address else address


def _hash(given: Given, token_hash: str, code: str) -> str:
    return keyed(given, "code", token_hash, code)
