"""What became of things in the demo: our messages, the groups in staff's hands, a few oddities."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.intake.item import Item, Unread
from app.intake.keeping import keep_unread
from app.store import group_edits, groups_search, messages
from app.store.bulk import insert_rows, update_rows
from app.store.engine import Store
from app.store.group_edits import Edit
from app.store.groups_search import Place
from app.store.ids import Ids, take_numbers
from app.store.schema import attempts, outbox, reports

A_PAGE = 500
FATES = (
    ("delivered", "", 930),
    ("sent", "", 30),
    ("failed", "the number is not in use", 14),
    ("failed", "the person blocks messages of companies", 6),
    ("expired", "past its deadline", 8),
    ("unclear", "no answer within 20 s", 6),
)
WAITING = 6
"""So many of the newest stay in the queue."""
TRIED = frozenset({"delivered", "sent", "failed", "unclear"})
REPORTED = {"delivered": "delivered", "failed": "failed"}
TAGS = ("پیگیری", "دعوت به نشست", "نیازمند آموزش", "تجربه خوب")


def give_fates(store: Store, seed: int, now: datetime) -> int:
    """Make up how far each message got; gives how many there are."""
    chance = random.Random(seed)  # noqa: S311  to be repeated, no secret
    new_id = _ids(store)
    count = 0
    for page in _sent(store):
        rows = [row for row in page if row.state == "queued" or _had_left(row)]
        fated: list[dict[str, Any]] = []
        tried: list[dict[str, Any]] = []
        told: list[dict[str, Any]] = []
        for row in rows:
            count += 1
            if count <= WAITING:
                later = now + timedelta(hours=8)
                fated.append(_fate(row, "queued", "", "", later, now))
                continue
            state, reason = chance.choices(
                [(state, reason) for state, reason, _ in FATES], [w for _, _, w in FATES]
            )[0]
            took = timedelta(seconds=chance.uniform(0.2, 3))
            at = min(row.created_at + took, now)
            carrier_id = str(chance.randrange(10**9, 10**10)) if state in REPORTED else ""
            fated.append(_fate(row, state, reason, carrier_id, row.due_at, at))
            if state in TRIED:
                outcome = {"failed": "refused", "unclear": "unclear"}.get(state, "accepted")
                tried.append(
                    {
                        "id": new_id(),
                        "outbox_id": row.id,
                        "outcome": outcome,
                        "reason": reason,
                        "took_ms": chance.randint(40, 900),
                        "exchange": "",
                        "at": at,
                    }
                )
            if state in REPORTED:
                told.append(
                    {
                        "id": new_id(),
                        "channel": row.channel,
                        "outbox_id": row.id,
                        "carrier_id": carrier_id,
                        "our_id": str(row.id),
                        "status": REPORTED[state],
                        "reason": reason,
                        "at": min(at + timedelta(seconds=chance.uniform(2, 30)), now),
                    }
                )
        with store.write() as db:
            update_rows(db, outbox, fated)
            insert_rows(db, attempts, tried)
            insert_rows(db, reports, told)
    return count


def _had_left(row: Any) -> bool:
    """Whether it was cancelled long after it would have been sent: nothing was, in the past."""
    late: bool = row.updated_at - row.created_at > timedelta(seconds=10)
    return late and row.state == "cancelled"


def _fate(
    row: Any, state: str, reason: str, carrier_id: str, due_at: datetime, at: datetime
) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": state,
        "reason": reason,
        "carrier_id": carrier_id,
        "due_at": due_at,
        "expires_at": due_at + timedelta(hours=24) if state == "queued" else row.expires_at,
        "tries": int(state in TRIED),
        "updated_at": at,
    }


def _sent(store: Store) -> Iterator[list[Any]]:
    below: Place | None = None
    while True:
        with store.read() as db:
            found = messages.page(db, messages.Filter(direction="out"), A_PAGE, below)
        if not found:
            return
        yield [row for _, row in found]
        below = Place(found[-1][1].id)


def look_at(store: Store, seed: int, now: datetime) -> int:
    """Let staff have looked at some: verified, turned down, tagged, with notes."""
    chance = random.Random(seed + 1)  # noqa: S311
    edits: list[tuple[Edit, datetime]] = []
    for page in groups_search.every(store.read, groups_search.Filter()):
        for row in page:
            at = min(row.created_at + timedelta(hours=chance.uniform(1, 50)), now)
            roll = chance.random()
            if at < now and roll < 0.45:
                edits.append((Edit(row.id, "verified", {"status": "verified"}), at))
            elif at < now and roll < 0.49:
                note = "نام و نشانی روشن نیست؛ تماس گرفته شد."
                edits.append((Edit(row.id, "edited", {"status": "rejected", "note": note}), at))
            if chance.random() < 0.12:
                edits.append((Edit(row.id, "tagged", {"tags": [chance.choice(TAGS)]}), at))
    with store.write() as db:
        for edit, at in edits:
            group_edits.apply(db, edit, f"operator:{chance.choice(('maryam', 'reza'))}", at)
    return len(edits)


def keep_oddities(store: Store, channel: str, new_id: Ids, now: datetime) -> None:
    """Requests that nobody could read, as carriers send them on a bad day."""
    odd = (
        (
            b'{"method":"POST","path":"/hooks/simulator/*","query":"","headers":{}}\n{"from":',
            "JSON",
        ),
        (b'{"method":"GET","path":"/hooks/simulator/*","query":"a=1","headers":{}}\n', "no text"),
    )
    items = [
        Item(channel, Unread(f"the request cannot be read: {problem}"), now, raw)
        for raw, problem in odd
    ]
    with store.write() as db:
        keep_unread(db, items, new_id)


def _ids(store: Store) -> Ids:
    with store.write() as db:
        return Ids(take_numbers(db, "processes"))
