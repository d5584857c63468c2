"""PostgreSQL reads the big tables by their indexes, and never from end to end.

Hot functions are run until their statements are prepared, as after a second of any burst; then
PostgreSQL is asked which plan it uses. It may have been made while the tables were empty.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from app.store import conversations, ends, inbox, outbox, participants, reports, retention
from app.store.engine import Db, Store, open_store
from app.store.ids import Ids

PEOPLE = 30_000
QUEUED = 300
RUNS = 12
"""The driver prepares a statement at its sixth run; PostgreSQL then tries five plans."""
BIG = {"participants", "conversations", "inbox", "outbox", "attempts", "reports"}
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANNEL = "main"

FILL = f"""
insert into participants (id, address, first_seen_at, last_seen_at)
select i, '+98912' || lpad(i::text, 7, '0'), '2026-01-01Z', '2026-01-01Z'
from generate_series(1, {PEOPLE}) i;

insert into conversations (id, participant_id, flow, version, language, step, standing, answers,
  state, channel, line, wake_at, started_at, updated_at)
select i, i, 'signup', 1, 'fa', 'name', case when i % 20 = 0 then 'open' else 'done' end, '{{}}',
  '{{}}', '{CHANNEL}', '3000', timestamptz '2026-03-01 09:00Z' + i * interval '1 minute',
  '2026-01-01Z', '2026-01-01Z'
from generate_series(1, {PEOPLE}) i;

insert into inbox (id, channel, kind, key, participant_id, state, received_at, handled_at, raw)
select i, '{CHANNEL}', 'message', 'c:' || i, i, 'handled', at, at,
  case when i > {PEOPLE} - 2000 then decode('00', 'hex') end
from generate_series(1, {PEOPLE}) i,
  lateral (select timestamptz '2025-01-01Z' + i * interval '15 minutes' as at);

insert into outbox (id, channel, participant_id, address, text, segments, priority, state,
  carrier_id, more, due_at, expires_at, lease_until, created_at, updated_at)
select i, '{CHANNEL}', i, '+98912' || lpad(i::text, 7, '0'), 'hello', 1, i % 3, state, 'k' || i,
  false, at, at + interval '6 hours', at, at, at
from generate_series(1, {PEOPLE}) i, lateral (
  select timestamptz '2026-03-01 08:00Z' - ({PEOPLE} - i) * interval '1 second' as at,
    case when i > {PEOPLE - QUEUED} then 'queued' when i % 200 = 0 then 'sending'
      when i % 20 = 0 then 'sent' else 'delivered' end as state);

insert into attempts (id, outbox_id, outcome, took_ms, at)
select i, i, 'accepted', 9, timestamptz '2025-01-01Z' + i * interval '15 minutes'
from generate_series(1, {PEOPLE}) i;

insert into reports (id, channel, outbox_id, carrier_id, status, at)
select i, '{CHANNEL}', case when i % 300 = 0 then null else i end, 'k' || i, 'delivered',
  timestamptz '2025-01-01Z' + i * interval '15 minutes'
from generate_series(1, {PEOPLE}) i;
"""
NEW_ID = Ids(2)
SOME = range(1, 9000, 150)
"""As many people as one group of turns has on a busy day."""


def sent(message: int) -> dict[str, Any]:
    told = {"state": "sent", "reason": "", "carrier_id": f"k{message}", "due_at": None}
    tried = {"attempt_id": NEW_ID(), "outcome": "accepted", "said": "", "took_ms": 9}
    return {"id": message, **told, **tried, "exchange": "", "at": NOW}


HOT: dict[str, tuple[Callable[[Db], object], set[str]]] = {
    "hold": (
        lambda db: participants.hold(db, [f"+98935{n:07}" for n in SOME], Ids(1)),
        set(),
    ),
    "repeats": (
        lambda db: inbox.repeats(db, [(CHANNEL, f"c:{n}") for n in SOME]),
        {"uq_inbox_channel_key"},
    ),
    "latest_of": (
        lambda db: conversations.latest_of(db, list(SOME)),
        {"ix_conversations_participant_id_id"},
    ),
    "to_wake": (lambda db: conversations.to_wake(db, 500), {"ix_conversations_wake_at"}),
    "claim": (
        lambda db: outbox.claim(db, CHANNEL, NOW, 10, NOW + MINUTE, 2),
        {"ix_outbox_due", "ix_outbox_line_of_person"},
    ),
    "is_due": (lambda db: outbox.is_due(db, CHANNEL, NOW), {"ix_outbox_due"}),
    "expire": (lambda db: outbox.expire(db, CHANNEL, NOW), set()),
    "abandon_dead_leases": (
        lambda db: outbox.abandon_dead_leases(db, CHANNEL, NOW),
        {"ix_outbox_sending"},
    ),
    "cancel_for": (lambda db: outbox.cancel_for(db, 7, CHANNEL, NOW), set()),
    "in_state": (
        lambda db: outbox.in_state(db, CHANNEL, "sent", (NOW - timedelta(days=2), 0), NOW, 100),
        set(),
    ),
    "give_back": (lambda db: outbox.give_back(db, CHANNEL, NOW, NOW), {"ix_outbox_sending"}),
    "finish": (
        lambda db: ends.finish(db, CHANNEL, [sent(n) for n in SOME]),
        {"pk_outbox"},
    ),
    "depth": (outbox.depth, set()),
    "match by the carrier's id": (
        lambda db: reports.match(db, [(CHANNEL, f"k{n}", "") for n in SOME]),
        {"ix_outbox_carrier_id"},
    ),
    "match by ours": (
        lambda db: reports.match(db, [(CHANNEL, "", str(n)) for n in SOME]),
        {"pk_outbox"},
    ),
    "parked": (
        lambda db: reports.parked(db, CHANNEL, [f"k{n}" for n in SOME]),
        {"ix_reports_parked"},
    ),
    "parked_by_mischance": (
        lambda db: reports.parked_by_mischance(db, CHANNEL, NOW - timedelta(days=130)),
        {"ix_outbox_carrier_id"},
    ),
    "forget": (
        lambda db: retention.forget(db, timedelta(days=500), 100),
        {"ix_inbox_raw", "ix_attempts_at", "ix_reports_at"},
    ),
}


@dataclass
class Plans:
    """What the statements of a function come to."""

    scanned: set[str] = field(default_factory=set)
    """Big tables read from end to end."""
    indexes: set[str] = field(default_factory=set)
    prepared: int = 0

    def add(self, plan: Mapping[str, Any]) -> None:
        if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG:
            self.scanned.add(plan["Relation Name"])
        if plan["Node Type"] in ("Hash Join", "Merge Join"):
            self.scanned |= {each["Relation Name"] for each in _whole(plan)}
        if "Index Name" in plan:
            self.indexes.add(plan["Index Name"])
        for below in plan.get("Plans", []):
            self.add(below)


def _whole(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Find the nodes below that read a whole big table, if in the order of an index."""
    for below in plan.get("Plans", []):
        if below.get("Relation Name") in BIG and "Index Cond" not in below:
            yield below
        yield from _whole(below)


class Watched:
    """One connection on which functions are run, and later explained."""

    def __init__(self, store: Store) -> None:
        self._db = store._writer.connect()
        self._sent: dict[str, list[tuple[str, Any]]] = {}
        self._now: list[tuple[str, Any]] = []
        event.listen(self._db, "before_cursor_execute", self._catch)

    def _catch(self, _: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        self._now.append((statement, parameters))

    def run(self, name: str, times: int = RUNS) -> None:
        """Run a function as often as it takes; a rollback would undo the preparing too."""
        ask, _ = HOT[name]
        for _ in range(times):
            self._now = []
            with self._db.begin():
                ask(self._db)
        self._sent[name] = self._now

    def plans(self, name: str) -> Plans:
        """Ask how the statements of the last run would be run now."""
        found = Plans()
        raw = self._db.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with psycopg.ClientCursor(raw) as cursor:
            cursor.execute("select statement, name from pg_prepared_statements")
            prepared = dict(cursor.fetchall())
            for statement, parameters in self._sent[name]:
                text, values = _numbered(statement, parameters)
                if text in prepared:
                    found.prepared += 1
                    marks = f"({', '.join(['%s'] * len(values))})" if values else ""
                    cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {prepared[text]}{marks}", values)
                else:
                    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters or None)
                row = cursor.fetchone()
                assert row is not None
                found.add(row[0][0]["Plan"])
        self._db.commit()
        return found

    def close(self) -> None:
        self._db.close()


def _numbered(statement: str, parameters: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """A statement as the driver sends it, and its values in the order of its marks."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1], len(numbers) + 1)}"

    text = re.sub(r"%\((\w+)\)s", number, statement)
    return text.replace("%%", "%"), [parameters[name] for name in numbers]


@pytest.fixture(scope="module")
def settled(postgres, postgres_template) -> Iterator[Watched]:
    """Everything was there, and counted, before the first statement."""
    name = postgres.create_database(postgres_template)
    postgres.sql(FILL, name)
    postgres.sql("analyze", name)
    yield from _watched(postgres, name)


@pytest.fixture(scope="module")
def in_a_burst(postgres, postgres_template) -> Iterator[Watched]:
    """Prepared on empty tables; a minute later they are full, and nobody has counted."""
    name = postgres.create_database(postgres_template)
    for table in sorted(BIG):
        postgres.sql(f"alter table {table} set (autovacuum_enabled = off)", name)
    for watched in _watched(postgres, name):
        for each in HOT:
            watched.run(each)
        postgres.sql(FILL, name)
        yield watched


def _watched(postgres: Any, name: str) -> Iterator[Watched]:
    store = open_store(postgres.url(name), by_index=True)
    watched = Watched(store)
    yield watched
    watched.close()
    store.close()
    postgres.drop_database(name)


@pytest.mark.parametrize("name", HOT)
def test_hot_questions_are_answered_by_indexes(settled, name):
    settled.run(name)
    plans = settled.plans(name)

    assert plans.scanned == set()
    assert HOT[name][1] <= plans.indexes


@pytest.mark.parametrize("name", HOT)
def test_so_they_are_in_a_burst_that_began_on_empty_tables(in_a_burst, name):
    assert in_a_burst.plans(name).scanned == set()


def test_the_most_frequent_statements_are_prepared(settled):
    for name in ("hold", "repeats", "latest_of", "claim", "is_due"):
        settled.run(name)
        assert settled.plans(name).prepared > 0, name
