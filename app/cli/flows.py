"""`muster flows`: prove flows, and talk to one in the terminal."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.house import fail
from app.conversation.check import check as problems_of
from app.conversation.check import transitions
from app.conversation.compiled import Flow, Flows
from app.conversation.definition import duration
from app.conversation.load import is_flow, load_flow, load_flows, together
from app.conversation.measure import Row, measured
from app.conversation.phone import ADDRESS, Phone, noon, somebody
from app.conversation.record import as_json, as_script, header
from app.conversation.script import OPENS, Outcome, parse, run
from app.conversation.source import BadFlow, Problem
from app.conversation.turn import HeardKind, Medium, Turn

SHIPPED = Path(__file__).parents[1] / "flows"

app = typer.Typer(no_args_is_help=True, help="Prove flows, and talk to one.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path, typer.Option(help="Where the flows are.")]


@app.command()
def check(
    where: Annotated[Path, typer.Argument(help="A folder of flows, or one flow.")] = SHIPPED,
    as_json: AsJson = False,
    table: Annotated[bool, typer.Option(help="Print every text with its cost.")] = True,
) -> None:
    """Check flows whole: ways, words, options, the worst case of every text, and their scripts."""
    flows, problems = loaded(where)
    every = list(flows.newest.values())
    problems += [problem for flow in every for problem in problems_of(flow)]
    rows = [row for flow in every for row in measured(flow)]
    outcomes, broken = played(flows, where if where.is_dir() else where.parent)
    problems += broken + [problem for outcome in outcomes for problem in outcome.problems]
    found = Report(problems, rows, outcomes, [covered(flow, outcomes) for flow in every])
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        found.show(table=table)
    raise typer.Exit(1 if problems else 0)


@dataclass(frozen=True)
class Coverage:
    """Which of a flow's ways from step to step its scripts walk."""

    flow: str
    ways: int
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    problems: list[Problem]
    rows: list[Row]
    outcomes: list[Outcome]
    coverage: list[Coverage]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.problems,
            "problems": [asdict(problem) for problem in self.problems],
            "texts": [row.as_json() for row in self.rows],
            "scripts": [{**asdict(one), "walked": len(one.walked)} for one in self.outcomes],
            "coverage": [asdict(one) for one in self.coverage],
        }

    def show(self, *, table: bool) -> None:
        for line in table_of(self.rows) if table else ():
            print(line)
        for outcome in self.outcomes:
            verdict = "FAILS" if outcome.problems else "ok   "
            print(f"{verdict} {outcome.file} [{outcome.language}, {outcome.medium}]")
        for one in self.coverage:
            print(f"{one.flow}: {one.ways - len(one.missed)} of {one.ways} ways walked by scripts")
            for missed in one.missed:
                print(f"  not walked: {missed}")
        for problem in self.problems:
            print(problem, file=sys.stderr)
        print(f"{len(self.problems)} problems." if self.problems else "No problems.")


def loaded(where: Path) -> tuple[Flows, list[Problem]]:
    """As many flows as can be read, and what is wrong with the others."""
    paths = sorted(where.glob("*.yaml")) if where.is_dir() else [where]
    flows: list[Flow] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            if path == where or is_flow(path.read_text(encoding="utf-8", errors="replace")):
                flows.append(load_flow(path))
        except BadFlow as bad:
            problems += bad.problems
    if not paths:
        problems.append(Problem("there is no flow here", str(where)))
    found, twice = together(flows)
    return found, problems + twice


def played(flows: Flows, folder: Path) -> tuple[list[Outcome], list[Problem]]:
    """Every script beside the flows whose flow is among them."""
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.script")):
        try:
            script = parse(path.read_text(encoding="utf-8"), str(path))
            if script.header.get("flow") in flows.newest or len(flows.newest) != 1:
                outcomes += run(flows, script)
        except BadFlow as bad:
            problems += bad.problems
    return outcomes, problems


def covered(flow: Flow, outcomes: Iterable[Outcome]) -> Coverage:
    walked = {way for outcome in outcomes for way in outcome.walked}
    every = transitions(flow)
    missed = [
        f"{start or 'start'} -> {to}" for start, to in every if (flow.name, start, to) not in walked
    ]
    return Coverage(flow.name, len(every), tuple(missed))


COLUMNS = "{:24} {:18} {:5} {:4} {:4} {:>5} {:>13} {:>9}"


def table_of(rows: list[Row]) -> Iterator[str]:
    """Every text at its worst: what people bring along is counted at its longest."""
    yield COLUMNS.format("step", "text", "lang", "on", "code", "units", "cost", "price")
    for row in rows:
        spot = row.spot
        cost = f"{row.pages} screens"
        if spot.medium is Medium.SMS:
            cost = f"{row.segments} segm." + (f" x {row.pages}" if row.pages > 1 else "")
        price = f"{row.price} {spot.flow.definition.price.currency}" if row.price else ""
        cells = (spot.language, spot.medium.value, row.encoding.value, row.units, cost, price)
        line = COLUMNS.format(spot.step or "-", spot.what, *cells)
        yield line.rstrip() + ("  TOO LONG" if row.over else "")


# --- play ---------------------------------------------------------------------------------------


@app.command()
def play(  # noqa: PLR0913, PLR0917  a command's options
    flow: Annotated[str, typer.Argument(help="A flow's name, or its file.")],
    lang: Annotated[str, typer.Option(help="The language known of the person.")] = "",
    channel: Annotated[Medium, typer.Option(help="How the person comes.")] = Medium.SMS,
    as_json_lines: AsJson = False,
    record: Annotated[
        bool, typer.Option(help="Print the conversation as a script at the end.")
    ] = False,
    number: Annotated[str, typer.Option(help="The person's phone number.")] = ADDRESS,
    folder: Folder = SHIPPED,
    now: Annotated[str, typer.Option(help="When it begins, in the flow's zone.")] = "",
) -> None:
    """Read what a person sends, a line each; print what they get.

    Lines that begin with `@` are not said but happen: `@ dial 9`, `@ visit`, `@ hang up`,
    `@ +2 days`, `@ sms`, `@ ussd`, `@ web`.
    """
    flows, played_flow = chosen(flow, folder)
    phone = Phone(flows, somebody(played_flow, channel, lang, number), noon(played_flow.zone, now))
    told: list[str] = []
    for line, turn in turns(phone, sys.stdin):
        if as_json_lines:
            print(json.dumps(as_json(line, turn), ensure_ascii=False), flush=True)
        elif not record:
            show(turn)
        told += as_script(line, turn)
    if record:
        print("\n".join([*header(played_flow, lang, channel, now), *told]))


def chosen(flow: str, folder: Path) -> tuple[Flows, Flow]:
    try:
        if flow.endswith(".yaml"):
            one = load_flow(Path(flow))
            return Flows({one.name: one}), one
        flows = load_flows(folder)
    except BadFlow as bad:
        fail(str(bad))
    found = flows.current(flow)
    if found is None:
        fail(f"there is no flow {flow!r} in {folder}; there are {', '.join(flows.newest)}")
    return flows, found


def turns(phone: Phone, lines: Iterable[str]) -> Iterator[tuple[str, Turn]]:
    """What happens, line by line. On a screen or a page a person first opens it."""
    if phone.situation.medium is not Medium.SMS:
        opened = "@ dial" if phone.situation.medium is Medium.USSD else "@ visit"
        yield opened, phone.hears(HeardKind.DIALLED)
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line.startswith("@"):
            yield from ((line, turn) for turn in happens(phone, line[1:].strip()))
        else:
            yield f"> {line}", phone.hears(HeardKind.TEXT, line)


def happens(phone: Phone, what: str) -> Iterator[Turn]:
    word, _, rest = what.partition(" ")
    if word in set(Medium):
        phone.change(Medium(word))
    elif word in OPENS:
        phone.change(OPENS[word])
        yield phone.hears(HeardKind.DIALLED, rest)
    elif what == "hang up":
        yield phone.hears(HeardKind.HUNG_UP)
    elif what.startswith("+"):
        yield from phone.waits(duration(what[1:]))
    else:
        fail(f"{what!r} is nothing that happens: dial, visit, hang up, +2 days, sms, ussd, web")


def show(turn: Turn) -> None:
    for text in turn.says:
        print(text, end="\n\n")
    for text in turn.by_sms:
        print(f"[SMS] {text}", end="\n\n")
    sys.stdout.flush()
