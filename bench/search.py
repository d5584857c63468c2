"""How fast staff find groups among a million: `python -m bench.search [GROUPS]`.

Names are made of words as uneven as real ones: a few stand in a third of all names, most in a
hundred. Every page is asked of the API itself, on PostgreSQL, as a caller with a key would.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import psycopg
from starlette.testclient import TestClient

from app.admin.api.application import application
from app.admin.limits import Limit
from app.admin.office import Office
from app.conversation.load import load_flows
from app.directory.names import COMMON, name_key, words_of
from app.store import keys
from app.store.engine import open_store
from app.store.ids import COUNTER_BITS, EPOCH_MS, PROCESS_BITS, Ids
from app.store.migrate import upgrade
from tests.rig.postgres import Postgres

FLOWS = load_flows(Path("app/flows"))
ROUNDS = 15
STARTED = datetime(2026, 9, 1, tzinfo=UTC)
LETTERS = "ابپتثجچحخدذرزسشصضطظعغفقکگلمنوهی"
LASTED = timedelta(days=80)
CONTACT = "مریم رضایی"
BEFORE = ("انجمن", "خیریه", "گروه", "مؤسسه", "کانون", "گروه جهادی", "انجمن خیریه", "")


def words(count: int = 5000) -> list[str]:
    chance = random.Random(1)
    made = {"یاوران", "نیکوکاران", "سپیدار"}
    while len(made) < count:
        made.add("".join(chance.choice(LETTERS) for _ in range(chance.randint(3, 7))))
    return sorted(made - COMMON, key=lambda word: (word != "یاوران", word))


COLUMNS = (
    "id, code, participant_id, conversation_id, flow, status, name, name_key, type, province,"
    " county, members, contact, phone, language, channel, more, tags, created_at, updated_at"
)
QUICKLY = (
    "set synchronous_commit = off",
    "set maintenance_work_mem = '512MB'",
    "set statement_timeout = 0",
    *(
        f"alter table {t} disable trigger all"
        for t in ("groups", "group_words", "group_specialisms")
    ),
)
INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
join pg_class on indrelid = pg_class.oid
where relname in ('groups', 'group_words', 'group_specialisms')
  and not indisprimary and not indisunique
"""
PEOPLE = """
insert into participants (id, address, first_seen_at, last_seen_at, groups, opt_outs)
select i, '+989' || lpad(i::text, 9, '0'), now(), now(), 1, 0 from generate_series(0, %s) i
"""


@dataclass(frozen=True)
class Made:
    """One group, as a line of COPY needs it."""

    id: int
    number: int
    at: datetime
    name: str
    province: str
    county: str
    type: str
    status: str

    @property
    def code(self) -> str:
        return f"{self.number:08d}"

    @property
    def phone(self) -> str:
        return f"+989{self.number:09d}"

    def row(self) -> tuple[Any, ...]:
        known = (self.id, self.code, self.number, self.number, "signup", self.status, self.name)
        place = (name_key(self.name), self.type, self.province, self.county, 5 + self.number % 90)
        rest = (CONTACT, self.phone, "fa", "main" if self.number % 7 else "other", "{}", "[]")
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
        at = STARTED + LASTED * number / count
        ms = int(at.timestamp() * 1000) - EPOCH_MS
        names = chance.choices(some, cum_weights=weights, k=chance.randint(1, 3))
        province = chance.choices(provinces, cum_weights=likely)[0]
        yield Made(
            id=(ms << PROCESS_BITS | 1) << COUNTER_BITS | number % 2000,
            number=number,
            at=at,
            name=" ".join([chance.choice(BEFORE), *names]).strip(),
            province=province,
            county=chance.choice(below[province]).id,
            type=chance.choice(kinds),
            status=chance.choices(("registered", "verified", "rejected"), (90, 9, 1))[0],
        )


def fill(url: str, count: int) -> None:
    chance = random.Random(3)
    works = list(FLOWS.newest["signup"].fields["specialisms"].labels["fa"])
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        for setting in QUICKLY:
            db.execute(setting.encode())
        indexes = db.execute(INDEXES.encode()).fetchall()
        for name, _ in indexes:
            db.execute(f"drop index {name}".encode())
        db.execute(PEOPLE.encode(), [count])
        made = groups(count)
        while many := list(islice(made, 50_000)):
            _copy(db, f"groups ({COLUMNS})", (one.row() for one in many))
            _copy(
                db,
                "group_words (word, group_id)",
                ((w, g.id) for g in many for w in words_of(g.name, CONTACT, g.code, g.phone[1:])),
            )
            _copy(
                db,
                "group_specialisms (group_id, specialism)",
                ((g.id, w) for g in many for w in chance.sample(works, chance.randint(1, 3))),
            )
            print(".", end="", flush=True)
        for _, definition in indexes:
            db.execute(definition.encode())
        db.execute("vacuum analyze")
    print()


def _copy(db: "psycopg.Connection[Any]", table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with db.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


PAGES: Sequence[tuple[str, str]] = (
    ("newest", "/groups"),
    ("common word", "/groups?q=انجمن"),
    ("frequent word", "/groups?q=یاوران"),
    ("rare word", "/groups?q=سپیدار"),
    ("two words", "/groups?q=انجمن ياوران"),
    ("three words", "/groups?q=خیریه نیکوکاران سپیدار"),
    ("beginning of a word", "/groups?q=یا"),
    ("one letter", "/groups?q=ی"),
    ("no such word", "/groups?q=zzz"),
    ("phone", "/groups?q=09000010000"),
    ("beginning of a phone", "/groups?q=0900001"),
    ("code", "/groups?q=00010000"),
    ("province", "/groups?province=IR-01"),
    ("county and type", "/groups?county=IR-0321&type=ngo"),
    ("rejected in a province", "/groups?status=rejected&province=IR-30"),
    ("specialism", "/groups?specialism=family.children"),
    ("a specialism, verified", "/groups?specialism=family.children&status=verified"),
    ("word in a small province", "/groups?q=یاوران&province=IR-30"),
    ("one day long ago", "/groups?from=2026-09-05T00:00:00Z&to=2026-09-06T00:00:00Z"),
    ("everything but the last month", "/groups?to=2026-10-22T00:00:00Z"),
    ("word, one day", "/groups?q=یاوران&from=2026-09-05T00:00:00Z&to=2026-09-06T00:00:00Z"),
    ("tag that nobody has", "/groups?tag=nobody"),
    ("one group", "/groups/00010000"),
    ("likely duplicates", "/groups/00010000/duplicates"),
    ("pairs everywhere", "/duplicates"),
    ("counts", "/counts"),
    ("counts of a province", "/counts?province=IR-01"),
    ("timeline", "/counts/timeline"),
)


def measure(client: TestClient) -> None:
    print(f"{'page':<32} {'first':>8} {'median':>8} {'worst':>8}   ms")
    for name, path in PAGES:
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(path)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
        found = len(answer.json().get("items", "x"))
        figures = (took[0], statistics.median(took), max(took))
        print(f"{name:<32}", *(f"{ms:>8.1f}" for ms in figures), f"  {found}")
    began, cursor, pages = time.perf_counter(), "", 0
    while cursor is not None and pages < 40:
        query = {"q": "یاوران", "limit": 500, "cursor": cursor}
        cursor, pages = client.get("/groups", params=query).json()["next"], pages + 1
    each = (time.perf_counter() - began) * 1000 / pages
    print(f"{pages} pages of 500 of one word: {each:.1f} ms each")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    server = Postgres.make()
    try:
        server.start()
        server.sql("create database big")
        url = server.url("big")
        upgrade(url)
        began = time.perf_counter()
        fill(url, count)
        print(f"{count} groups in {time.perf_counter() - began:.0f} s")
        store = open_store(url, 4)
        with store.write() as db:
            key = keys.add(db, "bench", ["read", "numbers"], datetime.now(UTC), Ids(1))
        office = Office(store, Ids(2), FLOWS, requests=Limit(1e6, 10**6))
        client = TestClient(application(office), headers={"Authorization": f"Bearer {key}"})
        measure(client)
        store.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
