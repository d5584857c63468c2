"""`muster flows publish`: keep a new version, see who is inside the older ones, move them along."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app.cli.house import House, fail, open_house
from app.conversation.compiled import Flow
from app.conversation.load import flow_of, load_flows
from app.conversation.source import BadFlow
from app.conversation.versions import Plan, lost_answers, moved, plan
from app.main import SHIPPED_FLOWS
from app.store import conversations, flow_versions

A_BATCH = 500


def publish(
    flow: str,
    folder: Annotated[Path | None, typer.Option(help="Where the flow files are.")] = None,
    move: Annotated[bool, typer.Option("--move", help="Move open conversations along.")] = False,
    step: Annotated[
        list[str] | None, typer.Option(help="old=new, for a step that has another name now.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Publish a flow's newest version; refuses what would strand somebody.

    Whoever is inside an older version stays on it, unless --move takes them along. What moving
    would lose is shown, and asked about first.
    """
    with open_house() as house:
        new = _newest(flow, folder or house.settings.flows or SHIPPED_FLOWS)
        mapping = dict(_pair(one) for one in step or ())
        plans = list(_plans(house, new, mapping))
        for one in plans:
            _show(one)
        if move and any(one.strands for one in plans):
            fail("nothing was changed: somebody would be stranded")
        losses = [_losses(house, one) for one in plans]
        for loss in losses:
            _show_loss(loss)
        if move and not yes and any(loss.people for loss in losses):
            typer.confirm("Publish, and lose these answers?", abort=True)
        _keep(house, new)
        if move:
            print(f"{sum(_move(house, one) for one in plans)} conversations moved along")


def _newest(name: str, folder: Path) -> Flow:
    try:
        found = load_flows(folder).current(name)
    except BadFlow as error:
        fail(str(error))
    if found is None:
        fail(f"there is no flow {name!r} in {folder}")
    return found


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        fail(f"--step wants old=new, not {text!r}")
    return old, new


def _plans(house: House, new: Flow, mapping: Mapping[str, str]) -> Iterator[Plan]:
    with house.store.read() as db:
        where = conversations.who_is_where(db, new.name)
        versions = sorted({version for version, _ in where} - {new.version})
        for version in versions:
            files = flow_versions.files_of(db, new.name, version)
            if files is None:
                fail(f"version {version} of {new.name!r} has people inside and was never kept")
            inside = {step: count for (of, step), count in where.items() if of == version}
            yield plan(flow_of(files), new, inside, mapping)


def _show(one: Plan) -> None:
    people = sum(waiting.people for waiting in one.waiting)
    print(f"{one.old.name} version {one.old.version}: {people} people inside")
    for waiting in one.waiting:
        to = "" if waiting.to == waiting.step else f" -> {waiting.to}"
        why = f"   STRANDED: {waiting.stranded}" if waiting.stranded else ""
        print(f"  {waiting.people:>8}  {waiting.step}{to}{why}")
    for problem in one.problems:
        print(f"  ! {problem}")
    if one.lost:
        print(f"  answers that version {one.new.version} has no use for: {', '.join(one.lost)}")


@dataclass(frozen=True)
class Loss:
    """What people inside have answered that the new version cannot hold."""

    plan: Plan
    people: int
    answers: Mapping[str, int]
    """People by field."""


def _losses(house: House, one: Plan) -> Loss:
    answers: Counter[str] = Counter()
    people = last = 0
    while True:
        with house.store.read() as db:
            found = conversations.inside(db, one.old.name, one.old.version, A_BATCH, last)
        for kept in found:
            lost = lost_answers(one.new, kept.conversation.answers)
            answers.update(lost)
            people += bool(lost)
        if not found:
            return Loss(one, people, answers)
        last = found[-1].id


def _show_loss(loss: Loss) -> None:
    if loss.people:
        old, new = loss.plan.old.version, loss.plan.new.version
        print(f"moving from version {old} to {new}, {loss.people} people would lose answers:")
        for name, people in sorted(loss.answers.items(), key=lambda pair: (-pair[1], pair[0])):
            print(f"  {people:>8}  {name}")


def _keep(house: House, new: Flow) -> None:
    again = house.settings.environment == "development"
    try:
        with house.store.write() as db:
            is_new = flow_versions.publish(
                db, new.name, new.version, new.digest, new.files, again=again
            )
    except flow_versions.Published as error:
        fail(f"{error}; raise its `version`")
    word = "published" if is_new else "was published before, with the same words"
    print(f"{new.name} version {new.version} {word}")


def _move(house: House, one: Plan) -> int:
    """Move everybody inside, a batch a transaction; safe to stop and to run again."""
    count = last = 0
    while True:
        with house.store.write() as db:
            found = conversations.inside(db, one.old.name, one.old.version, A_BATCH, last)
            rows = [
                {"id": kept.id, **conversations.columns_of(moved(kept.conversation, one))}
                for kept in found
            ]
            conversations.change(db, rows)
        if not found:
            return count
        count, last = count + len(found), found[-1].id
