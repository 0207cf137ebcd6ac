"""A roster file as rows of raw cells. A number stays a number: what Excel did to an identity number must stay visible.

First an ``Outline`` (every sheet, its first rows, what is hidden), from which a human confirms sheet and columns; then the
rows of the sheet confirmed, in chunks, so that memory does not grow with the book's other sheets.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from courses.roster import columns, guard, hidden, unread
from lms.core.errors import BadInput

Row = list[Any]
PREVIEWED = 40
MOST_SHEETS = 20
_CHILD = Path(__file__).with_name("xls_child.py")


@dataclass(slots=True)
class SheetOutline:
    """One sheet: its first rows and what a human has to know of it. Rows and columns count from 0."""

    name: str
    visible: bool
    height: int
    head: list[Row]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        top = [m for m in self.merged if m[0] < PREVIEWED]
        return {
            "name": self.name,
            "visible": self.visible,
            "height": self.height,
            "head": [[_plain(cell) for cell in row] for row in self.head],
            "merged": top[:200],
            "hidden_rows": self.hidden_rows[:200],
            "hidden_count": len(self.hidden_rows),
            "hidden_columns": self.hidden_columns[:200],
        }


@dataclass(slots=True)
class Outline:
    """What a file holds: ``kind`` by its content and its worksheets in order."""

    kind: str
    sheets: list[SheetOutline]


@dataclass(slots=True)
class Sheet:
    """The sheet that holds the roster. ``rows`` begin with the sheet's first row and are read once, in order."""

    name: str
    rows: Iterator[Row]
    header: columns.Header
    height: int
    width: int  # up to the last filled or merged cell
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    left_out: frozenset[int] = frozenset()  # hidden rows that are not to be taken


def outline(path: Path) -> Outline:
    """Every worksheet's first rows. Raises ``BadInput`` with one sentence for a file that cannot be a roster."""
    kind = guard.kind_of(path)
    return Outline(kind, {"csv": _outline_csv, "xlsx": _outline_xlsx, "xls": _outline_xls}[kind](path))


def read(path: Path, *, known: dict[str, str] | None = None) -> Sheet:
    """The sheet and columns as recognised, without asking anybody: for commands. Hidden rows are left out."""
    seen = outline(path)
    index, header = recognise(seen, known)
    return open_sheet(path, seen.sheets[index].name, header, kind=seen.kind, leave_hidden=bool(seen.sheets[index].hidden_rows))


def recognise(seen: Outline, known: dict[str, str] | None = None) -> tuple[int, columns.Header]:
    """The sheet that most likely holds the roster, visible ones first, and its header. Refuses a book without any."""
    if not seen.sheets:
        raise BadInput(_("工作簿里没有工作表，只有图表；请上传放名单的那个文件。"))
    order = sorted(range(len(seen.sheets)), key=lambda i: (not seen.sheets[i].visible, i))
    for find in (columns.find_header, columns.likely_header):
        for index in order:
            sheet = seen.sheets[index]
            header = find(sheet.head, sheet.merged, known)
            if header is not None and sheet.height > header.first:
                return index, header
            if header is not None and header.suffices:
                raise BadInput(_("表头下面没有名单。"))
    raise BadInput(_("没有找到名单的表头。请保留一行列名，至少含“姓名”，并含“身份证号”或“联系电话”；可下载名册模板对照。"))


def open_sheet(path: Path, name: str, header: columns.Header, *, kind: str = "", leave_hidden: bool = False) -> Sheet:
    """The rows of one sheet, to be read once; hidden ones are named when they are to be left out. Refuses too many rows.

    ``kind``: as found when this file was looked into; without it the file is looked through first.
    """
    kind = kind or guard.kind_of(path)
    merged: list[tuple[int, int, int, int]] = []
    left_out: list[int] = []
    if kind == "xlsx":
        left_out = hidden.of_workbook(path).get(name, ([], []))[0] if leave_hidden else []
        book = _opened(path)
        sheet = book.get_sheet_by_name(name)
        empty = unread.of_sheet(path, name)
        height = max(_height(sheet), max(empty, default=-1) + 1)
        width = 0 if sheet.end is None else int(sheet.end[1]) + 1
        rows: Iterator[Row] = _with_unread(_padded(sheet), empty)
        merged = _merged(sheet)
    else:
        outlines = _outline_csv(path, whole=True) if kind == "csv" else _outline_xls(path, whole=True)
        found = next((s for s in outlines if s.name == name), outlines[0])
        height, rows, merged = found.height, iter(found.head), found.merged
        width = max((len(row) for row in found.head), default=0)
        left_out = found.hidden_rows if leave_hidden else []
    if height - header.first > guard.MOST_ROWS:
        raise BadInput(_("名单超过 %(most)d 行，请拆分后再上传。") % {"most": guard.MOST_ROWS})
    width = max(width, *(right + 1 for _top, _left, _bottom, right in merged if right < guard.MOST_COLUMNS), header.width)
    return Sheet(name, rows, header, height, width, merged, frozenset(left_out))


# --- CSV


def _outline_csv(path: Path, *, whole: bool = False) -> list[SheetOutline]:
    text = _decode(path.read_bytes())
    if "\x00" in text:
        raise BadInput(_("这不是表格文件。请上传 Excel（xlsx、xls）或 CSV 文件。"))
    delimiter = _delimiter(text[:4096])
    csv.field_size_limit(10_000)
    try:
        rows: list[Row] = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > guard.MOST_COLUMNS or len(rows) > guard.MOST_ROWS + 100:
                raise BadInput(_("名单超过 %(most)d 行，请拆分后再上传。") % {"most": guard.MOST_ROWS})
            rows.append([_bare(cell) for cell in row])
    except csv.Error as error:
        raise BadInput(_("CSV 文件有一行无法识别，请用 Excel 打开并另存为 xlsx 后再上传。")) from error
    while rows and not any(rows[-1]):
        rows.pop()
    return [SheetOutline("CSV", True, len(rows), rows if whole else rows[:PREVIEWED])]


def _delimiter(start: str) -> str:
    """What separates the columns: under which a header is found; else what occurs most often (commas also stand in texts)."""
    by_number = sorted(",\t;|，", key=start.count, reverse=True)
    lines = start.splitlines()[: columns.SEARCHED_ROWS]
    found = (d for d in by_number if columns.find_header([list(row) for row in csv.reader(lines, delimiter=d)]))
    return next(found, by_number[0])


def _bare(cell: str) -> str | None:
    """``="4403…"`` is how programs keep Excel from making a number of a text."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        cell = cell[2:-1]
    return cell if cell != "" else None


def _decode(raw: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else GB18030 as Chinese Excel writes it."""
    tries = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    if raw.startswith(codecs.BOM_UTF8) and not _is_utf8(raw):  # some programs put the mark of UTF-8 before GBK
        raw = raw.removeprefix(codecs.BOM_UTF8)
    for encoding in tries:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(_("无法识别文件的文字编码，请用 Excel 打开并另存为 xlsx 后再上传。"))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


# --- xlsx


def _opened(path: Path) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise BadInput(_("文件设有打开密码，请去掉密码后再上传。")) from error
    except calamine.CalamineError as error:
        raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from error


def _outline_xlsx(path: Path) -> list[SheetOutline]:
    import python_calamine as calamine

    book = _opened(path)
    unseen = hidden.of_workbook(path)
    found = []
    try:
        for meta in book.sheets_metadata[:MOST_SHEETS]:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows, places = unseen.get(meta.name, ([], []))
            height = _height(sheet)
            found.append(
                SheetOutline(
                    name=meta.name,
                    visible=meta.visible == calamine.SheetVisibleEnum.Visible,
                    height=height,
                    head=list(islice(_padded(sheet), PREVIEWED)),
                    merged=_merged(sheet),
                    hidden_rows=[row for row in rows if row < height],
                    hidden_columns=places,
                )
            )
            del sheet
    except calamine.CalamineError as error:
        raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from error
    return found


def _height(sheet: Any) -> int:
    return 0 if sheet.end is None else int(sheet.end[0]) + 1


def _padded(sheet: Any) -> Iterator[Row]:
    """All rows from the first row and column of the sheet on (the library leaves out empty columns on the left)."""
    if sheet.start is None:
        return
    left: Row = [None] * sheet.start[1]
    for row in sheet.iter_rows():
        yield [*left, *[None if cell == "" else cell for cell in row]]


def _with_unread(rows: Iterator[Row], places: dict[int, dict[int, str]]) -> Iterator[Row]:
    """Errors and formulas without result as their text: the library reads them as empty cells."""
    if not places:
        yield from rows
        return
    last = -1
    for last, row in enumerate(rows):  # what stands below the last row of the library comes after
        yield _filled(row, places.get(last, {}))
    for index in range(last + 1, max(places) + 1):
        yield _filled([], places.get(index, {}))


def _filled(row: Row, found: dict[int, str]) -> Row:
    for place, text in found.items():
        row += [None] * (place + 1 - len(row))
        if row[place] is None:
            row[place] = text
    return row


def _merged(sheet: Any) -> list[tuple[int, int, int, int]]:
    return [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in (sheet.merged_cell_ranges or [])]


# --- xls


def _outline_xls(path: Path, *, whole: bool = False) -> list[SheetOutline]:
    """The old format cannot be measured before it is read, so it is read in a child process with bounded memory and time."""
    command = [sys.executable, "-I", str(_CHILD), str(path), "0" if whole else str(PREVIEWED)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)  # noqa: S603 our own script
    except subprocess.TimeoutExpired as error:
        raise BadInput(_("表格过大或已损坏，请另存为 xlsx 后再上传。")) from error
    if done.returncode == 3:
        raise BadInput(_("文件设有打开密码，请去掉密码后再上传。"))
    if done.returncode:
        raise BadInput(_("表格过大或已损坏，请另存为 xlsx 后再上传。"))
    return [SheetOutline(**{**row, "merged": [tuple(m) for m in row["merged"]]}) for row in json.loads(done.stdout)]


def _plain(cell: Any) -> Any:
    """A cell as JSON holds it."""
    if cell is None or isinstance(cell, str | int | float | bool | dict):
        return cell
    return {"day": cell.isoformat()[:10]} if hasattr(cell, "isoformat") else str(cell)
