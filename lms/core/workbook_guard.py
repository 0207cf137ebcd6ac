"""What a workbook (.xlsx) from outside may be, checked before any library opens it.

One of 5 kB can ask for gigabytes: by a zip that unpacks without end, by one cell at the far corner of the sheet (readers
lay out the rectangle between the first and the last cell), by one long text referred to from many cells.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from lms.core.errors import BadInput

MOST_UNPACKED = 160 * 1024 * 1024
MOST_ENTRIES = 2000
MOST_TEXT = 300 * 1024 * 1024  # longest shared text × cells
STEP = 1024 * 1024
_ROW = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d{1,10})["']""")
# cells and rows that hold a format and nothing else: a sheet painted to its last column is no large sheet
_EMPTY = re.compile(rb"<(?:\w+:)?c\b[^>]*/>|<(?:\w+:)?row\b[^>]*/>|<(?:\w+:)?row\b[^>]*[^/>]>\s*</(?:\w+:)?row>")
_OTHERS = {
    ".et": "WPS",
    ".ett": "WPS",
    ".ods": "LibreOffice",
    ".numbers": "Numbers",
    ".xlsb": "Excel",
}


def check_ending(ending: str) -> None:
    """Formats of other programs, by their ending: how to save them as one that can be read."""
    if program := _OTHERS.get(ending):
        raise BadInput(
            _("%(ending)s 格式不能读取。请用 %(program)s 打开，选“文件 → 另存为”，类型选“Excel 工作簿（.xlsx）”，再上传。")
            % {"ending": ending, "program": program}
        )


def check(source: Path | IO[bytes], *, most_rows: int, most_columns: int) -> None:
    """Raises ``BadInput`` with one sentence for what is no workbook, is locked or damaged, or would unpack to too much."""
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "xl/workbook.bin" in names:
                check_ending(".xlsb")
            if any(name.startswith("Object/") or name == "content.xml" for name in names):
                check_ending(".ods")
            if "xl/workbook.xml" not in names:
                raise BadInput(_("这不是 Excel 工作簿。请上传 xlsx、xls 或 CSV 文件。"))
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise BadInput(_("文件设有打开密码，请去掉密码后再上传。"))
            too_large = _("表格展开后过大，请只保留表格本身（最多 %(rows)d 行、%(columns)d 列）后再上传。") % {
                "rows": most_rows,
                "columns": most_columns,
            }
            # the directory says what it would unpack to; the reader below does not believe it
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise BadInput(too_large)
            cells = longest = 0
            for entry in entries:
                if not entry.filename.endswith((".xml", ".rels")):
                    continue
                if entry.filename.startswith("xl/worksheets/"):
                    cells = max(cells, _cells_of(archive, entry, most_rows, most_columns, too_large))
                elif entry.filename.lower().endswith("sharedstrings.xml"):
                    longest = _longest_text(archive, entry)
                else:
                    _refuse_entities(archive, entry)
            if cells * longest > MOST_TEXT:
                raise BadInput(too_large)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from error


def _refuse_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as handle:
        if b"<!ENTITY" in handle.read(STEP):
            raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。"))


def _cells_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_rows: int, most_columns: int, too_large: str) -> int:
    """How many cells the sheet asks for; refuses a rectangle beyond the limits. Reads in steps, keeping nothing."""
    last_row = last_column = cells = 0
    tail = b""
    digits_of_last = len(str(most_rows))
    with archive.open(entry) as handle:
        while step := handle.read(STEP):
            chunk = tail + step
            cut = max(chunk.rfind(b"<"), len(chunk) - 4096)
            chunk, tail = chunk[:cut], chunk[cut:]
            found = _ROW.findall(_EMPTY.sub(b"", chunk))
            cells += len(found)
            for letters, digits in found:
                if len(digits) >= digits_of_last:
                    last_row = max(last_row, int(digits))
                if len(letters) > 1:
                    last_column = max(last_column, _column(letters))
            if last_row > most_rows + 100 or last_column > most_columns or cells > (most_rows + 100) * 40:
                raise BadInput(too_large)
    return cells


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _longest_text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    longest = since = 0
    with archive.open(entry) as handle:
        while step := handle.read(STEP):
            parts = step.split(b"<si")
            longest = max(longest, since + len(parts[0]), *(len(part) for part in parts[1:]), 0)
            since = since + len(parts[0]) if len(parts) == 1 else len(parts[-1])
    return longest
