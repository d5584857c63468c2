"""One sign-up: who they are, what was said, what they agreed to, and who changed what."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.admin import changes, vocabulary
from app.admin.api.asks import Page
from app.admin.api.duplicates import Other, dismiss, likely_duplicates
from app.admin.api.groups import Key as GroupKey
from app.admin.api.groups import conversation_of_group, history_of_group, one_group
from app.admin.console.bubbles import bubbles
from app.admin.console.visitor import Admin, Checked, Here, Reader, Writer
from app.admin.console.vocabularies import labels_in, shower
from app.admin.forgetting import forget_address
from app.admin.problems import Problem, not_found
from app.directory.standing import MAY_BECOME
from app.store import groups_search, participants_search
from app.store.groups_search import Filter
from app.text.digits import digits

router = APIRouter(prefix="/signups/{key}", include_in_schema=False)

Key = Annotated[GroupKey, Path()]
SAID = 200
MOST_OTHERS = 20


@router.get("")
def signup_page(
    request: Request, console: Here, visitor: Reader, key: Key, numbers: str = ""
) -> Response:
    office, caller = console.office, visitor.caller
    plain = bool(numbers) and caller.sees_numbers
    group = one_group(office, caller, key, Response(), numbers=plain)
    said = conversation_of_group(office, caller, key, Page(limit=SAID, numbers=plain))
    changed = history_of_group(office, caller, key, numbers=plain)
    speech = console.pages.speech(request, visitor.language)
    labels = labels_in(office.flows, speech.language)
    flow = office.flows.current(group.flow)
    with office.store.read() as db:
        others = groups_search.page(
            db, Filter(participant=int(group.participant_id), merged=True), MOST_OTHERS
        )
        whole = groups_search.by_code_or_id(db, group.merged_into) if group.merged_into else None
    return console.pages.render(
        request,
        "signup.html",
        visitor,
        group=group,
        plain=plain,
        said=bubbles(said.items[::-1]),
        more_said=said.next is not None,
        changes=changed.items,
        others=[row for row in others if str(row.id) != group.id],
        whole=whole,
        labels=labels,
        shown=shower(labels, speech),
        offered={name: _offered(flow, name) for name in ("type", "province", "specialisms")},
        counties=_offered(flow, "county", group.province),
        may_become=sorted(MAY_BECOME.get(group.status, ())),
    )


@router.get("/alike")
def alike_part(request: Request, console: Here, visitor: Reader, key: Key) -> Response:
    """Likely duplicates side by side, asked for beside the page, which never waits for them."""
    office, caller = console.office, visitor.caller
    speech = console.pages.speech(request, visitor.language)
    part = bool(request.headers.get("hx-request"))
    return console.pages.render(
        request,
        "alike.html" if part else "alike_page.html",
        visitor,
        group=one_group(office, caller, key, Response(), numbers=False),
        alike=likely_duplicates(office, caller, key).items,
        shown=shower(labels_in(office.flows, speech.language), speech),
    )


def _offered(flow: Any, name: str, parent: str = "") -> list[str]:
    return sorted(vocabulary.offered(flow, name, parent)) if flow else []


@router.post("/edit")
def edit(request: Request, console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    sets: dict[str, Any] = {
        name: given.text(name, 4000)
        for name in ("name", "type", "province", "county", "offer", "contact", "note")
        if name in given.form
    }
    if "name" in sets and not sets["name"]:
        raise Problem("invalid", "name_needed")
    if "members" in given.form:
        sets["members"] = _count(given.text("members", 12))
    if "with_specialisms" in given.form:
        sets["specialisms"] = [one[:64] for one in given.every("specialism")[:20]]
    sets = {name: value for name, value in sets.items() if not _masked(value)}
    revision = given.text("revision", 12)
    changes.edit(
        console.office, visitor.caller, key, int(revision) if revision.isdigit() else None, sets
    )
    return _back(key, "saved")


def _masked(value: Any) -> bool:
    """A number that the form showed covered is never written back so."""
    return isinstance(value, str) and "***" in value


def _count(text: str) -> int | None:
    plain = digits(text).replace(",", "").replace("٬", "")
    if not plain:
        return None
    if not plain.isdigit() or int(plain) > 10**9:
        raise Problem("invalid", "count_unusable")
    return int(plain)


@router.post("/status")
def set_status(console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    changes.set_status(console.office, visitor.caller, key, given.text("status", 20))
    return _back(key, "saved")


@router.post("/tags")
def tag(console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    add, remove = given.text("add", 64), given.text("remove", 64)
    changes.tag(
        console.office, visitor.caller, key, [add] if add else [], [remove] if remove else []
    )
    return _back(key, "saved")


@router.post("/merge")
def merge(console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    into = given.text("into", 24)
    take = [name for name in given.every("take") if name in (*changes.TAKEN, "specialisms")]
    changes.merge(console.office, visitor.caller, key, into, take)
    return _back(into, "merged")


@router.post("/unmerge")
def unmerge(console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    changes.unmerge(console.office, visitor.caller, key)
    return _back(key, "unmerged")


@router.post("/apart")
def apart(console: Here, visitor: Writer, key: Key, given: Checked) -> Response:
    dismiss(console.office, visitor.caller, key, Other(other=given.text("other", 24)))
    return _back(key, "parted")


@router.post("/forget")
def forget(console: Here, visitor: Admin, key: Key, given: Checked) -> Response:
    """Forget whoever signed this group up, for good."""
    if given.text("for_good") != "1":
        raise Problem("invalid", "forget_confirm")
    with console.office.store.read() as db:
        row = groups_search.by_code_or_id(db, key)
        if row is None:
            raise not_found("group")
        person = participants_search.address_of(db, row.participant_id)
    forget_address(console.office, visitor.caller, person)
    return RedirectResponse("/console/signups?done=forgotten", 303)


def _back(key: str, done: str) -> Response:
    if not (key.isascii() and key.isdigit()):
        raise Problem("invalid", "")
    return RedirectResponse(f"/console/signups/{key}?done={done}", 303)
