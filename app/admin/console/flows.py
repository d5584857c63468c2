"""Flows: each as a picture, with its texts, what they cost, and who is inside."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from app.admin.api.flows import one_flow
from app.admin.console.diagram import draw
from app.admin.console.visitor import Here, Reader
from app.admin.console.vocabularies import title
from app.admin.office import Office
from app.admin.problems import not_found
from app.conversation.check import check
from app.conversation.compiled import Flow
from app.conversation.measure import Row, measured
from app.store import flow_versions

router = APIRouter(prefix="/flows", include_in_schema=False)

Name = Annotated[str, Path(max_length=64)]


@router.get("")
def flows_page(request: Request, console: Here, visitor: Reader) -> Response:
    language = console.pages.speech(request, visitor.language).language
    office = console.office
    rows = [
        {
            "flow": flow,
            "title": title(flow, language),
            "inside": sum(one_flow(office, visitor.caller, flow.name).inside.values()),
            "problems": len(_problems(office, flow)),
        }
        for flow in office.flows.newest.values()
    ]
    return console.pages.render(request, "flows.html", visitor, rows=rows)


@router.get("/{name}")
def flow_page(
    request: Request, console: Here, visitor: Reader, name: Name, words: str = ""
) -> Response:
    office = console.office
    flow = office.flows.current(name)
    if flow is None:
        raise not_found("flow")
    speech = console.pages.speech(request, visitor.language)
    language = words if words in flow.languages else flow.speaks(speech.language)
    found = one_flow(office, visitor.caller, name)
    inside = {step.name: step.inside for step in found.all_steps}
    with office.store.read() as db:
        versions = flow_versions.every(db, name)
    return console.pages.render(
        request,
        "flow.html",
        visitor,
        flow=flow,
        title=title(flow, speech.language),
        inside=inside,
        by_version=found.inside,
        versions=versions,
        drawing=draw(flow, inside),
        texts=_by_step(flow, _rows(office, flow), language),
        words=language,
        problems=_problems(office, flow),
        simulator=console.simulator,
    )


def _rows(office: Office, flow: Flow) -> list[Row]:
    """Every text at its longest: measured once for a version."""
    rows: list[Row] = office.tally.of(("measured", flow.digest), lambda: measured(flow))
    return rows


def _problems(office: Office, flow: Flow) -> list[Any]:
    found: list[Any] = office.tally.of(("checked", flow.digest), lambda: list(check(flow)))
    return found


def _by_step(flow: Flow, rows: list[Row], language: str) -> list[tuple[str, list[Row]]]:
    """Texts of one language step by step; what is said anywhere comes last."""
    found: dict[str, list[Row]] = {name: [] for name in [*flow.steps, ""]}
    for row in rows:
        if row.spot.language == language:
            found.setdefault(row.spot.step, []).append(row)
    return [(step, of) for step, of in found.items() if of]
