"""The list of sign-ups: found in any spelling, filtered, changed many at once, taken away."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from app.admin import changes, exports, many, vocabulary
from app.admin.api.asks import Id
from app.admin.api.counts import count_groups
from app.admin.api.duplicates import PairPaging, all_duplicates
from app.admin.api.exports import XLSX, Wording, csv_pieces, xlsx_pieces
from app.admin.api.groups import GroupFilter, GroupPage, list_groups
from app.admin.console.dates import read_day
from app.admin.console.house import Console
from app.admin.console.naming import Names
from app.admin.console.speech import Speech
from app.admin.console.visitor import Checked, Given, GoTo, Here, Reader, Visitor, Writer
from app.admin.console.vocabularies import Labels, flow_titles, labels_in
from app.admin.office import Office
from app.store import group_changes, views
from app.text.fold import cleaned

router = APIRouter(prefix="/signups", include_in_schema=False)

SEVERAL = ("province", "county", "type", "specialism", "status", "channel", "way", "flow")
WAYS = ("sms", "ussd", "web", "desk")
STATUSES = ("registered", "verified", "rejected", "withdrawn")
CLOSED = {"status": STATUSES, "way": WAYS}
COLUMNS = ("code", "type", "place", "specialisms", "status", "members", "contact", "phone",
           "way", "channel", "tags", "created_at")  # fmt: skip
SHOWN = ("code", "type", "place", "specialisms", "status", "phone", "way", "created_at")
"""Columns that are there until somebody chooses others."""
A_PAGE = 50
MOST_VALUES = 40
COLUMNS_COOKIE = "muster_columns"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as the address has it, and as the API takes it."""

    given: dict[str, Any]
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """For links that keep it."""

    @property
    def is_any(self) -> bool:
        return bool(self.pairs)

    @property
    def filters(self) -> int:
        """How many of them are chosen besides words to search for."""
        return sum(name != "q" for name, _ in self.pairs)

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def filter(self) -> GroupFilter:
        return GroupFilter(**self.given)


def asked_of(request: Request, office: Office) -> Asked:
    """Read the filter from the address; what makes no sense is left out."""
    params = request.query_params
    given: dict[str, Any] = {}
    pairs: list[tuple[str, str]] = []
    if q := cleaned(params.get("q", ""))[:200]:
        given["q"] = q
        pairs.append(("q", q))
    for name in SEVERAL:
        values = [cleaned(v)[:64] for v in params.getlist(name)[:MOST_VALUES] if cleaned(v)]
        if name in CLOSED:
            values = [v for v in values if v in CLOSED[name]]
        if values:
            given[name] = values
            pairs += [(name, value) for value in values]
    if tag := cleaned(params.get("tag", ""))[:64]:
        given["tag"] = tag
        pairs.append(("tag", tag))
    for name, key in (("from", "from_"), ("to", "to")):
        day = cleaned(params.get(name, ""))[:20]
        moment = read_day(day, office.zone, after=name == "to")
        if moment is not None and 2000 <= moment.year <= 2200:
            given[key] = moment
            pairs.append((name, day))
    if params.get("merged"):
        given["merged"] = True
        pairs.append(("merged", "1"))
    return Asked(given, pairs)


@router.get("")
def signups_page(request: Request, console: Here, visitor: Reader, after: str = "") -> Response:
    office = console.office
    asked = asked_of(request, office)
    page = GroupPage(**asked.given, limit=A_PAGE, cursor=after[:80])
    found = list_groups(office, visitor.caller, page)
    with office.store.read() as db:
        kept = views.of(db, visitor.caller.id)
        under_way = group_changes.under_way(db) if visitor.may("write") else []
    speech = console.pages.speech(request, visitor.language)
    columns = _columns(request)
    answer = console.pages.render(
        request,
        "signups.html",
        visitor,
        rows=found.items,
        next=found.next,
        asked=asked,
        views=kept,
        under_way=under_way,
        params=request.query_params,
        labels=labels_in(office.flows, speech.language),
        options=options_of(console, speech),
        columns=columns,
        every_column=COLUMNS,
        after=after,
        simulator=console.simulator,
    )
    if request.query_params.getlist("column"):
        value, age = ".".join(columns), 365 * 86400
        answer.set_cookie(
            COLUMNS_COOKIE, value, max_age=age, path="/console", httponly=True, samesite="lax"
        )
    return answer


def _columns(request: Request) -> list[str]:
    chosen = request.query_params.getlist("column")
    chosen = chosen or request.cookies.get(COLUMNS_COOKIE, "").split(".")
    return [one for one in COLUMNS if one in chosen] or list(SHOWN)


def options_of(console: Console, speech: Speech) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, in the reader's language."""
    office = console.office
    labels = labels_in(office.flows, speech.language)
    return {
        "province": _offered(office, labels, "province"),
        "type": _offered(office, labels, "type"),
        "specialism": _offered(office, labels, "specialisms"),
        "channel": [(name, name) for name in office.channels],
        "way": [(one, speech.t(f"way_{one}")) for one in WAYS],
        "flow": sorted(flow_titles(office.flows, speech.language).items()),
        "status": [(one, speech.t(f"status_{one}")) for one in STATUSES],
    }


def _offered(office: Office, labels: Labels, name: str) -> list[tuple[str, str]]:
    known = {one for flow in office.flows.newest.values() for one in vocabulary.offered(flow, name)}
    return sorted(((one, labels.of(name, one)) for one in known), key=lambda pair: pair[1])


@router.get("/count")
def count_part(request: Request, console: Here, visitor: Reader) -> Response:
    """How many the filter meets; asked for beside the page, which never waits for it."""
    counts = count_groups(
        console.office, visitor.caller, asked_of(request, console.office).filter()
    )
    return console.pages.render(request, "count.html", visitor, counts=counts)


@router.post("/export")
def export(request: Request, console: Here, visitor: Reader, given: Checked) -> Response:
    """Everything that the filter meets, as a file; a form, for each is in the audit."""
    office, caller = console.office, visitor.caller
    wanted = asked_of(request, office).filter().wanted(office, caller)
    speech = console.pages.speech(request, visitor.language)
    names = Names(speech, office.flows)
    headings = [names.field(column) for column in exports.COLUMNS]
    wording = Wording(speech.language, headings, names.of)
    numbers = given.text("numbers") == "1" and caller.sees_numbers
    xlsx = given.text("as") == "xlsx"
    pieces = (xlsx_pieces if xlsx else csv_pieces)(office, caller, wanted, wording, numbers=numbers)
    name = "signups.xlsx" if xlsx else "signups.csv"
    return StreamingResponse(
        pieces,
        media_type=XLSX if xlsx else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/views")
def keep_view(console: Here, visitor: Reader, given: Checked) -> Response:
    """Keep the filter under a name, for the operator alone."""
    name, query = cleaned(given.text("name", 64)), given.text("query", 4000)
    if not name or not query:
        raise GoTo("/console/signups")
    now = datetime.now(UTC)
    with console.office.store.write() as db:
        views.keep(db, console.office.new_id(), visitor.caller.id, name, query, now)
    return RedirectResponse(_back(query, "view_kept"), 303)


@router.post("/views/{view}/drop")
def drop_view(
    console: Here, visitor: Reader, view: Annotated[Id, Path()], given: Checked
) -> Response:
    with console.office.store.write() as db:
        views.drop(db, visitor.caller.id, int(view))
    return RedirectResponse("/console/signups?done=view_dropped", 303)


@router.get("/alike")
def duplicates_page(request: Request, console: Here, visitor: Reader, after: str = "") -> Response:
    """Pairs all over the house that may be one group, the newest first."""
    paging = PairPaging(limit=A_PAGE, cursor=after[:40])
    found = all_duplicates(console.office, visitor.caller, paging)
    language = console.pages.speech(request, visitor.language).language
    return console.pages.render(
        request,
        "duplicates.html",
        visitor,
        rows=found.items,
        next=found.next,
        labels=labels_in(console.office.flows, language),
    )


@router.post("/changes")
def change_many(request: Request, console: Here, visitor: Writer, given: Checked) -> Response:
    if given.text("action", 20) in ("tag", "untag") and not cleaned(given.text("tag", 64)):
        raise GoTo(_back(given.text("back", 4000), "no_tag"))
    if given.text("whole") == "1":
        return _ask_for_all(request, console, visitor, given)
    ids = [one for one in given.every("id") if one.isascii() and one.isdigit()][:500]
    if not ids:
        raise GoTo(_back(given.text("back", 4000), "nothing_chosen"))
    action = given.text("action", 20)
    status = action if action in STATUSES else None
    tag = [cleaned(given.text("tag", 64))] if given.text("tag", 64) else []
    add = tag if action == "tag" else []
    remove = tag if action == "untag" else []
    changed, refused = changes.change_many(console.office, visitor.caller, ids, status, add, remove)
    done = "changed_all" if not refused else "changed_some" if changed else "changed_none"
    return RedirectResponse(_back(given.text("back", 4000), done), 303)


def _ask_for_all(request: Request, console: Console, visitor: Visitor, given: Given) -> Response:
    """Count what the whole filter finds, and ask whether that is meant."""
    wanted = asked_of(request, console.office).filter().wanted(console.office, visitor.caller)
    action, tag = given.text("action", 20), [given.text("tag", 64)]
    row = many.ask(
        console.office,
        visitor.caller,
        wanted,
        action if action in STATUSES else "",
        tag if action == "tag" else [],
        tag if action == "untag" else [],
    )
    query = urlencode({"back": request.url.query})
    return RedirectResponse(f"/console/signups/changes/{row.id}?{query}", 303)


def _back(query: str, done: str) -> str:
    """The list that the form was on; only ever a page of ours."""
    kept = query.replace("\r", "").replace("\n", "")
    return f"/console/signups?{kept}&done={done}" if kept else f"/console/signups?done={done}"
