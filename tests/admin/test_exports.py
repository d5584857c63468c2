"""Files for spreadsheets: what a filter finds, and no cell that becomes a formula."""

import csv
import io
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from app.admin import exports
from app.admin.exports import COLUMNS, csv_lines, pieces, xlsx_file
from tests.admin.builders import Api, a_group

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "|", "%", " =", "'=", "\u200f=", '"=')
BODIES = (
    "1+1",
    'HYPERLINK("http://x")',
    "cmd|' /C calc'!A0",
    "SUM(1,2)",
    "\u202eبد",
    "x\r\n=2",
    ",;\t",
)


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_exactly_what_the_filter_finds(api: Api) -> None:
    a_group(
        api.office,
        name="یک",
        province="IR-03",
        county="IR-0321",
        type="ngo",
        code="11111111",
        way="web",
    )
    a_group(api.office, "+989350000000", name="دو", province="IR-23")

    head, line = rows_of(api.client.get("/groups/export/csv", params={"province": "IR-03"}))

    found = dict(zip(head, line, strict=True))
    assert (found["code"], found["name"], found["province"]) == ("11111111", "یک", "IR-03")
    assert found["way"] == "web"
    assert found["phone"] == "'+98912***4567"
    assert found["created_at"] == "2026-11-22 11:30:00", "in the installation's zone"
    named = rows_of(api.client.get("/groups/export/csv?province=IR-03&language=en&numbers=true"))[1]
    assert named[COLUMNS.index("province")] == "East Azerbaijan"
    assert named[COLUMNS.index("phone")] == "'+989121234567"
    what = [entry["what"] for entry in api.get("/audit")["items"]]
    assert what == ["groups exported", "saw numbers: export", "groups exported"]


def test_the_same_as_a_workbook(sqlite_api: Api) -> None:
    a_group(sqlite_api.office, name="=1+1", members=12)
    answer = sqlite_api.client.get("/groups/export/xlsx", params={"language": "fa"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.sheet_view.rightToLeft
    head, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    found = dict(zip(head, line, strict=True))
    assert (found["name"], found["members"]) == ("=1+1", 12)
    assert sheet.cell(2, COLUMNS.index("name") + 1).data_type == "s"


def test_an_empty_list_has_headings(sqlite_api: Api) -> None:
    assert rows_of(sqlite_api.client.get("/groups/export/csv")) == [list(COLUMNS)]
    answer = sqlite_api.client.get("/groups/export/xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in next(sheet.iter_rows())] == list(COLUMNS)


def test_every_page_is_in_the_file(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.admin.api.exports.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("app.admin.api.exports.ROWS_A_STEP", 2)
    for number in range(5):
        a_group(api.office, name=f"گروه {number}")
    lines = rows_of(api.client.get("/groups/export/csv"))[1:]
    assert [line[COLUMNS.index("name")] for line in lines] == [f"گروه {n}" for n in (4, 3, 2, 1, 0)]


def hostile(count: int) -> list[list[str | int]]:
    random.seed(9)
    return [[random.choice(STARTS) + random.choice(BODIES) for _ in COLUMNS] for _ in range(count)]


def a_page(rows: Sequence[Any]) -> exports.Pages:
    named = [SimpleNamespace(id=number, cells=cells) for number, cells in enumerate(rows)]
    return iter([(named, {row.id: [] for row in named})])


def line(row: Any, _: Sequence[str]) -> list[str | int]:
    return [exports._cell(cell, None) for cell in row.cells]  # type: ignore[arg-type]


def test_ten_thousand_hostile_cells_are_text_in_csv() -> None:
    rows = hostile(550)
    text = b"".join(csv_lines(a_page(rows), line)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))[1:]

    assert sum(map(len, read)) > 10_000
    formulas = [
        cell
        for row in read
        for cell in row
        if cell.lstrip(" ").startswith(exports.STARTS_A_FORMULA)
    ]
    assert formulas == []
    assert "\x00" not in text


def test_ten_thousand_hostile_cells_are_text_in_xlsx() -> None:
    rows = hostile(550)
    book = b"".join(pieces(xlsx_file(a_page(rows), line, right_to_left=False)))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active

    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert kinds == {"s"}
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_spreadsheet_program_finds_no_formula_in_them(tmp_path: Path, kind: str) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    page, made, read = a_page(hostile(550)), tmp_path / f"taken.{kind}", tmp_path / "read"
    if kind == "csv":
        made.write_bytes(b"".join(csv_lines(page, line)))
    else:
        made.write_bytes(b"".join(pieces(xlsx_file(page, line, right_to_left=False))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    convert = [office, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*convert, "--outdir", read, made], check=True, timeout=120, capture_output=True)
    sheet = openpyxl.load_workbook(read / "taken.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 10_000
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_few_exports_at_a_time_and_each_gives_its_place_back(sqlite_api: Api) -> None:
    office = sqlite_api.office
    held = [office.exports.take() for _ in range(2)]
    assert all(held)
    refused = sqlite_api.client.get("/groups/export/csv")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    del held
    for _ in range(5):
        assert sqlite_api.client.get("/groups/export/csv").status_code == 200
        assert sqlite_api.client.get("/groups/export/xlsx").status_code == 200


def test_numbers_need_the_right(sqlite_api: Api) -> None:
    reader = sqlite_api.as_("read")
    assert reader.client.get("/groups/export/csv?numbers=true").status_code == 403
    assert reader.client.get("/groups/export/csv").status_code == 200
