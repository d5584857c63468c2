"""Where a step leads: conditions that are data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.conversation.definition import END, Route, Test


@dataclass(frozen=True, slots=True)
class Way:
    tests: tuple[tuple[str, Test], ...]
    to: str


Routes = tuple[Way, ...]


def ways(routes: Sequence[Route]) -> Routes:
    return tuple(Way(tuple(route.when.items()), route.to) for route in routes)


def way_on(routes: Routes, known: Mapping[str, Any]) -> str:
    """The first way whose tests all hold."""
    for way in routes:
        if all(holds(test, known.get(field)) for field, test in way.tests):
            return way.to
    return END


def holds(test: Test, value: Any) -> bool:
    absent = value is None or value in ("", [])
    if test.given is not None and test.given is absent:
        return False
    if test.is_ is not None and not among(value, test.is_):
        return False
    if test.is_not is not None and among(value, test.is_not):
        return False
    bounds = (test.over, test.under, test.at_least, test.at_most)
    if any(bound is not None for bound in bounds):
        return isinstance(value, int) and within(value, *bounds)
    return True


def among(value: Any, wanted: Sequence[str]) -> bool:
    if isinstance(value, list | tuple):
        return any(str(one) in wanted for one in value)
    return value is not None and str(value) in wanted


def within(
    value: int, over: int | None, under: int | None, at_least: int | None, at_most: int | None
) -> bool:
    return (
        (over is None or value > over)
        and (under is None or value < under)
        and (at_least is None or value >= at_least)
        and (at_most is None or value <= at_most)
    )
