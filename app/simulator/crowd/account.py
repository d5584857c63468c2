"""What was said against what was registered: the report at the end of a crowd."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.simulator.crowd.people import Person, State
from app.simulator.crowd.play import Tally
from app.text.digits import digits
from app.text.fold import key

COMPARED = ("name", "type", "province", "county", "specialisms", "members")
EXAMPLES = 5


@dataclass
class Account:
    """Everything that a run should be judged by. No number, no text."""

    people: int
    states: Counter[State]
    registered: int = 0
    as_meant: int = 0
    differing: Counter[str] = field(default_factory=Counter)
    """By field: registered with something else than was meant."""
    missing: int = 0
    """Given a tracking code, and nowhere to be found."""
    doubled: int = 0
    """Registered twice by one sign-up, or one code for two."""
    untold: int = 0
    """Registered, and the person was never told."""

    examples: list[str] = field(default_factory=list)
    """A few of those that differ: code, field, what was meant and what was kept."""

    @property
    def is_clean(self) -> bool:
        unanswered = self.states[State.UNANSWERED]
        wrong = self.missing or self.doubled or self.untold or self.differing
        return not (wrong or unanswered)


def settle(crowd: Sequence[Person], groups: Iterable[Mapping[str, Any]]) -> Account:
    """Compare by tracking code; `groups` are those that signed up while the crowd played."""
    account = Account(len(crowd), Counter(person.state for person in crowd))
    by_code: dict[str, Mapping[str, Any]] = {}
    for group in groups:
        account.registered += 1
        account.doubled += group["code"] in by_code
        by_code[str(group["code"])] = group
    seen: set[str] = set()
    for person in crowd:
        if not person.code:
            continue
        code = digits(person.code)
        account.doubled += (code in seen) + (person.codes - 1)
        seen.add(code)
        group_ = by_code.get(code)
        if group_ is None:
            account.missing += 1
            continue
        wrong = [name for name in COMPARED if not _same(person.meant.get(name), group_.get(name))]
        account.differing.update(wrong)
        account.as_meant += not wrong
        if wrong and len(account.examples) < EXAMPLES:
            name = wrong[0]
            account.examples.append(f"{code}: {name} {person.meant[name]} became {group_[name]}")
    account.untold = len(by_code.keys() - seen)
    return account


def _same(meant: object, kept: object) -> bool:
    return meant is None or _plain(meant) == _plain(kept)


def _plain(value: object) -> frozenset[str]:
    match value:
        case None:
            return frozenset()
        case str() | int():
            return frozenset({key(str(value))})
        case list() | tuple():
            return frozenset(key(str(one)) for one in value)
    raise TypeError(type(value).__name__)


def figures(tally: Tally, account: Account) -> dict[str, Any]:
    """Give the whole report as plain values, for machines."""
    return {
        "people": account.people,
        "ends": {state.value: account.states[state] for state in State if account.states[state]},
        "texts": dict(tally.texts),
        "answers": tally.answers,
        "answers_to_strangers": tally.strangers,
        "seconds": round(tally.seconds, 1),
        "texts_a_second": round(tally.texts["sent"] / max(tally.seconds, 0.1), 1),
        "acknowledged_ms": percentiles(tally.acknowledged_in),
        "answered_ms": percentiles(tally.answered_in),
        "registered": account.registered,
        "registered_as_meant": account.as_meant,
        "registered_otherwise": dict(account.differing),
        "examples": account.examples,
        "missing": account.missing,
        "doubled": account.doubled,
        "registered_untold": account.untold,
        "clean": account.is_clean,
    }


def percentiles(seconds: Sequence[float]) -> dict[str, int]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[round(last * share)] * 1000) for name, share in at.items()}
