"""Medians over the rounds of one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.run import Record


@dataclass(frozen=True)
class Figures:
    """The records of one run, asked by what they measure."""

    records: Sequence[Record]

    def of(self, measure: str, **about: Any) -> "Figures":
        wanted = {"measure": measure, **about}
        return Figures([r for r in self.records if wanted.items() <= r.items()])

    def __bool__(self) -> bool:
        return bool(self.records)

    def median(self, name: str, inside: str = "") -> float | None:
        """The median of a figure, or of one inside another, as in `cpu_us`."""
        places = [record.get(name) for record in self.records]
        values = [p.get(inside) if inside and isinstance(p, dict) else p for p in places]
        known = [value for value in values if isinstance(value, int | float)]
        return median(known) if known else None

    def each(self, name: str) -> list[Any]:
        """Every value that there is of something, in order of appearance."""
        return list(dict.fromkeys(r[name] for r in self.records if name in r))

    def inner(self, name: str) -> list[str]:
        return list(dict.fromkeys(key for r in self.records for key in r.get(name, {})))

    def one(self) -> Record:
        return self.records[-1]


def ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def shown(value: Any, unit: str = "") -> str:
    """A figure with as many digits as it deserves."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{unit}"


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table in Markdown; the first column is words, the others figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    lines = [head, marks, *([shown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
