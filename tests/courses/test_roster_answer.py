"""The workbook that comes back: marks where they belong, everything else as it came, in bytes. Read with other libraries."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from courses.roster import answer, workbooks
from courses.roster import sample as twelve
from courses.roster.answer.styles import COLOUR
from courses.roster.columns import Header
from courses.roster.reading import Sheet
from tests.factories import rosters

RED = COLOUR.decode()
TITLES = ("核对结果", "核对原因")


def answered(raw: bytes, tmp_path: Path, *, sheet: str, header_row: int, place: int, results=None, cells=None) -> bytes:
    source, target = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    source.write_bytes(raw)
    answer.answer(source, target, answer.Answer(sheet, header_row, place, TITLES, results or {}, cells or {}))
    return target.read_bytes()


def parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    for name, content in found.items():
        if name.endswith((".xml", ".rels", ".vml")):
            fromstring(content)  # each part is well formed, prefixes and all
    return found


def twelve_answered(tmp_path: Path) -> tuple[bytes, bytes]:
    raw = twelve.workbook()
    cells = {(row, ord(letter) - 65): f"{why} <&> =1+1" for row, (letter, why) in twelve.DAMAGE.items()}
    cells[(6, 2)] = "又一句"
    results = {row: ("未通过", "=1+1 “<b>”", True) for row in twelve.DAMAGE} | {5: ("新学员", "", False)}
    return raw, answered(raw, tmp_path, sheet=twelve.SHEET, header_row=4, place=13, results=results, cells=cells)


def test_faulty_cells_have_colour_and_comment_and_rows_their_result(tmp_path):
    _raw, out = twelve_answered(tmp_path)
    sheet = load_workbook(io.BytesIO(out))[twelve.SHEET]
    for row, (letter, why) in twelve.DAMAGE.items():
        cell = sheet[f"{letter}{row}"]
        assert cell.fill.fgColor.rgb == RED, cell.coordinate
        assert cell.comment.text == f"{why} <&> =1+1"
        assert cell.comment.author == "名册核对"
        assert [sheet[f"N{row}"].value, sheet[f"O{row}"].value] == ["未通过", "=1+1 “<b>”"]
        assert sheet[f"O{row}"].data_type == "s"
    assert [sheet["N4"].value, sheet["O4"].value, sheet["N5"].value] == [*TITLES, "新学员"]
    assert sheet["C6"].comment.text == f"{twelve.NOTED[1]}\n【名册核对】又一句"  # a colleague's note stands
    assert sheet["C6"].comment.author == "县民政局"
    assert sheet.column_dimensions["O"].width > sheet.column_dimensions["N"].width


def test_a_cell_to_look_at_has_another_colour_and_no_row_is_made_higher(tmp_path):
    source, target = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    source.write_bytes(twelve.workbook())
    wanted = answer.Answer(twelve.SHEET, 4, 13, TITLES, {5: ("新学员", "提示", False)}, {(5, 2): "像", (7, 6): "坏"}, {(5, 2)})
    answer.answer(source, target, wanted)
    sheet = load_workbook(target)[twelve.SHEET]
    assert [sheet["C5"].fill.fgColor.rgb, sheet["G7"].fill.fgColor.rgb] == ["FFFFE9B8", RED]
    assert not sheet["O5"].alignment.wrap_text


def test_everything_else_is_as_it_came(tmp_path):
    raw, out = twelve_answered(tmp_path)
    before, after = parts(raw), parts(out)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    }
    assert set(after) == set(before)
    one, two = load_workbook(io.BytesIO(raw)), load_workbook(io.BytesIO(out))
    assert two.sheetnames == one.sheetnames
    assert dict(two.defined_names) == dict(one.defined_names)
    old, new = one[twelve.SHEET], two[twelve.SHEET]
    assert new.merged_cells.ranges == old.merged_cells.ranges
    assert new.freeze_panes == old.freeze_panes
    assert new.row_dimensions[twelve.HIDDEN_ROW].hidden
    assert [str(d.sqref) for d in new.data_validations.dataValidation] == [
        str(d.sqref) for d in old.data_validations.dataValidation
    ]
    assert len(new._images) == len(old._images) == 1
    marked = {f"{letter}{row}" for row, (letter, _why) in twelve.DAMAGE.items()} | {"C6"}
    for row in old.iter_rows():
        for cell in row:
            twin = new[cell.coordinate]
            assert twin.value == cell.value
            for look in ("number_format", "font", "border", "alignment", "protection"):
                assert repr(getattr(twin, look)) == repr(getattr(cell, look)), cell.coordinate
            if cell.coordinate not in marked:
                assert repr(twin.fill) == repr(cell.fill)
    for letter in "ABCDEFGHIJKLM":
        assert new.column_dimensions[letter].width == old.column_dimensions[letter].width
    assert new[f"C{twelve.LAST + 1}"].value == old[f"C{twelve.LAST + 1}"].value


def test_a_second_answer_takes_the_first_away(tmp_path):
    _raw, out = twelve_answered(tmp_path)
    left = {(7, 6): "还是不对"}
    again = answered(
        out, tmp_path, sheet=twelve.SHEET, header_row=4, place=13, results={7: ("未通过", "还是不对", True)}, cells=left
    )
    sheet = load_workbook(io.BytesIO(again))[twelve.SHEET]
    comments = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert comments == {"G7": "还是不对", "C6": twelve.NOTED[1]}
    assert sheet["G7"].fill.fgColor.rgb == RED
    assert sheet["N4"].value == TITLES[0]
    assert sheet["P4"].value is None
    clean = answered(again, tmp_path, sheet=twelve.SHEET, header_row=4, place=13, results={7: ("新学员", "", False)})
    sheet = load_workbook(io.BytesIO(clean))[twelve.SHEET]
    assert {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment} == {"C6": twelve.NOTED[1]}
    assert sheet["G7"].fill.fill_type is None
    assert parts(clean)["xl/drawings/commentsDrawing1.vml"].count(b":ClientData ") == 1


def test_a_workbook_saved_by_another_program_in_between_is_answered_again(tmp_path):
    _raw, out = twelve_answered(tmp_path)
    book = load_workbook(io.BytesIO(out))
    book[twelve.SHEET]["G9"] = rosters.number(9)
    saved = io.BytesIO()
    book.save(saved)
    results = {9: ("新学员", "", False)}
    again = answered(
        saved.getvalue(),
        tmp_path,
        sheet=twelve.SHEET,
        header_row=4,
        place=13,
        results=results,
        cells={(7, 6): "x"},
    )
    sheet = load_workbook(io.BytesIO(again))[twelve.SHEET]
    assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {"G7", "C6"}
    assert sheet["G9"].fill.fill_type is None


def test_a_workbook_with_no_comments_no_styles_and_painted_cells(tmp_path):
    cells = (
        b'<row r="1" spans="1:2"><c r="A1" t="inlineStr"><is><t>a &gt; b</t></is></c><c r="B1"/></row>'
        b'<row r="2"><c r="A2"><v>1</v></c><c r="C2" s="0"/></row><row/>'
    )
    out = answered(
        rosters.workbook(cells), tmp_path, sheet="a", header_row=1, place=2, results={2: ("r", "s", True)}, cells={(2, 1): "leer"}
    )
    sheet = load_workbook(io.BytesIO(out)).active
    assert [c.value for c in sheet[1]] == ["a > b", None, *TITLES]
    assert [c.value for c in sheet[2]] == [1, None, "r", "s"]
    assert sheet["B2"].comment.text == "leer"
    assert sheet["B2"].fill.fgColor.rgb == RED
    assert "xl/styles.xml" in parts(out)


def test_prefixed_names_as_some_exporters_write_them(tmp_path):
    made = parts(rosters.workbook(b'<row r="1"><c r="A1"><v>1</v></c></row>'))
    sheet = made["xl/worksheets/sheet1.xml"].replace(b"xmlns=", b"xmlns:x=")
    for name in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
        sheet = sheet.replace(b"<" + name + b" ", b"<x:" + name + b" ").replace(b"<" + name + b">", b"<x:" + name + b">")
        sheet = sheet.replace(b"</" + name + b">", b"</x:" + name + b">")
    made["xl/worksheets/sheet1.xml"] = sheet
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    out = answered(raw.getvalue(), tmp_path, sheet="a", header_row=9, place=1, results={1: ("r", "s", False)}, cells={(1, 0): "x"})
    page = load_workbook(io.BytesIO(out)).active
    assert [c.value for c in page[1]] == [1, "r", "s"]
    assert page["A1"].comment.text == "x"


def test_a_faulty_cell_with_a_fill_of_its_own_keeps_font_and_border(tmp_path):
    book = Workbook()
    page = book.active
    page.append(["姓名", "电话"])
    page.append(["张三", "1"])
    page["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    page["A2"].comment = Comment("x", "y")
    raw = io.BytesIO()
    book.save(raw)
    out = answered(raw.getvalue(), tmp_path, sheet="Sheet", header_row=1, place=2, cells={(2, 1): "坏"})
    cell = load_workbook(io.BytesIO(out)).active["B2"]
    assert cell.fill.fgColor.rgb == RED


def test_a_sheet_with_character_data_is_not_edited(tmp_path):
    raw = rosters.workbook(b'<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[x]]></t></is></c></row>')
    with pytest.raises(answer.Unanswerable):
        answered(raw, tmp_path, sheet="a", header_row=1, place=1)


def test_another_format_comes_back_as_xlsx_with_text_that_stays_text(tmp_path):
    rows = [["姓名", "备注"], ["=cmd|' /C calc'!A0", "+1"], ["张三", {"day": "1990-01-02"}]]
    wanted = answer.Answer("a/b", 1, 2, TITLES, {2: ("未通过", "=1+1", True)}, {(2, 0): "坏"})
    target = tmp_path / "out.xlsx"
    workbooks.with_answers(Sheet("a/b", iter(rows), Header(1, ()), 3, 2), wanted, target)
    sheet = load_workbook(target).active
    assert [c.data_type for c in sheet[2]] == ["s", "s", "s", "s"]
    assert sheet["A2"].value.startswith("=")
    assert sheet["A2"].comment.text == "坏"
    assert [c.value for c in sheet[1]] == ["姓名", "备注", *TITLES]
    assert sheet["B3"].value == "1990-01-02"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_keeps_the_comments(tmp_path):
    _raw, _out = twelve_answered(tmp_path)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "out.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "out.fods").read_text("utf-8")
    assert text.count("<office:annotation ") == len(twelve.DAMAGE) + 1
    assert "核对原因" in text
    assert text.count("draw:image") >= 1
