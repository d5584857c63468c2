"""What became of exchanges, as rows: outboxes' new states, attempts, carrier ids, wishes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.delivery.settling import WORDS, Settled, settle
from app.store import outbox, participants, reports
from app.store.ends import finish
from app.store.engine import Db, Found
from app.store.ids import Ids
from gateway_adapters.contract import Outcome


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request to the carrier that has ended, however it ended."""

    rows: Sequence[Found]
    outcomes: Sequence[Outcome]
    took_ms: int
    text: str
    """The answer as operators may read it."""


@dataclass(frozen=True, slots=True)
class _One:
    row: Found
    outcome: Outcome
    what: Settled
    exchanged: Exchanged


def write(
    db: Db,
    channel: str,
    done: Sequence[Exchanged],
    new_id: Ids,
    now: datetime,
    chance: Callable[[], float],
) -> None:
    """Write the end of each message of these exchanges; a report that came first stands."""
    ends = sorted(_ends(done, now, chance), key=lambda one: int(one.row.id))
    early = finish(db, channel, [_columns(one, new_id(), now) for one in ends])
    ids = {carrier_id: one.row.id for one in ends for carrier_id in one.what.carrier_ids}
    early = [*early, *_note_further_ids(db, channel, ends)]
    if early:
        reports.settle_parked(db, early, ids, now)
    _note_wishes(db, channel, ends, new_id, now)


def _ends(done: Sequence[Exchanged], now: datetime, chance: Callable[[], float]) -> Iterator[_One]:
    for one in done:
        for row, outcome in zip(one.rows, one.outcomes, strict=True):
            expires_at = outbox.moment_of(row.expires_at)
            what = settle(outcome, tries=row.tries, now=now, expires_at=expires_at, chance=chance())
            yield _One(row, outcome, what, one)


def _columns(one: _One, attempt: int, now: datetime) -> dict[str, Any]:
    return {
        "id": one.row.id,
        "state": one.what.state,
        "reason": one.what.reason,
        "carrier_id": next(iter(one.what.carrier_ids), ""),
        "due_at": one.what.due_at,
        "attempt_id": attempt,
        "outcome": WORDS[type(one.outcome)],
        "said": getattr(one.outcome, "reason", ""),
        "took_ms": one.exchanged.took_ms,
        "exchange": one.exchanged.text,
        "at": now,
    }


def _note_further_ids(db: Db, channel: str, ends: Sequence[_One]) -> Sequence[Any]:
    """Keep what some carriers give besides: an id for each part; gives reports that knew them."""
    more = [
        {"channel": channel, "carrier_id": carrier_id, "outbox_id": one.row.id}
        for one in ends
        if len(one.what.carrier_ids) > 1
        for carrier_id in dict.fromkeys(one.what.carrier_ids[1:])
    ]
    if not more:
        return []
    outbox.add_carrier_ids(db, more)
    return reports.parked(db, channel, [row["carrier_id"] for row in more])


def _note_wishes(db: Db, channel: str, ends: Sequence[_One], new_id: Ids, now: datetime) -> None:
    left = sorted({one.row.participant_id for one in ends if one.what.opted_out})
    rows = [
        {
            "id": new_id(),
            "participant_id": person,
            "channel": channel,
            "wish": "out",
            "source": "carrier",
            "line": "",
            "heard": "",
            "at": now,
        }
        for person in left
    ]
    participants.record_wishes(db, rows)
    for person in left:
        outbox.cancel_for(db, person, channel, now)
