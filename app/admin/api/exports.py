"""/groups/export: exactly what a filter finds, as a file for spreadsheets."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.admin import exports, vocabulary
from app.admin.api.asks import Here, Numbers, Reader
from app.admin.api.groups import GroupFilter
from app.admin.caller import Caller
from app.admin.limits import Slot
from app.admin.looking import look
from app.admin.office import Office
from app.admin.problems import Problem
from app.admin.yielding import Yielding
from app.store import audit, groups_search
from app.store.groups_search import Filter

router = APIRouter(prefix="/groups/export", tags=["groups"])

RIGHT_TO_LEFT = frozenset({"fa", "ar", "ckb", "ur", "ps"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_ONCE = 100
ROWS_A_STEP = 8
ATTACHED = {"content": {"text/csv": {}, XLSX: {}}, "description": "The file"}


class ExportFilter(GroupFilter):
    numbers: Numbers = False
    language: Literal["", "fa", "en", "ar", "hu"] = Field(
        "", description="Of the words for places, types and specialisms; empty: their ids."
    )


@router.get(
    "/csv", summary="Groups as CSV", response_class=StreamingResponse, responses={200: ATTACHED}
)
def as_csv(
    office: Here, caller: Reader, given: Annotated[ExportFilter, Query()]
) -> StreamingResponse:
    return StreamingResponse(
        csv_pieces(
            office,
            caller,
            given.wanted(office, caller),
            Wording(given.language),
            numbers=given.numbers,
        ),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="groups.csv"'},
    )


@router.get(
    "/xlsx", summary="Groups as XLSX", response_class=StreamingResponse, responses={200: ATTACHED}
)
def as_xlsx(
    office: Here, caller: Reader, given: Annotated[ExportFilter, Query()]
) -> StreamingResponse:
    return StreamingResponse(
        xlsx_pieces(
            office,
            caller,
            given.wanted(office, caller),
            Wording(given.language),
            numbers=given.numbers,
        ),
        media_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="groups.xlsx"'},
    )


@dataclass(frozen=True)
class Wording:
    """How a file is worded: its headings, and words for ids that no flow has labels for."""

    language: str
    headings: Sequence[str] = exports.COLUMNS
    words: exports.Name | None = None


def csv_pieces(
    office: Office, caller: Caller, wanted: Filter, wording: Wording, *, numbers: bool
) -> Generator[bytes, None, None]:
    """The export as the console streams it too: audited, and few at a time."""
    plain, slot = _begin(office, caller, "csv", numbers=numbers)
    line = _line(office, wording, plain=plain)
    lines = exports.csv_lines(_pages(office, wanted), line, wording.headings)
    return _until_done(slot, lines)


def xlsx_pieces(
    office: Office, caller: Caller, wanted: Filter, wording: Wording, *, numbers: bool
) -> Generator[bytes, None, None]:
    plain, slot = _begin(office, caller, "xlsx", numbers=numbers)
    line = _line(office, wording, plain=plain)
    pages, right_to_left = _pages(office, wanted), wording.language in RIGHT_TO_LEFT
    file = exports.xlsx_file(pages, line, wording.headings, right_to_left=right_to_left)
    return _until_done(slot, exports.pieces(file))


def _begin(office: Office, caller: Caller, kind: str, *, numbers: bool) -> tuple[bool, Slot]:
    slot = office.exports.take()
    if slot is None:
        raise Problem("too-many-requests", "Other exports are being written.", retry_after=10)
    plain = look(office, caller, "export", "groups", [], asked=numbers)
    with office.store.write() as db:
        details = {"as": kind, "numbers": plain}
        audit.note(db, caller.who, "groups exported", "groups", datetime.now(UTC), details)
    return plain, slot


def _until_done(slot: Slot, file: Iterator[bytes]) -> Generator[bytes, None, None]:
    try:
        yield from file
    finally:
        slot.release()


def _pages(office: Office, wanted: Filter) -> exports.Pages:
    """Page by page, and few rows at a time: while texts come in, they have the processor first."""
    yielding = Yielding(office.taken)
    for rows in groups_search.every(office.store.read, wanted, ROWS_AT_ONCE):
        yielding.step()
        with office.store.read() as db:
            chosen = groups_search.specialisms_of(db, [row.id for row in rows])
        for start in range(0, len(rows), ROWS_A_STEP):
            yielding.step()
            yield rows[start : start + ROWS_A_STEP], chosen


def _line(
    office: Office, wording: Wording, *, plain: bool
) -> Callable[[Any, Sequence[str]], list[str | int]]:
    words: dict[tuple[str, str], dict[str, str]] = {}
    if wording.language:
        for flow in office.flows.newest.values():
            for field in flow.fields:
                known = vocabulary.labels(flow, field).get(wording.language, {})
                words[flow.name, field] = dict(known)

    def line(row: Any, specialisms: Sequence[str]) -> list[str | int]:
        def name(field: str, id_: str) -> str:
            found = words.get((row.flow, field), {}).get(id_, id_)
            return wording.words(field, id_) if wording.words and found == id_ else found

        return exports.cells(row, specialisms, plain=plain, zone=office.zone, name=name)

    return line
