"""From one version of a flow to the next: who can come along, and who would be stranded."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.conversation.compiled import Field, Flow, Step
from app.conversation.turn import Conversation, Standing

PICKED = frozenset({"choice", "choices", "place"})


@dataclass(frozen=True)
class Waiting:
    """The people who wait at one step of the old version, and where they would go on."""

    step: str
    people: int
    to: str
    stranded: str = ""
    """Why they cannot go on there, else empty."""


@dataclass(frozen=True)
class Plan:
    """A move from one version to another."""

    old: Flow
    new: Flow
    mapping: Mapping[str, str]
    waiting: tuple[Waiting, ...]
    lost: tuple[str, ...]
    """Fields whose answers the new version has no use for, or asks otherwise."""
    problems: tuple[str, ...]
    """What is wrong with the mapping itself."""

    @property
    def strands(self) -> bool:
        return bool(self.problems) or any(one.stranded for one in self.waiting)


def plan(
    old: Flow, new: Flow, inside: Mapping[str, int], mapping: Mapping[str, str] | None = None
) -> Plan:
    """What moving everybody would mean. `inside` counts people by the step they wait at."""
    ways = dict(mapping or {})
    waiting = tuple(
        Waiting(step, people, to, stranded(old, new, step, to))
        for step, people in sorted(inside.items())
        for to in [ways.get(step, step)]
        if people
    )
    lost = tuple(
        name for name, field in old.fields.items() if not same_field(field, new.fields.get(name))
    )
    return Plan(old, new, ways, waiting, lost, tuple(wrong(old, new, ways)))


def wrong(old: Flow, new: Flow, mapping: Mapping[str, str]) -> Iterator[str]:
    if old.name != new.name:
        yield f"{old.name!r} and {new.name!r} are two flows"
    if new.version <= old.version:
        yield f"version {new.version} is not newer than {old.version}"
    for step, to in mapping.items():
        if step not in old.steps:
            yield f"version {old.version} has no step {step!r}"
        if to not in new.steps:
            yield f"version {new.version} has no step {to!r}"
    for language in old.languages:
        if language not in new.languages:
            yield f"version {new.version} no longer speaks {language!r}"


def stranded(old: Flow, new: Flow, step: str, to: str) -> str:
    """Why somebody who waits at a step of the old version cannot wait at that of the new."""
    before, after = old.steps.get(step), new.steps.get(to)
    if after is None:
        return f"version {new.version} has no step {to!r}"
    if not after.asks:
        return f"{to!r} asks nothing"
    if missing := unanswered_before(new, after, answered_before(old, before)):
        return f"nobody would ask for {', '.join(missing)}"
    return ""


def answered_before(flow: Flow, step: Step | None) -> frozenset[str]:
    """The fields that everybody has answered who waits here, whichever way they came."""
    return certain(flow).get(step.name, frozenset()) if step else frozenset()


def unanswered_before(new: Flow, step: Step, answered: frozenset[str]) -> list[str]:
    needed = certain(new).get(step.name, frozenset()) - {"language", "group"}
    return sorted(name for name in needed if name not in answered and new.fields[name].keep)


def certain(flow: Flow) -> dict[str, frozenset[str]]:
    """For each step, what is answered on every way to it: the smallest sets that agree."""
    every = frozenset(flow.fields)
    found: dict[str, frozenset[str]] = dict.fromkeys(flow.steps, every)
    starts = {way.to for way in flow.start}
    ways = [(step, to) for step in flow.steps.values() for to in targets(step) if to in found]
    changed = True
    while changed:
        changed = False
        for name in flow.steps:
            arriving = [found[step.name] | {step.fills} for step, to in ways if to == name]
            sets = [frozenset(), *arriving] if name in starts else arriving
            common = frozenset.intersection(*sets) & every if sets else frozenset()
            if common != found[name]:
                found[name], changed = common, True
    return found


def targets(step: Step) -> set[str]:
    return {*step.leads.values(), *(way.to for way in step.next), step.yes, step.no} - {""}


def same_field(old: Field, new: Field | None) -> bool:
    """Whether an answer given to the old is one to the new."""
    if new is None or (old.kind != new.kind and not {old.kind, new.kind} <= {"choice", "place"}):
        return False
    if old.kind not in PICKED or old.name in {"group", "language"}:
        return True
    known = new.labels
    return all(ids.keys() <= known.get(code, ids).keys() for code, ids in old.labels.items())


def moved(conversation: Conversation, to: Plan) -> Conversation:
    """The conversation in the new version. Only for a plan that strands nobody."""
    if conversation.flow != to.old.name or conversation.version != to.old.version:
        return conversation
    if conversation.standing is Standing.DONE:
        return conversation
    entries = (trail_entry(entry, to) for entry in conversation.state.get("trail", ()))
    state: dict[str, Any] = {"trail": [entry for entry in entries if entry]}
    if conversation.state.get("reminded"):
        state["reminded"] = True
    return replace(
        conversation,
        version=to.new.version,
        step=to.mapping.get(conversation.step, conversation.step),
        answers=fitting(to.new, conversation.answers),
        state={name: value for name, value in state.items() if value},
    )


def trail_entry(entry: list[Any], to: Plan) -> list[Any]:
    name, before, *editing = entry
    step = to.mapping.get(name, name)
    if step not in to.new.steps:
        return []
    return [step, fitting(to.new, before), *editing]


def fitting(flow: Flow, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if fits(flow, name, value)}


def lost_answers(flow: Flow, answers: Mapping[str, Any]) -> list[str]:
    """The fields that were answered and that the flow cannot hold; what is empty is no loss."""
    given = (name for name, value in answers.items() if value not in (None, "", []))
    return [name for name in given if not fits(flow, name, answers[name])]


def fits(flow: Flow, name: str, value: Any) -> bool:
    """Whether the flow can hold this answer."""
    field = flow.fields.get(name)
    if field is None:
        return name in {"group", "language"}
    if field.kind not in PICKED or value is None or name in {"group", "language"}:
        return True
    known = field.labels.get(flow.languages[0], {})
    return all(str(one) in known for one in as_list(value))


def as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else [value]
