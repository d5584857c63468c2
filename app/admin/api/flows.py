"""/flows: what is asked, in which words, at what price, and who is where."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from app.admin.api.asks import Here, Reader, Shape
from app.admin.problems import not_found
from app.admin.vocabulary import labels
from app.conversation.compiled import Flow as Compiled
from app.conversation.compiled import Step as CompiledStep
from app.store import conversations
from app.text.segments import segments

router = APIRouter(prefix="/flows", tags=["flows"])

Name = Annotated[str, Path(max_length=64)]


class Flow(Shape):
    name: str
    version: int
    digest: str
    title: dict[str, str]
    languages: list[str]
    keywords: list[str] = Field(description="As compared: folded and without spaces.")
    steps: int


class Flows(Shape):
    items: list[Flow]
    next: None = None


class Wording(Shape):
    language: str
    medium: str = Field(examples=["sms"])
    text: str = Field(description="With {fields} not filled in.")
    segments: int
    encoding: str


class Way(Shape):
    to: str
    when: str = Field(description="Empty: whatever was answered.")


class Step(Shape):
    name: str
    kind: str
    fills: str
    optional: bool
    texts: list[Wording]
    ways: list[Way]
    inside: int = Field(description="Open conversations that wait here, in any version.")


class WholeFlow(Flow):
    inside: dict[str, int] = Field(description="Open conversations by version.")
    all_steps: list[Step]


class Labels(Shape):
    field: str
    labels: dict[str, dict[str, str]] = Field(
        description="By language, then by id.", examples=[{"en": {"IR-01": "Tehran"}}]
    )


@router.get("", summary="Every flow that may be started")
def list_flows(office: Here, caller: Reader) -> Flows:
    return Flows(items=[Flow(**_facts(flow)) for flow in office.flows.newest.values()])


@router.get("/{name}", summary="One flow, with its texts and who is inside")
def one_flow(office: Here, caller: Reader, name: Name) -> WholeFlow:
    if (flow := office.flows.current(name)) is None:
        raise not_found("flow")
    with office.store.read() as db:
        inside = conversations.who_is_where(db, name)
    versions: dict[str, int] = {}
    at: dict[str, int] = {}
    for (version, step), count in inside.items():
        versions[str(version)] = versions.get(str(version), 0) + count
        at[step] = at.get(step, 0) + count
    steps = [_step(step, at.get(step.name, 0)) for step in flow.steps.values()]
    return WholeFlow(**_facts(flow), inside=versions, all_steps=steps)


@router.get("/{name}/labels/{field}", summary="The words a field may hold, in every language")
def labels_of(office: Here, caller: Reader, name: Name, field: Name) -> Labels:
    flow = office.flows.current(name)
    if flow is None or field not in flow.fields:
        raise not_found("field")
    found = {language: dict(words) for language, words in labels(flow, field).items()}
    return Labels(field=field, labels=found)


def _facts(flow: Compiled) -> dict[str, Any]:
    return {
        "name": flow.name,
        "version": flow.version,
        "digest": flow.digest,
        "title": dict(flow.title),
        "languages": list(flow.languages),
        "keywords": sorted(flow.keywords),
        "steps": len(flow.steps),
    }


def _step(step: CompiledStep, inside: int) -> Step:
    texts = []
    for (language, medium), template in step.says.items():
        text = template.fill("{{{}}}".format)
        size = segments(text)
        texts.append(
            Wording(
                language=language,
                medium=medium.value,
                text=text,
                segments=size.count if medium.value == "sms" else 0,
                encoding=size.encoding.value,
            )
        )
    ways = [Way(to=way.to, when=_when(way.tests)) for way in step.next]
    ways += [Way(to=to, when=f"{step.fills} is {picked}") for picked, to in step.leads.items()]
    return Step(
        name=step.name,
        kind=step.kind,
        fills=step.fills,
        optional=step.optional,
        texts=texts,
        ways=ways,
        inside=inside,
    )


def _when(tests: Any) -> str:
    return " and ".join(
        f"{field} {name} {value}"
        for field, test in tests
        for name, value in test.model_dump(by_alias=True, exclude_none=True).items()
    )
