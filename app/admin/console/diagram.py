"""A flow as a picture: where each step stands and how the ways run; the template draws."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.conversation.check import transitions
from app.conversation.compiled import Flow
from app.conversation.definition import END

WIDTH, HEIGHT = 210, 54
ACROSS, DOWN = 40, 46
MARGIN = 20


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    kind: str
    x: int
    y: int
    inside: int


@dataclass(frozen=True, slots=True)
class Curve:
    path: str
    back: bool
    """It leads to an earlier row."""


@dataclass(frozen=True, slots=True)
class Drawing:
    boxes: list[Box]
    curves: list[Curve]
    width: int
    height: int
    box: tuple[int, int] = (WIDTH, HEIGHT)


def draw(flow: Flow, inside: Mapping[str, int]) -> Drawing:
    ways = [(a, b) for a, b in transitions(flow) if a != b and b in {*flow.steps, END}]
    rows = _rows(flow, ways)
    widest = max(len(names) for names in rows)
    at: dict[str, tuple[int, int]] = {}
    for row, names in enumerate(rows):
        free = (widest - len(names)) * (WIDTH + ACROSS) // 2
        for column, name in enumerate(names):
            x = MARGIN + free + column * (WIDTH + ACROSS)
            at[name] = (x, MARGIN + row * (HEIGHT + DOWN))
    boxes = [
        Box(
            name,
            flow.steps[name].kind if name in flow.steps else "end" if name else "start",
            *at[name],
            inside.get(name, 0),
        )
        for names in rows
        for name in names
    ]
    curves = [_curve(at[a], at[b]) for a, b in ways if a in at and b in at]
    return Drawing(
        boxes,
        curves,
        2 * MARGIN + widest * (WIDTH + ACROSS) - ACROSS + 60,
        2 * MARGIN + len(rows) * (HEIGHT + DOWN) - DOWN,
    )


def _rows(flow: Flow, ways: list[tuple[str, str]]) -> list[list[str]]:
    """Steps by the longest way from the start that turns nowhere back."""
    order = {name: at for at, name in enumerate(["", *flow.steps, END])}
    depth = dict.fromkeys(order, 0)
    for name in order:
        for start, to in ways:
            if start == name and order[to] > order[start]:
                depth[to] = max(depth[to], depth[start] + 1)
    depth[END] = (
        max(depth.values()) if depth[END] == max(depth.values()) else max(depth.values()) + 1
    )
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        rows[depth[name]].append(name)
    return [names for names in rows if names]


def _curve(start: tuple[int, int], to: tuple[int, int]) -> Curve:
    x1, y1 = start[0] + WIDTH // 2, start[1] + HEIGHT
    x2, y2 = to[0] + WIDTH // 2, to[1]
    if y2 > y1:
        middle = (y1 + y2) // 2
        return Curve(f"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}", back=False)
    # Round the side: from the box's flank to the other's.
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = to[0] + WIDTH, to[1] + HEIGHT // 2
    out = max(x1, x2) + 40
    return Curve(f"M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}", back=True)
