"""Fills a PostgreSQL database with people and what they said, by SQL inside the database.

Secondary indexes are made after the rows, as a restore would: otherwise ten million take an hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.people import SCATTER
from bench.run import Run
from tests.rig.postgres import Postgres

ADDRESS = f"'+989' || lpad(((i * {SCATTER}) %% 1000000000)::text, 9, '0')"
LONG_AGO = "now() - interval '100 days' + i * interval '500 microseconds'"

PARTICIPANTS = f"""
insert into participants (id, address, language, first_seen_at, last_seen_at, groups, opt_outs)
select i, {ADDRESS}, 'fa', {LONG_AGO}, {LONG_AGO}, (i < %(groups)s)::int, 0
from generate_series(%(first)s::bigint, %(last)s::bigint) i
"""
CONVERSATIONS = f"""
insert into conversations (id, participant_id, flow, version, language, step, standing, answers,
  state, channel, line, turns, started_at, updated_at)
select i, i, 'signup', 1, 'fa', 'county', case when i < %(groups)s then 'done' else 'stopped' end,
  jsonb_build_object('consent', true, 'name', 'همیاران امید ' || i, 'type', 'people',
    'province', 'gilan', 'county', 'rasht', 'specialisms', jsonb_build_array('orphans', 'women')),
  '{{}}', 'simulator', '30001152', 12, {LONG_AGO}, {LONG_AGO}
from generate_series(%(first)s::bigint, %(last)s::bigint) i
"""
GROUPS = f"""
insert into groups (id, code, participant_id, conversation_id, flow, status, name, name_key, type,
  province, county, members, contact, phone, language, channel, more, tags, created_at, updated_at)
select i, 'B' || i, i, i, 'signup', 'registered', 'همیاران امید ' || i, 'همیاران امید ' || i,
  'people', 'gilan', 'rasht', i %% 90 + 5, 'مریم رضایی', {ADDRESS}, 'fa', 'simulator', '{{}}',
  '[]', {LONG_AGO}, {LONG_AGO}
from generate_series(%(first)s::bigint, least(%(last)s::bigint, %(groups)s - 1)) i
"""
INBOX = f"""
insert into inbox (id, channel, kind, key, carrier_id, participant_id, conversation_id, sender,
  line, text, heard, state, rule, received_at, handled_at)
select i, 'simulator', 'message', 'c:old-' || i || ':' || {ADDRESS}, 'old-' || i, i, i, {ADDRESS},
  '30001152', 'همیاران امید ' || i, 'text', 'handled', 'answer', {LONG_AGO}, {LONG_AGO}
from generate_series(%(first)s::bigint, %(last)s::bigint) i
"""
OUTBOX = f"""
insert into outbox (id, channel, participant_id, conversation_id, inbox_id, address, line, text,
  segments, priority, state, carrier_id, more, tries, due_at, expires_at, created_at, updated_at)
select i, 'simulator', i, i, i, {ADDRESS}, '30001152', 'به کدام نزدیک‌ترید؟ ' || i, 2, 0,
  'delivered', 'old-' || i, false, 1, {LONG_AGO}, {LONG_AGO}, {LONG_AGO}, {LONG_AGO}
from generate_series(%(first)s::bigint, %(last)s::bigint) i
"""
EVERYTHING = {
    "participants": PARTICIPANTS,
    "conversations": CONVERSATIONS,
    "groups": GROUPS,
    "inbox": INBOX,
    "outbox": OUTBOX,
}
GROUPS_ONLY = {name: EVERYTHING[name] for name in ("participants", "groups")}
A_STEP = 250_000
SETTINGS = (
    "synchronous_commit = off",
    "maintenance_work_mem = '1GB'",
    "max_parallel_maintenance_workers = 2",
    "statement_timeout = 0",
)


def fill(
    run: Run, postgres: Postgres, database: str, tables: dict[str, str], people: int, groups: int
) -> None:
    """Make so many people, the first of them with a group each."""
    with postgres.connect(database) as db:
        for setting in SETTINGS:
            db.execute(f"set {setting}".encode())
        for table, statement in tables.items():
            rows = groups if table == "groups" else people
            with run.bar(f"fill {table}", rows) as done, _without_indexes(db, table):
                for first in range(0, rows, A_STEP):
                    last = min(first + A_STEP, rows) - 1
                    db.execute(statement, {"first": first, "last": last, "groups": groups})
                    done(last)
        db.execute("vacuum analyze")
        db.execute("checkpoint")


@contextmanager
def _without_indexes(db: "psycopg.Connection[Any]", table: str) -> Iterator[None]:
    """Take off the secondary indexes and unique constraints, and put them back."""
    unique = db.execute(
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = %s::regclass and contype = 'u'", [table],
    ).fetchall()  # fmt: skip
    for name, _ in unique:
        db.execute(f"alter table {table} drop constraint {name}".encode())
    indexes = db.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " where indrelid = %s::regclass and not indisprimary", [table],
    ).fetchall()  # fmt: skip
    for name, _ in indexes:
        db.execute(f"drop index {name}".encode())
    yield
    for name, definition in unique:
        db.execute(f"alter table {table} add constraint {name} {definition}".encode())
    for _, definition in indexes:
        db.execute(definition.encode())
