"""Workbooks as they come: errors, formulas nobody computed, numbers kept as numbers, texts kept as formulas, macros."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from courses.roster import answer, unread
from courses.roster.examining import Examined, examine
from courses.roster.reading import read
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class
from tests.factories.world import World

HEADER = ["姓名", "身份证号", "联系电话", "工作单位", "出生日期"]


def saved(path: Path, rows, **styled) -> Path:
    book = Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    for place, text in styled.items():
        book.active[place].value, book.active[place].data_type = text, "e"
    book.save(path)
    return path


def examined(path: Path, world: World) -> dict[int, Examined]:
    return {row.number: row for chunk in examine(read(path), make_class(world.county), SYSTEM) for row in chunk}


def reasons(row: Examined) -> dict[str, str]:
    return {problem["column"]: problem["reason"] for problem in row.problems}


@pytest.mark.django_db
def test_an_error_and_a_formula_without_result_are_not_taken_for_an_empty_cell(world: World, tmp_path: Path):
    """Taken as empty, the first would be registered without number, the second in no unit, and the last not seen at all."""
    rows = [
        ["张三", "#N/A", "13800000001", "甲", None],
        ["张三甲", rosters.number(2), "13800000002", "乙", None],
        ["=A2", rosters.number(3), "13800000003", "丙", None],
        ["张三乙", rosters.number(4), "13800000004", "丁", None],
        ["=A2", "=B2", "=C2", None, None],
    ]
    found = examined(saved(tmp_path / "a.xlsx", rows, B2="#N/A", D3="#REF!"), world)
    assert [(n, str(row.verdict)) for n, row in found.items()] == [
        (2, "refused"), (3, "refused"), (4, "refused"), (5, "new"), (6, "refused"),
    ]  # fmt: skip
    assert {n: [*reasons(row)] for n, row in found.items()} == {2: ["B"], 3: ["D"], 4: ["A"], 5: [], 6: ["A", "B", "C"]}
    assert "#N/A" in reasons(found[2])["B"]
    assert "没有它的结果" in reasons(found[4])["A"]
    assert len(found[4].problems) == 1  # and not “the name is empty” besides


@pytest.mark.django_db
def test_an_error_in_the_old_format_is_no_empty_cell_either(world: World, tmp_path: Path):
    path = tmp_path / "a.xls"
    rows = [["张三", b"\x2a", "13800000001", "甲"], ["李四", rosters.number(2), "13800000002", b"\x17"], [b"\x0f"]]
    path.write_bytes(rosters.xls([HEADER[:4], *rows]))
    found = examined(path, world)
    assert {n: {*reasons(row)} for n, row in found.items()} == {2: {"B"}, 3: {"D"}, 4: {"A", "B"}}
    assert "#N/A" in reasons(found[2])["B"]
    assert "#REF!" in reasons(found[3])["D"]


@pytest.mark.parametrize(
    "inside, stands",
    [
        (b"<f>A1</f><v>5</v>", ""),
        (b"<f>A1</f>", "=…"),
        (b"<f>A1</f><v></v>", "=…"),
        (b'<f t="shared" si="0"/><v/>', "=…"),
        (b"<v>5</v>", ""),
        (b"<is><t>=A1</t></is>", ""),
    ],
)
def test_which_cells_hold_no_result(inside: bytes, stands: str):
    assert unread._unread(b' r="A1"', inside) == stands
    assert unread._unread(b' r="A1" t="str"', b"<f>A1</f><v></v>") == ""
    assert unread._unread(b' r="A1" t="e"', b"<f>A1</f><v>#DIV/0!</v>") == "#DIV/0!"


@pytest.mark.django_db
def test_a_mobile_number_survives_as_a_number_and_others_do_not(world: World, tmp_path: Path):
    rows = [
        ["李四", rosters.number(2), 13800000002, None, "85年3月"],
        ["王五", rosters.number(3), 8702123456, None, None],  # a fixed line: its 0 is gone
        ["赵六", float(rosters.number(4)[:17] + "0"), "13800000004", None, None],
    ]
    found = examined(saved(tmp_path / "a.xlsx", rows), world)
    assert found[2].content["phone"] == "13800000002"
    assert [*reasons(found[3])] == ["C"]
    assert [*reasons(found[4])] == ["B"]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_texts_that_programs_wrap_into_a_formula(world: World, tmp_path: Path, encoding: str):
    lines = ["sep=\t", "\t".join(HEADER), "\t".join(["张 喆𬭎", f'"=""{rosters.number(1)}"""', '="13800000001"', "甲", "1990.1.1"])]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    [row] = examined(path, world).values()
    assert (str(row.verdict), row.content["name"], row.content["phone"]) == ("new", "张喆𬭎", "13800000001")
    assert row.content["document"] == rosters.number(1)


def test_a_workbook_with_macros_comes_back_as_one(tmp_path: Path):
    source, target = tmp_path / "a.xlsm", tmp_path / "b.xlsm"
    plain = rosters.xlsx([rosters.row(1)])
    with zipfile.ZipFile(io.BytesIO(plain)) as read_, zipfile.ZipFile(source, "w") as out:
        for entry in read_.infolist():
            content = read_.read(entry)
            if entry.filename == "[Content_Types].xml":
                content = re.sub(rb"spreadsheetml\.sheet\.main\+xml", b"ms-excel.sheet.macroEnabled.main+xml", content)
            out.writestr(entry, content)
        out.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macro")
    assert answer.suffix_of(source) == ".xlsm"
    answer.answer(source, target, answer.Answer("Sheet", 1, 11, ("核对结果", "核对原因"), {2: ("新学员", "", False)}, {}))
    with zipfile.ZipFile(target) as made:
        assert made.read("xl/vbaProject.bin") == b"\xd0\xcf\x11\xe0macro"
        assert b"macroEnabled" in made.read("[Content_Types].xml")
    (tmp_path / "c.xlsx").write_bytes(plain)
    assert answer.suffix_of(tmp_path / "c.xlsx") == ".xlsx"
