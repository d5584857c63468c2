"""Groups as files for spreadsheets: no cell can become a formula, no memory for a million rows."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from app.admin.api.shapes import masked_json
from app.admin.masking import masked_number, masked_text
from app.text.fold import UNSEEN

COLUMNS = (
    "code",
    "status",
    "name",
    "type",
    "province",
    "county",
    "specialisms",
    "members",
    "offer",
    "contact",
    "phone",
    "tags",
    "note",
    "more",
    "flow",
    "language",
    "channel",
    "way",
    "created_at",
    "updated_at",
)
NAMED = ("type", "province", "county", "status", "way", "flow", "language")
"""Columns that hold ids."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
ROWS_A_SHEET = 1_048_575
BOM = "\ufeff"  # without it a spreadsheet takes Persian for something else
AT_ONCE = 64 * 1024

Name = Callable[[str, str], str]
"""The word for a field's id, in the reader's language."""
Pages = Iterator[tuple[Sequence[Any], dict[int, list[str]]]]
"""Rows of groups, with the specialisms of each by its id."""


def cells(
    row: Any, specialisms: Sequence[str], *, plain: bool, zone: ZoneInfo, name: Name
) -> list[str | int]:
    """A group as the cells of its line."""
    values: dict[str, Any] = {column: getattr(row, column, "") for column in COLUMNS}
    values["specialisms"] = ", ".join(name("specialisms", one) for one in specialisms)
    values["tags"] = ", ".join(row.tags)
    for field in NAMED:
        values[field] = name(field, values[field]) if values[field] else ""
    more = row.more if plain else masked_json(row.more)
    values["more"] = "; ".join(f"{field}: {_flat(value)}" for field, value in sorted(more.items()))
    if not plain:
        values["phone"] = masked_number(row.phone)
        for field in ("offer", "contact", "note"):
            values[field] = masked_text(values[field])
    return [_cell(values[column], zone) for column in COLUMNS]


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cell(value: Any, zone: ZoneInfo) -> str | int:
    match value:
        case None:
            return ""
        case int():
            return value
        case datetime():
            return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return UNSEEN.sub("", str(value))


def as_text(cell: str | int) -> str | int:
    """For CSV, where nothing else says that a cell is text."""
    if isinstance(cell, str) and cell.lstrip(" '\u00a0").startswith(STARTS_A_FORMULA):
        return "'" + cell
    return cell


def csv_lines(
    pages: Pages,
    line: Callable[[Any, Sequence[str]], list[str | int]],
    headings: Sequence[str] = COLUMNS,
) -> Iterator[bytes]:
    """The file piece by piece, as the rows are read."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(BOM)
    writer.writerow([as_text(heading) for heading in headings])
    for rows, specialisms in pages:
        for row in rows:
            writer.writerow([as_text(cell) for cell in line(row, specialisms[row.id])])
        if text.tell() >= AT_ONCE:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    if rest := text.getvalue():
        yield rest.encode("utf-8", "replace")


def xlsx_file(
    pages: Pages,
    line: Callable[[Any, Sequence[str]], list[str | int]],
    headings: Sequence[str] = COLUMNS,
    *,
    right_to_left: bool,
) -> BinaryIO:
    """The whole file on disk; rows leave memory as they are written."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever streams it closes it
    try:
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        _fill(book, pages, line, headings, right_to_left=right_to_left)
        book.close()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _fill(
    book: Any,
    pages: Pages,
    line: Callable[[Any, Sequence[str]], list[str | int]],
    headings: Sequence[str],
    *,
    right_to_left: bool,
) -> None:
    bold = book.add_format({"bold": True})
    sheet, at = None, 0
    for rows, specialisms in _or_empty(pages):
        for row in rows or [None]:
            if sheet is None or at > ROWS_A_SHEET:
                sheet, at = book.add_worksheet(), 1
                if right_to_left:
                    sheet.right_to_left()
                sheet.freeze_panes(1, 0)
                sheet.write_row(0, 0, headings, bold)
            if row is not None:
                for column, cell in enumerate(line(row, specialisms[row.id])):
                    write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                    write(at, column, cell)
                at += 1


def _or_empty(pages: Pages) -> Pages:
    """At least one page, so that an empty list is a file with headings."""
    empty = True
    for page in pages:
        empty = False
        yield page
    if empty:
        yield [], {}


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning, closed at its end."""
    with file:
        while piece := file.read(AT_ONCE):
            yield piece
