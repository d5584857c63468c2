"""Writes docs/benchmarks.md from the records of one run."""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from bench import run as runs
from bench.aims import aims
from bench.figures import Figures, ratio, shown, table
from bench.run import HERE

DOCS = HERE / "docs" / "benchmarks.md"
WORDS = Path(__file__).parent / "words"
"""What is written by hand: how it is measured, and what to make of it."""


def write(folders: Sequence[Path], to: Path) -> Path:
    records = [record for folder in folders for record in runs.read(folder)]
    names = ", ".join(folder.name for folder in folders)
    to.write_text("\n".join(_parts(Figures(records), names)) + "\n", encoding="utf-8")
    return to


def _parts(run: Figures, names: str) -> Iterator[str]:
    yield "# Benchmarks\n"
    yield (
        "Written by `make bench` from its records; not by hand. Figures are medians over the rounds"
        f" of a run; parts that were run apart stand beside each other ({names}).\n"
    )
    yield "## What it shows\n"
    yield table(["measure", "at least", "measured", "met"], [_aim_row(a) for a in aims(run)])
    yield from (f"**{r['what']} failed:** {r['reason']}\n" for r in run.of("failed").records)
    yield _words("remarks")
    yield "## The machine\n"
    yield _machine(run)
    yield _words("method")
    yield "## Durable full turns a second\n"
    yield _turns(run)
    yield "## Waits, when texts come on schedule\n"
    yield _steady(run)
    yield "## The door alone\n"
    yield _door(run)
    yield "## Kannel\n"
    yield _kannel(run)
    yield "## End to end\n"
    yield _end_to_end(run)
    yield "## A broadcast\n"
    yield _broadcast(run)
    yield "## With many people in the database\n"
    yield _big(run)
    yield "## Staff's pages, with a million groups\n"
    yield _pages(run)
    yield "## Where the time goes\n"
    yield from _profile(run)
    yield "## Raw records\n"
    yield "<details><summary>Every measurement of the run, one a line</summary>\n"
    yield "```json"
    yield from (json.dumps(record, ensure_ascii=False) for record in run.records)
    yield "```\n"
    yield "</details>"


def _words(name: str) -> str:
    path = WORDS / f"{name}.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _aim_row(aim: object) -> list[str]:
    what, least, measured, met = vars(aim).values()
    return [what, least, measured, {True: "yes", False: "**no**", None: "not measured"}[met]]


def _machine(run: Figures) -> str:
    found = run.of("machine")
    if not found:
        return ""
    one = found.one()
    names = ("system", "python", "postgresql", "sqlite", "kannel", "wrk", "disk", "commit")
    rows = [
        ["processors", f"{one['processors']} x {one['processor']}"],
        ["memory", shown(one["memory_gb"], " GB")],
        *([name, one[name]] for name in names),
        ["fdatasync of 4 KiB, median", shown(one["fdatasync_us"], " µs")],
        ["load average before", shown(one["load_before"])],
        ["PostgreSQL's settings", ", ".join(one["postgresql_settings"])],
        ["libraries", ", ".join(f"{n} {v}" for n, v in one["libraries"].items())],
        ["rounds", str(one["rounds"])],
    ]
    return table(["", ""], rows).replace("---:", "---")


SETTINGS = (
    ("SQLite, 1 process", {"database": "sqlite", "processes": 1}),
    ("PostgreSQL, 1 process", {"database": "postgresql", "processes": 1}),
    ("PostgreSQL, 2 processes", {"database": "postgresql", "processes": 2}),
)
PARTS = ("server", "database", "generator")


def _turns(run: Figures) -> str:
    rows = []
    for name, about in SETTINGS:
        found = run.of("turns", **about)
        for texts in found.each("texts_a_request"):
            for connections in found.of("turns", texts_a_request=texts).each("connections"):
                at = found.of("turns", texts_a_request=texts, connections=connections)
                cpu = [at.median("cpu_us", part) for part in PARTS]
                figures = [at.median(n) for n in ("per_second", "p50_ms", "p99_ms", "peak_mb")]
                many = f", {texts} texts a request" if texts > 1 else ""
                rows.append([name + many, connections, *figures[:3], *cpu, figures[3]])
    head = ["setting", "connections", "turns/s", "p50 ms", "p99 ms"]
    cpu_head = [f"{part}, CPU µs a turn" for part in PARTS]
    return table([*head, *cpu_head, "MB of one process"], rows)


def _steady(run: Figures) -> str:
    rows = []
    names = ("per_second", "p50_ms", "p90_ms", "p99_ms", "max_ms", "late_p99_ms", "failed")
    for name, about in SETTINGS:
        found = run.of("steady", **about)
        for rate in found.each("rate"):
            at = found.of("steady", rate=rate)
            rows.append([name, rate, *(at.median(figure) for figure in names)])
    head = ["setting", "texts/s wanted", "answered/s", "p50 ms", "p90 ms", "p99 ms", "max ms"]
    return table([*head, "generator late, p99 ms", "failed"], rows)


def _door(run: Figures) -> str:
    rows = []
    for name, words in (("echo", "bare ASGI echo"), ("door", "the door, intake stubbed")):
        at = run.of("door", application=name)
        figures = [at.median(n) for n in ("per_second", "p50_ms", "p99_ms")]
        rows.append([words, *figures, at.median("cpu_us", "server")])
    share = ratio(*(run.of("door", application=n).median("per_second") for n in ("door", "echo")))
    words = f"The door reaches {shown(share and share * 100)} % of the echo.\n" if share else ""
    return table(["application", "requests/s", "p50 ms", "p99 ms", "CPU µs"], rows) + "\n" + words


def _kannel(run: Figures) -> str:
    rows = []
    for store in run.of("kannel").each("store"):
        found = run.of("kannel", store=store)
        for connections in found.each("connections"):
            at = found.of("kannel", connections=connections)
            names = ("accepted_per_second", "end_to_end_per_second", "p99_ms")
            cpu = [at.median("cpu_us", part) for part in ("bearerbox", "smsbox")]
            rows.append([f"store-type {store}", connections, *map(at.median, names), *cpu])
    head = ["setting", "connections", "accepted/s", "end to end/s", "p99 ms"]
    return table([*head, "bearerbox, CPU µs", "smsbox, CPU µs"], rows)


def _end_to_end(run: Figures) -> str:
    rows = []
    found = run.of("end to end")
    for kind, texts, many in product(
        *map(found.each, ("database", "texts_a_request", "messages_a_request"))
    ):
        way = found.of("end to end", database=kind, messages_a_request=many, texts_a_request=texts)
        for connections in way.each("connections"):
            at = way.of("end to end", connections=connections)
            cpu = [at.median("cpu_us", part) for part in ("server", "worker", "database")]
            name = f"{kind}, {texts} in, {many} out a request"
            rows.append([name, connections, at.median("end_to_end_per_second"), *cpu])
    head = ["setting", "connections", "replies/s at the carrier", "server, CPU µs"]
    said = table([*head, "worker", "database"], rows) + "\n"
    calm = run.of("reply")
    if calm:
        rows = [
            [kind, *(run.of("reply", database=kind).median(f"p{n}_ms") for n in (50, 95, 99))]
            for kind in calm.each("database")
        ]
        said += "From the commit to the carrier's answer, at 200 texts a second:\n\n"
        said += table(["database", "p50 ms", "p95 ms", "p99 ms"], rows)
    return said


def _broadcast(run: Figures) -> str:
    found = run.of("broadcast")
    names = ("messages", "seconds", "per_second", "queued_seconds", "requests", "peak_mb")
    head = ["messages", "seconds", "messages/s", "seconds to queue", "requests", "MB"]
    return table(head, [[found.median(name) for name in names]] if found else [])


def _big(run: Figures) -> str:
    rows = []
    found = run.of("big")
    for people in found.each("participants"):
        for who in run.of("big", participants=people).each("who"):
            at = run.of("big", participants=people, who=who)
            cpu = [at.median("cpu_us", part) for part in ("server", "database")]
            figures = [at.median(name) for name in ("per_second", "p99_ms", "peak_mb")]
            rows.append([f"{people:,} participants, {who} people", *figures, *cpu])
    head = ["setting", "turns/s", "p99 ms", "MB of one process"]
    size = run.of("big database").median("gigabytes")
    words = f"\nThe database then holds {shown(size)} GB.\n" if size else ""
    return table([*head, "server, CPU µs a turn", "database"], rows) + words


def _pages(run: Figures) -> str:
    rows = []
    for where in run.of("page").each("of"):
        for what in run.of("page", of=where).each("what"):
            at = run.of("page", of=where, what=what)
            times = [at.median(name) for name in ("median_ms", "worst_ms", "cold_ms")]
            rows.append([f"{where}: {what}", *times])
    found = run.of("pages database")
    words = ""
    if found:
        filled = found.one()
        size, load = shown(filled["gigabytes"]), shown(filled["load"])
        words = f"{filled['groups']:,} groups, {filled['messages']:,} messages, {size} GB. "
        words += f"Load average before: {load}.\n\n"
    return words + table(["page", "median ms", "worst ms", "cold ms"], rows)


def _profile(run: Figures) -> Iterator[str]:
    lanes = run.of("lane")
    sizes = lanes.each("group")
    yield "One lane's thread alone, CPU µs a turn by the size of the group:\n"
    rows = [
        [kind, *(run.of("lane", database=kind, group=size).median("cpu_us") for size in sizes)]
        for kind in lanes.each("database")
    ]
    yield table(["database", *map(str, sizes)], rows)
    parts = run.of("parts")
    kinds = parts.each("database")
    yield "Its parts, µs a turn in groups of 64 (parts stand inside others; wall includes waits):\n"
    columns = [(k, how) for k in kinds for how in ("cpu_us", "wall_us")]
    rows = [
        [part, *(run.of("parts", database=k).median(how, part) for k, how in columns)]
        for part in parts.inner("cpu_us")
    ]
    yield table(["part", *(f"{k}, {how.removesuffix('_us')}" for k, how in columns)], rows)
    for record in run.of("functions").records:
        yield f"Functions with most time of their own, {record['database']}, under cProfile:\n"
        yield table(["function", "calls a turn", "own µs a turn"], record["top"])
    yield from _engine(run)


def _engine(run: Figures) -> Iterator[str]:
    yield "The engine alone, a turn of the shipped sign-up:\n"
    names = ("median_us", "p95_us", "p99_us")
    rows = [[r["medium"], *(r[n] for n in names)] for r in run.of("engine").records]
    yield table(["medium", "median µs", "p95 µs", "p99 µs"], rows)
    yield "HTTP clients on small requests, 16 at once, one process:\n"
    rows = [
        [name, *(run.of("client", client=name).median(n) for n in ("per_second", "cpu_us"))]
        for name in run.of("client").each("client")
    ]
    yield table(["client", "requests/s", "CPU µs a request"], rows)
