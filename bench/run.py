"""One run of the bench: its folder, its records, and what is shown while it goes on."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

HERE = Path(__file__).parents[1]
OUT = HERE / "bench" / "out"
Record = dict[str, Any]
T = TypeVar("T")


@dataclass
class Run:
    """Every measurement is one line of `records.jsonl`; medians are taken by whoever reads it."""

    quick: bool = False
    folder: Path = field(default_factory=lambda: OUT / f"{datetime.now(UTC):%Y%m%d-%H%M%S}")
    console: Console = field(default_factory=Console)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        columns = (
            TextColumn("{task.description:<44}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.progress = Progress(*columns, console=self.console)

    def size(self, full: T, quick: T) -> T:
        """How much or how long: of a full run, or of a quick one."""
        return quick if self.quick else full

    @property
    def rounds(self) -> range:
        return range(1, self.size(3, 1) + 1)

    def record(self, measure: str, **figures: Any) -> Record:
        record = {"measure": measure, **figures}
        with self.records_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        words = " ".join(f"{name}={_short(value)}" for name, value in figures.items())
        self.console.print(f"[bold]{measure}[/] {words}", highlight=False)
        return record

    @property
    def records_file(self) -> Path:
        return self.folder / "records.jsonl"

    def track(self, what: str, items: Iterable[T]) -> Iterator[T]:
        """Go through items with a bar."""
        listed = list(items)
        task = self.progress.add_task(what, total=len(listed))
        for item in listed:
            yield item
            self.progress.advance(task)

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how far something long has come."""
        task = self.progress.add_task(what, total=total)
        yield lambda done: self.progress.update(task, completed=min(done, total))
        self.progress.update(task, completed=total)


def read(folder: Path) -> list[Record]:
    with (folder / "records.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    if isinstance(value, dict):
        return "{" + " ".join(f"{k}:{_short(v)}" for k, v in value.items()) + "}"
    return str(value)
