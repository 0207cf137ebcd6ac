"""Rosters as offices fill them in: two lists on one sheet, totals between the rows, traditional characters, “无” for nothing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from courses.roster.cells import loose_day
from courses.roster.columns import column_twice, field_of, find_header, not_a_person
from courses.roster.examining import Examined, examine
from courses.roster.reading import read
from lms.core.errors import BadInput
from lms.people import vocabularies
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class
from tests.factories.world import World

N = rosters.number


def saved(path: Path, rows: list[list]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def examined(path: Path, world: World) -> dict[int, Examined]:
    return {row.number: row for chunk in examine(read(path), make_class(world.county), SYSTEM) for row in chunk}


def verdicts(found: dict[int, Examined]) -> dict[int, str]:
    return {number: str(row.verdict) for number, row in found.items()}


@pytest.mark.django_db
def test_a_second_list_below_with_more_columns_does_not_swallow_the_first(world: World, tmp_path: Path):
    rows = [
        ["姓名", "身份证号"],
        ["张三", N(1)],
        [],
        ["二、后备人员"],
        ["序号", "姓名", "身份证号"],
        [1, "李四", N(2)],
    ]
    found = examined(saved(tmp_path / "a.xlsx", rows), world)
    assert verdicts(found) == {2: "new", 4: "refused", 5: "left_out", 6: "refused"}
    assert "又是一个表头" in found[5].problems[0]["reason"]


def test_a_second_list_beside_the_first_is_told():
    header = find_header([["序号", "姓名", "身份证号", None, "姓名", "身份证号"], [1, "张三", N(1), None, "李四", N(2)]])
    assert header is not None
    assert [c.letter for c in column_twice(header.everything())] == ["E", "F"]
    other = find_header([["姓名", "身份证号", "联系人", "联系电话", "联系电话"], ["张三", N(1), "李四", None, None]])
    assert other is not None
    assert column_twice(other.everything()) == []


@pytest.mark.parametrize(
    "words, field",
    [
        ("身份證\n號 碼", "document"),
        ("聯繫\n電話", "phone"),
        ("工作單位", "organisation"),
        ("鄉鎮（街道）", "township"),
        ("學歷", "education"),
        ("職務/職稱", None),  # 稱 is in no word of ours that is in use: shown, and asked
    ],
)
def test_header_words_in_traditional_characters(words: str, field: str | None):
    assert field_of(words) == field


@pytest.mark.parametrize("text, code", [("漢", "01"), ("漢族", "01"), ("維吾爾族", "05"), ("滿族", "11"), ("傈僳族", "20")])
def test_peoples_in_traditional_characters(text: str, code: str):
    assert vocabularies.code_of(vocabularies.ETHNIC_GROUPS, text) == code


@pytest.mark.parametrize(
    "cells, left_out",
    [
        (["甲单位小计", "1人"], True),
        ([None, "合计2人"], True),
        (["共12人"], True),
        (["（以下由乡镇填写）"], True),
        (["第二小组（组长：李四）"], True),
        (["审核人：赵六", None, "2026年11月1日"], True),
        (["张三", None, "甲"], False),
        (["张三（女）"], False),
        (["共青"], False),
        ([1, "张三"], False),
    ],
)
def test_rows_that_are_no_people(cells: list, left_out: bool):
    assert not_a_person(cells) is left_out


@pytest.mark.django_db
def test_totals_and_signatures_are_left_out_wherever_they_put_a_number(world: World, tmp_path: Path):
    rows = [
        ["姓名", "身份证号", "电话", "学历"],
        ["张三", N(1), "无", "—"],
        ["小计", None, 1, None],
        ["李四", "/", "13800000002", "暂无"],
        ["填表人：王五", None, "联系电话：13800000009", None],
        ["合计", N(3), None, None],
        ["无", "无", "/", None],
    ]
    found = examined(saved(tmp_path / "a.xlsx", rows), world)
    # a number that may be somebody's is never passed over, and a row of “无” holds nobody
    assert verdicts(found) == {2: "new", 3: "left_out", 4: "new", 5: "left_out", 6: "new", 7: "left_out"}
    assert (found[2].content["phone"], found[2].content["education"]) == ("", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + f"姓名,身份证号,电话\r\n张三,{N(1)},13800000001\r\n".encode("gbk"),
        f"姓名;身份证号;电话;单位\r\n张三;{N(1)};13800000001;甲,乙,丙,丁,戊,己\r\n".encode("gbk"),
        f"名册,,,,\r\n姓名|身份证号|电话\r\n张三|{N(1)}|13800000001\r\n".encode(),
        f"姓名，身份证号，电话\r\n张三，{N(1)}，13800000001\r\n".encode(),
    ],
)
def test_texts_with_other_marks_and_separators(world: World, tmp_path: Path, content: bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    [row] = examined(path, world).values()
    assert (str(row.verdict), row.content["name"], row.content["phone"]) == ("new", "张三", "13800000001")


def test_a_book_of_charts_is_told_apart(tmp_path: Path):
    book = Workbook()
    book.create_chartsheet("图").add_chart(BarChart())
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    with pytest.raises(BadInput, match="只有图表"):
        read(tmp_path / "a.xlsx")


def test_a_month_in_chinese_numerals():
    assert (loose_day("一九九〇年五月"), loose_day("二〇〇一年十二月"), loose_day("一九九〇年十三月")) == (
        "1990-05",
        "2001-12",
        None,
    )


@pytest.mark.django_db
def test_a_number_in_the_wrong_column_is_masked_where_its_row_is_refused(world: World, tmp_path: Path):
    rows = [["姓名", "性别", "电话", "学历"], ["张三", N(1), "138000000081", "13800000001"]]
    [row] = examined(saved(tmp_path / "a.xlsx", rows), world).values()
    said = " ".join(problem["reason"] for problem in row.problems)
    assert len(row.problems) == 3
    assert N(1) not in said and "13800" not in said
    assert "5306**********0016" in said and "138*****0081" in said
