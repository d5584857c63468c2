"""A campaign of a million groups in PostgreSQL, to ask pages of: who signed up and what was said.

Names are made of words as uneven as real ones: a few stand in a third of all names, most in a
hundred. Messages, conversations and the audit are made inside the database. Secondary indexes
are made after the rows, as a restore would.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import psycopg

from app.conversation.load import load_flows
from app.directory.names import COMMON, name_key, words_of
from app.store.ids import COUNTER_BITS, EPOCH_MS, PROCESS_BITS
from bench.run import Run
from tests.rig.postgres import Postgres

FLOWS = load_flows(Path("app/flows"))
LASTED = timedelta(days=80)
STARTED = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - LASTED
LETTERS = "ابپتثجچحخدذرزسشصضطظعغفقکگلمنوهی"
CONTACT = "مریم رضایی"
BEFORE = ("انجمن", "خیریه", "گروه", "مؤسسه", "کانون", "گروه جهادی", "انجمن خیریه", "")
WAYS = ("sms", "sms", "sms", "ussd", "web", "sms", "sms", "ussd", "web", "sms", "desk")
UNFINISHED = 0.4
"""Conversations that led to no group, for each one that did."""
TEXTS = 3  # in and out, for each sign-up
TABLES = (
    "groups",
    "group_words",
    "group_specialisms",
    "group_tags",
    "participants",
    "conversations",
    "inbox",
    "outbox",
    "audit",
)
COLUMNS = (
    "id, code, participant_id, conversation_id, flow, status, name, name_key, type, province,"
    " county, members, contact, phone, language, channel, way, more, tags, created_at,"
    " updated_at"
)
QUICKLY = (
    "set synchronous_commit = off",
    "set maintenance_work_mem = '512MB'",
    "set statement_timeout = 0",
    *(f"alter table {table} disable trigger all" for table in TABLES),
)
INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
join pg_class on indrelid = pg_class.oid
where relname = any(%s) and not indisprimary and not indisunique
"""

# --- what was said, made inside the database ------------------------------------------------

MS = "(%(began)s + i * %(lasted)s / %(of)s)::bigint"
ID = f"((({MS} - {EPOCH_MS}) << {PROCESS_BITS} | {{kind}}) << {COUNTER_BITS} | (i %% 2000))"
AT = f"to_timestamp({MS} / 1000.0)"
SERIES = "generate_series(0::bigint, %(of)s - 1) i"
PERSON = f"i / {TEXTS}"
ADDRESS = f"'+989' || lpad(({PERSON})::text, 9, '0')"
CONVERSATION = ID.format(kind=4).replace("i *", f"(i / {TEXTS} * {TEXTS}) *").replace(
    "(i %%", f"(i / {TEXTS} %%"
)  # fmt: skip

PEOPLE = f"""
insert into participants (id, address, first_seen_at, last_seen_at, groups, opt_outs)
select i, '+989' || lpad(i::text, 9, '0'), {AT}, {AT}, (i < %(groups)s)::int, 0 from {SERIES}
"""
CONVERSATIONS = f"""
insert into conversations (id, participant_id, flow, version, language, step, standing, answers,
  state, flagged, channel, line, turns, started_at, updated_at)
select {ID.format(kind="%(kind)s")}, %(first)s + i, 'signup', %(version)s, 'fa',
  case when %(done)s then 'summary' else (%(steps)s::text[])[1 + i * i %% %(asked)s] end,
  case when %(done)s then 'done' when i %% 20 = 0 then 'open' when i %% 3 = 0 then 'stopped'
    else 'expired' end,
  '{{"name": "یاوران", "province": "IR-01"}}', '{{}}',
  case when not %(done)s and i %% 1000 = 0 then 'three unusable answers to ''name''' else '' end,
  'main', '30001152', 12, {AT}, {AT} from {SERIES}
"""
INBOX = f"""
insert into inbox (id, channel, kind, key, carrier_id, participant_id, conversation_id, sender,
  line, text, heard, state, rule, received_at, handled_at)
select {ID.format(kind=2)}, case when i %% 7 = 0 then 'other' else 'main' end, 'message',
  'c:' || i, i::text, {PERSON}, {CONVERSATION}, {ADDRESS}, '30001152',
  (array['۹', 'گروه یاوران امید', '۱'])[1 + i %% 3], 'text',
  case when i %% 20000 = 0 then 'poisoned' when i %% 20000 = 1 then 'unread' else 'handled' end,
  'answer', {AT}, {AT} from {SERIES}
"""
OUTBOX = f"""
insert into outbox (id, channel, participant_id, conversation_id, inbox_id, address, line, text,
  segments, priority, state, carrier_id, more, tries, due_at, expires_at, created_at, updated_at)
select {ID.format(kind=3)}, case when i %% 7 = 0 then 'other' else 'main' end, {PERSON},
  {CONVERSATION}, null, {ADDRESS}, '30001152', 'به کدام استان نزدیک‌ترید؟ ۱ تهران ۲ گیلان ۳ فارس',
  2, 0, case when i > %(of)s - 3000 then 'queued' when i %% 50 = 0 then 'sent'
    when i %% 97 = 0 then 'failed' when i %% 499 = 0 then 'expired'
    when i %% 997 = 0 then 'unclear' else 'delivered' end,
  i::text, false, 1, {AT}, {AT} + interval '1 day', {AT}, {AT} from {SERIES}
"""
AUDIT = f"""
insert into audit (id, at, who, what, "to", details, chain)
select i + 1, {AT}, (array['operator:sara', 'operator:reza', 'key:crm'])[1 + i %% 3],
  (array['signed in', 'saw numbers: group', 'group edited', 'groups exported'])[1 + i %% 4],
  'group:' || i %% 5000, '{{}}', md5(i::text) || md5(i::text) from {SERIES}
"""


def words(count: int = 5000) -> list[str]:
    chance = random.Random(1)
    made = {"یاوران", "نیکوکاران", "سپیدار"}
    while len(made) < count:
        made.add("".join(chance.choice(LETTERS) for _ in range(chance.randint(3, 7))))
    return sorted(made - COMMON, key=lambda word: (word != "یاوران", word))


@dataclass(frozen=True)
class Made:
    """One group, as a line of COPY needs it."""

    number: int
    at: datetime
    name: str
    province: str
    county: str
    type: str
    status: str

    @property
    def id(self) -> int:
        return self._id(1)

    def _id(self, process: int) -> int:
        ms = int(self.at.timestamp() * 1000) - EPOCH_MS
        return (ms << PROCESS_BITS | process) << COUNTER_BITS | self.number % 2000

    @property
    def code(self) -> str:
        return f"{self.number:08d}"

    @property
    def phone(self) -> str:
        return f"+989{self.number:09d}"

    @property
    def tags(self) -> list[str]:
        return [
            tag for tag, every in (("visited", 50), ("spring", 3000)) if not self.number % every
        ]

    def row(self) -> tuple[Any, ...]:
        known = (self.id, self.code, self.number, self._id(4), "signup", self.status, self.name)
        place = (name_key(self.name), self.type, self.province, self.county, 5 + self.number % 90)
        tags = "[" + ", ".join(f'"{tag}"' for tag in self.tags) + "]"
        channel = "main" if self.number % 7 else "other"
        way = WAYS[self.number % len(WAYS)]
        rest = (CONTACT, self.phone, "fa", channel, way, "{}", tags)
        return (*known, *place, *rest, self.at, self.at)


def groups(count: int) -> Iterator[Made]:
    chance = random.Random(2)
    some = words()
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(some))))
    flow = FLOWS.newest["signup"]
    below = next(s.listing.below for s in flow.steps.values() if s.fills == "county" and s.listing)
    provinces = list(flow.fields["province"].labels["fa"])
    likely = list(accumulate(1 / (rank + 1) for rank in range(len(provinces))))
    kinds = list(flow.fields["type"].labels["fa"])
    for number in range(count):
        names = chance.choices(some, cum_weights=weights, k=chance.randint(1, 3))
        province = chance.choices(provinces, cum_weights=likely)[0]
        yield Made(
            number=number,
            at=STARTED + LASTED * number / count,
            name=" ".join([chance.choice(BEFORE), *names]).strip(),
            province=province,
            county=chance.choice(below[province]).id,
            type=chance.choice(kinds),
            status=chance.choices(("registered", "verified", "rejected"), (90, 9, 1))[0],
        )


def fill(run: Run, postgres: Postgres, database: str, count: int) -> None:
    with postgres.connect(database) as db:
        for setting in QUICKLY:
            db.execute(setting.encode())
        indexes = db.execute(INDEXES.encode(), [list(TABLES)]).fetchall()
        for name, _ in indexes:
            db.execute(f"drop index {name}".encode())
        _fill_groups(run, db, count)
        _fill_traffic(run, db, count)
        for _, definition in run.track("indexes", indexes):
            db.execute(definition.encode())
        db.execute("vacuum analyze")
        db.execute("checkpoint")


def _fill_groups(run: Run, db: "psycopg.Connection[Any]", count: int) -> None:
    chance = random.Random(3)
    works = list(FLOWS.newest["signup"].fields["specialisms"].labels["fa"])
    made, done = groups(count), 0
    with run.bar("fill groups", count) as show:
        while many := list(islice(made, 50_000)):
            _copy(db, f"groups ({COLUMNS})", (one.row() for one in many))
            found_by = (
                (w, g.id) for g in many for w in words_of(g.name, CONTACT, g.code, g.phone[1:])
            )
            _copy(db, "group_words (word, group_id)", found_by)
            chosen = ((g.id, w) for g in many for w in chance.sample(works, chance.randint(1, 3)))
            _copy(db, "group_specialisms (group_id, specialism)", chosen)
            _copy(db, "group_tags (group_id, tag)", ((g.id, t) for g in many for t in g.tags))
            show(done := done + len(many))


def _fill_traffic(run: Run, db: "psycopg.Connection[Any]", count: int) -> None:
    flow = FLOWS.newest["signup"]
    steps = [step.name for step in flow.steps.values() if step.asks]
    others = int(count * UNFINISHED)
    talks = {"version": flow.version, "steps": steps, "asked": len(steps), "groups": count}
    every: list[tuple[str, str, dict[str, Any]]] = [
        ("people", PEOPLE, {"of": count + others, "groups": count}),
        ("finished", CONVERSATIONS, {"of": count, "first": 0, "kind": 4, "done": True, **talks}),
        (
            "unfinished",
            CONVERSATIONS,
            {"of": others, "first": count, "kind": 5, "done": False, **talks},
        ),
        ("inbox", INBOX, {"of": count * TEXTS}),
        ("outbox", OUTBOX, {"of": count * TEXTS}),
        ("audit", AUDIT, {"of": count // 5}),
    ]
    span = {
        "began": int(STARTED.timestamp() * 1000),
        "lasted": int(LASTED.total_seconds() * 1000),
    }
    for _, statement, given in run.track("fill what was said", every):
        db.execute(statement.encode(), {**given, **span})
    db.execute("insert into counters (name, next) values ('audit', %s)", [count // 5])


def _copy(db: "psycopg.Connection[Any]", table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with db.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
