"""Workbooks as counties make them: what is read, asked, left out and said so; what is refused, with how to mend it."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from courses.roster.cells import day_of, document_kind, loose_day
from courses.roster.columns import find_header, guess_of
from courses.roster.examining import examine
from courses.roster.reading import open_sheet, outline, read, recognise
from lms.core.errors import BadInput
from lms.people.rules import BadDocument, check_document, sound_residents
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class
from tests.factories.world import World

TODAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    [
        "1990-01-31", "1990/1/31", "1990.1.31", "1990年1月31日", "１９９０年１月３１日", "19900131", "1990、1、31",
        "一九九〇年一月三十一日", "1990-01-31 00:00:00", "32904", 32904.0, {"day": "1990-01-31"}, dt.date(1990, 1, 31),
    ],
)  # fmt: skip
def test_a_day_in_many_forms(text):
    assert day_of(text) == dt.date(1990, 1, 31)


@pytest.mark.parametrize("text", ["1990", "1990-13-01", "生日不详", "31/01/1990", "1990.1", 7.5])
def test_what_is_no_day_is_not_guessed(text):
    assert day_of(text) is None


def test_a_month_is_known_as_a_month_and_a_number_cut_by_excel_is_not():
    assert [loose_day("1990.10"), loose_day("1990年1月"), loose_day("199010"), loose_day(1990.1)] == [
        "1990-10",
        "1990-01",
        "1990-10",
        None,
    ]


def test_kinds_of_documents_in_the_offices_words():
    assert [document_kind(t) for t in ("", "港澳台居住证", "永居证", "护照", "驾驶证")] == [
        "resident", "hk_mo_tw", "permanent_resident", "passport", None,
    ]  # fmt: skip


_numbers = st.one_of(
    st.builds(
        lambda region, day, serial, last: f"{region:06d}{day}{serial:03d}{last}",
        st.sampled_from([530621, 110101, 810000, 990000, 711000]),
        st.dates(dt.date(1870, 1, 1), dt.date(2030, 1, 1)).map(lambda d: d.strftime("%Y%m%d")),
        st.integers(0, 999),
        st.sampled_from("0123456789Xx"),
    ),
    st.integers(0, 999).map(lambda n: rosters.number(n)),
    st.integers(0, 999).map(lambda n: rosters.number(n, region="820000")),
    st.text("0123456789Xx ０", max_size=19),
    st.sampled_from([None, 4.4e17, "53062119900230001X", "530621000000000000"]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.lists(_numbers, max_size=30))
def test_whole_columns_of_numbers_are_decided_as_one_by_one(numbers):
    for number, fact in zip(numbers, sound_residents(numbers, TODAY), strict=True):
        if fact is not None:
            assert fact == check_document("resident", number, today=TODAY)
        elif isinstance(number, str) and len(number) == 18 and number.isascii():
            try:
                single = check_document("resident", number, today=TODAY)
            except BadDocument:
                continue
            assert single.kind == "permanent_resident"


def test_words_that_are_only_like_known_ones_are_suggested_and_not_taken():
    header = find_header([["姓名", "联系电话", "工作单位及部门", "现住址"], ["张三", "13800000000", "民政局", "x"]])
    assert [c.field for c in header.columns] == ["name", "phone"]
    assert [c.guess for c in header.others] == ["organisation", ""]
    assert guess_of("学历情况") == "education"


def test_three_header_rows_with_groups():
    rows = [
        ["序号", "人员信息", None, None, None],
        [None, "身份", None, "联系", None],
        [None, "姓名", "证件号码", "手机", "备注"],
        [1, "张三", rosters.number(1), "13800000000", None],
    ]
    merged = [(0, 1, 0, 4), (1, 1, 1, 2), (1, 3, 1, 4), (0, 0, 2, 0)]
    header = find_header(rows, merged)
    assert (header.top, header.first) == (0, 3)
    assert {c.field: c.letter for c in header.columns} == {"index": "A", "name": "B", "document": "C", "phone": "D", "remark": "E"}


def _book(fill) -> bytes:
    book = Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_merged_county_reaches_its_rows_and_notes_are_left_out(world: World, tmp_path: Path):
    def fill(book):
        page = book.active
        page.append(["县区", "姓名", "身份证号", "联系电话"])
        for n in range(1, 4):
            page.append(["鲁甸县" if n == 1 else None, f"张三{'甲乙丙'[n - 1]}", rosters.number(n), f"1380000000{n}"])
        page.merge_cells("A2:A4")
        page.append(["县区", "姓名", "身份证号", "联系电话"])  # the header again, as printed lists have it
        page.append([None, "李四", rosters.number(9), "13800000009"])
        page.append(["合计", "4人"])
        page.append(["填表说明：一人一行，据实填写，不得漏报。"])
        page.append([None, None, None, None])

    path = tmp_path / "a.xlsx"
    path.write_bytes(_book(fill))
    training_class = make_class(world.prefecture)
    rows = [row for chunk in examine(read(path), training_class, SYSTEM) for row in chunk]
    assert [(r.number, str(r.verdict)) for r in rows] == [
        (2, "new"), (3, "new"), (4, "new"), (5, "left_out"), (6, "new"), (7, "left_out"), (8, "left_out"),
    ]  # fmt: skip
    assert [r.division.name for r in rows[:3]] == ["鲁甸县"] * 3
    assert rows[4].division == world.prefecture  # below the merge: the place of the class


def _two_sheets(book):
    page = book.active
    page.title = "封面"
    page.append(["报名须知"])
    roster = book.create_sheet("名单")
    roster.append(["姓名", "联系电话", "备注"])
    for n in range(4):
        roster.append([f"张三{'甲乙丙丁'[n]}", f"1380000000{n}"])
    roster.row_dimensions[3].hidden = True
    roster.column_dimensions["C"].hidden = True
    secret = book.create_sheet("旧名单")
    secret.append(["姓名", "联系电话"])
    secret.append(["王五", "13900000000"])
    secret.sheet_state = "hidden"


@pytest.mark.django_db
def test_hidden_rows_are_told_and_taken_only_when_asked(world: World, tmp_path: Path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(_book(_two_sheets))
    seen = outline(path)
    index, header = recognise(seen)
    sheet = seen.sheets[index]
    assert (sheet.name, sheet.hidden_rows, sheet.hidden_columns) == ("名单", [2], [2])
    assert [s.visible for s in seen.sheets] == [True, True, False]
    training_class = make_class(world.county)
    for leave, verdicts in ((True, ["new", "left_out", "new", "new"]), (False, ["new"] * 4)):
        opened = open_sheet(path, "名单", header, leave_hidden=leave)
        rows = [row for chunk in examine(opened, training_class, SYSTEM) for row in chunk]
        assert [str(row.verdict) for row in rows] == verdicts


def test_hidden_rows_and_columns_of_the_old_format(tmp_path: Path):
    path = tmp_path / "a.xls"
    path.write_bytes(rosters.xls([rosters.HEADER, rosters.row(1), rosters.row(2)], hidden_rows=(2,), hidden_columns=(10,)))
    (sheet,) = outline(path).sheets
    assert (sheet.hidden_rows, sheet.hidden_columns) == ([2], [10])


def test_a_sheet_painted_to_its_last_cell_is_no_large_sheet(tmp_path: Path):
    cells = b"".join(
        b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (r, w.encode()) for r, w in ((b"A1", "姓名"), (b"B1", "电话"))
    )
    body = b'<row r="1">' + cells + b'<c r="XFD1" s="0"/></row><row r="2"><c r="A2"><v>1</v></c></row><row r="1048576" ht="9"/>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(rosters.workbook(body))
    assert outline(path).sheets[0].height == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xls", b"<html><table><tr><td>x", "网页"),
        ("a.xls", "\ufeff<HTML xmlns:x>".encode(), "网页"),
        ("a.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "WPS"),
        ("a.ods", b"PK\x03\x04", "LibreOffice"),
        ("a.xlsx", None, "LibreOffice"),
        ("a.xls", rosters.encrypted(), "密码"),
    ],
)
def test_other_formats_are_refused_with_how_to_save_them(tmp_path: Path, name, content, sentence):
    path = tmp_path / name
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("content.xml", "<x/>")
    else:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as caught:
        outline(path)
    assert len(str(caught.value).splitlines()) == 1


MOST_GROWTH = 420 * 1024  # kB; the reader library alone lays 100,000 × 15 cells out in about half of it


@pytest.mark.slow
def test_a_hundred_thousand_rows_stay_within_their_memory(tmp_path: Path):
    """Read, examined column-wise and answered in a process of its own."""
    path = tmp_path / "a.xlsx"
    book = Workbook(write_only=True)
    page = book.create_sheet("名册")
    page.append([*rosters.HEADER, "专业", "政治面貌", "对象类别", "社工证"])
    for n in range(100_000):
        day, serial = divmod(n, 1000)
        number = rosters.number(serial, born=f"1980{day // 28 + 1:02d}{day % 28 + 1:02d}")
        page.append([*rosters.row(serial, 身份证号=number, 联系电话=f"139{n:08d}"), "社会工作", "群众", None, None])
    book.save(path)
    script = (
        "import django, resource, sys; from pathlib import Path\n"
        "django.setup()\n"
        "import numpy, python_calamine\n"
        "from courses.roster import answer\n"
        "from courses.roster.reading import read\n"
        "from lms.people.rules import sound_residents\n"
        "import datetime as dt\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "path = Path(sys.argv[1]); sheet = read(path); place = sheet.header.column('document').place; sound = 0; part = []\n"
        "for row in sheet.rows:\n"
        "    part.append(row[place])\n"
        "    if len(part) == 1000: sound += sum(f is not None for f in sound_residents(part, dt.date.today())); part = []\n"
        "sound += sum(f is not None for f in sound_residents(part, dt.date.today()))\n"
        "results = {n: ('未通过' if n % 50 == 0 else '新学员', '', n % 50 == 0) for n in range(2, 100002)}\n"
        "cells = {(n, 4): '坏' for n in range(50, 100001, 50)}\n"
        "answer.answer(path, Path(sys.argv[2]), answer.Answer(sheet.name, 1, 15, ('核对结果', '核对原因'), results, cells))\n"
        "print(sound, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    target = tmp_path / "out.xlsx"
    command = [sys.executable, "-c", script, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr[-1500:]
    sound, grown = done.stdout.split()
    assert int(sound) == 100_000
    assert int(grown) < MOST_GROWTH
    with zipfile.ZipFile(target) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count("核对结果".encode()) == 1
        assert archive.read("xl/comments1.xml").count(b"<comment ") == 2000
