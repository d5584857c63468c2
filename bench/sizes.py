"""Fills the table of sizes in docs/deployment.md from the records of a run."""

from collections.abc import Iterator

from bench.aims import best
from bench.figures import Figures, table
from bench.page import SETTINGS
from bench.run import HERE

GUIDE = HERE / "docs" / "deployment.md"
BEGIN, END = "<!-- sizes: written by `make bench` -->", "<!-- /sizes -->"
TEXTS = 12  # a whole sign-up


def write(run: Figures) -> None:
    before, _, rest = GUIDE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise RuntimeError(f"{GUIDE}: the place for the sizes is gone")
    body = "\n".join(_tables(run))
    GUIDE.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def _tables(run: Figures) -> Iterator[str]:
    rows = []
    for name, about in SETTINGS:
        found = run.of("turns", **about, texts_a_request=1)
        turns = best(found)
        a_minute = None if turns is None else turns * 60 / TEXTS
        waits = run.of("steady", **about, rate=1000).median("p99_ms")
        memory = max((r["peak_mb"] for r in found.records), default=None)
        disk = run.of("disk", **about).median("bytes_a_turn")
        rows.append([name, turns, a_minute, waits, memory, disk and disk / 1000])
    head = ["serving", "turns/s at most", "sign-ups a minute", "p99 ms at 1,000 texts/s"]
    yield table([*head, "MB a process", "KB of disk a turn"], rows)
    rows = []
    for many, name in ((1, "one message a request"), (100, "a hundred a request")):
        about = {"messages_a_request": many, "texts_a_request": 1}
        found = run.of("end to end", database="postgresql", **about)
        rows.append([f"replies, {name}", best(found, "end_to_end_per_second")])
    rows.append(["a broadcast, a hundred a request", run.of("broadcast").median("per_second")])
    yield table(["sending (PostgreSQL, `serve` and `work`)", "messages/s"], rows)
