"""A roster file as rows of raw cells. A number stays a number: what Excel did to an identity number must stay visible."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from courses.roster import columns, guard
from lms.core.errors import BadInput

Row = list[Any]
_CHILD = Path(__file__).with_name("xls_child.py")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that holds the roster. ``rows`` begin with the sheet's first row; ``first`` is where the data begins."""

    name: str
    rows: list[Row]
    header: columns.Header


def read(path: Path) -> Sheet:
    """The first visible sheet with a roster's header. Raises ``BadInput`` with one sentence."""
    kind = guard.kind_of(path)
    sheets = {"csv": _read_csv, "xlsx": _read_xlsx, "xls": _read_xls}[kind](path)
    best: Sheet | None = None
    for name, rows in sheets:
        header = columns.find_header(rows)
        if header is not None:
            best = Sheet(name, rows, header)
            break
    if best is None:
        raise BadInput(_("没有找到名单的表头。请保留一行列名，至少含“姓名”，并含“身份证号”或“联系电话”；可下载名册模板对照。"))
    if len(best.rows) - best.header.first > guard.MOST_ROWS:
        raise BadInput(_("名单超过 %(most)d 行，请拆分后再上传。") % {"most": guard.MOST_ROWS})
    return best


def _read_csv(path: Path) -> list[tuple[str, list[Row]]]:
    raw = path.read_bytes()
    text = _decode(raw)
    if "\x00" in text:
        raise BadInput(_("这不是表格文件。请上传 Excel（xlsx、xls）或 CSV 文件。"))
    head = text[:4096]
    delimiter = max(",\t;", key=head.count)
    csv.field_size_limit(10_000)
    try:
        rows: list[Row] = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > guard.MOST_COLUMNS or len(rows) > guard.MOST_ROWS + 10:
                raise BadInput(_("名单超过 %(most)d 行，请拆分后再上传。") % {"most": guard.MOST_ROWS})
            rows.append([cell if cell != "" else None for cell in row])
    except csv.Error as error:
        raise BadInput(_("CSV 文件有一行无法识别，请用 Excel 打开并另存为 xlsx 后再上传。")) from error
    return [("CSV", rows)]


def _decode(raw: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else GB18030 as Chinese Excel writes it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    else:
        tries = ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(_("无法识别文件的文字编码，请用 Excel 打开并另存为 xlsx 后再上传。"))


def _read_xlsx(path: Path) -> list[tuple[str, list[Row]]]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            visible = [
                meta.name
                for meta in book.sheets_metadata
                if meta.visible == calamine.SheetVisibleEnum.Visible and meta.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            return [(name, _rows(book.get_sheet_by_name(name))) for name in visible[:10]]
    except calamine.PasswordError as error:
        raise BadInput(_("文件设有打开密码，请去掉密码后再上传。")) from error
    except calamine.CalamineError as error:
        raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from error


def _rows(sheet: Any) -> list[Row]:
    rows = sheet.to_python(skip_empty_area=False)
    return [[None if cell == "" else cell for cell in row] for row in rows]


def _read_xls(path: Path) -> list[tuple[str, list[Row]]]:
    """The old format cannot be measured before it is read, so it is read in a child process with bounded memory and time."""
    try:
        done = subprocess.run(  # noqa: S603 our own script
            [sys.executable, "-I", str(_CHILD), str(path)], capture_output=True, timeout=30, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(_("表格过大或已损坏，请另存为 xlsx 后再上传。")) from error
    if done.returncode == 3:
        raise BadInput(_("文件设有打开密码，请去掉密码后再上传。"))
    if done.returncode:
        raise BadInput(_("表格过大或已损坏，请另存为 xlsx 后再上传。"))
    return [(name, rows) for name, rows in json.loads(done.stdout)]
