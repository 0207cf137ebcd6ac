"""Workbooks written for people: titles, widths, number formats, and no cell that a spreadsheet would run as a formula.

Rows are streamed (openpyxl's write-only mode), so memory does not grow with them. What the columns mean stands on its own sheet.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32767
# what a spreadsheet may take for a formula, also behind blanks and full-width look-alikes; or for a command (DDE)
_DANGEROUS = re.compile(r"^[\s\u00a0\u3000\ufeff]*[=+\-@＝＋－＠\t\r\n|%]")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """``meaning`` goes on the sheet of definitions. ``text`` keeps long numbers (documents, codes) from becoming 4.4E+17.

    ``choices`` become a drop-down and ``required`` a red title, in workbooks that are filled in and come back.
    """

    title: str
    width: int = 14
    meaning: str = ""
    text: bool = False
    choices: Sequence[str] = ()
    required: bool = False


@dataclass(slots=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = field(default_factory=tuple)  # lines above the header: basis, period, as-of
    empty_rows: int = 0  # formatted rows to be filled in, below the others
    row_height: int = 0
    strips: bool = False  # a dashed line below each row, to cut along; the header again on each printed page


def guard(value: Any) -> Any:
    """A value safe to put in a cell: text that would run gets a leading apostrophe; numbers and dates stay what they are."""
    if value is None or isinstance(value, bool | int | float | Decimal | dt.date):
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return timezone.localtime(value).replace(tzinfo=None)
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    text = _NOT_XML.sub("", str(value))[: MAX_CELL - 1]
    return f"'{text}" if would_run(text) else text


def would_run(text: str) -> bool:
    """A spreadsheet may take this for a formula or a command."""
    return _DANGEROUS.match(text) is not None


def sheet_title(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text).strip()[:31] or "Sheet"


def write_workbook(
    sheets: Iterable[Sheet],
    *,
    definitions: Sequence[tuple[str, str]] = (),
    definitions_title: str = "",
    remarks: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The workbook as bytes. Every sheet has its notes, a bold header that stays in sight, then the rows.

    ``definitions``: (term, meaning) rows; meanings of columns are added to them on a last sheet, ``remarks`` below them.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    pen = _Pen()
    terms = list(definitions)
    for sheet in sheets:
        page = book.create_sheet(sheet_title(sheet.title))
        for index, column in enumerate(sheet.columns, start=1):
            page.column_dimensions[get_column_letter(index)].width = column.width
        page.freeze_panes = f"A{len(sheet.notes) + 2}"
        for note in sheet.notes:
            page.append([pen.cell(page, note, font=pen.grey)])
        titles = [(column.title, pen.red if column.required else pen.bold) for column in sheet.columns]
        page.append([pen.cell(page, title, font=font, fill=pen.fill) for title, font in titles])
        count = len(sheet.notes) + 1
        for row in sheet.rows:
            count += 1
            _shape_row(page, sheet, count)
            page.append([pen.cell(page, v, column=c, strip=sheet.strips) for v, c in zip(row, sheet.columns, strict=True)])
        _fillable(page, sheet, count, pen)
        terms += [(c.title, (_("必填。") if c.required else "") + c.meaning) for c in sheet.columns if c.meaning]
    terms = [*dict.fromkeys(terms), *remarks]
    if terms:
        page = book.create_sheet(sheet_title(definitions_title or _("口径说明")))
        page.column_dimensions["A"].width, page.column_dimensions["B"].width = 22, 90
        for term, meaning in terms:
            made = pen.cell(page, meaning)
            made.alignment = Alignment(wrap_text=True, vertical="top")
            page.append([pen.cell(page, term, font=pen.bold), made])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Pen:
    """The few looks a workbook has, and cells that are never a formula."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.bold, self.grey, self.red = Font(bold=True), Font(color="4D5A5C"), Font(bold=True, color="B3261E")
        self.fill = PatternFill("solid", fgColor="E2F0EF")
        self.cut, self.middle = Border(bottom=Side(style="dashed")), Alignment(vertical="center")

    def cell(
        self, page: Any, value: Any, *, column: Column | None = None, font: Any = None, fill: Any = None, strip: bool = False
    ) -> Any:
        from openpyxl.cell import WriteOnlyCell

        made = WriteOnlyCell(page, value=guard(value))
        if isinstance(made.value, str):
            made.data_type = "s"  # never a formula, whatever it looks like
            if column is not None and column.text:
                made.number_format = "@"
        elif isinstance(made.value, Decimal):
            made.number_format = "#,##0.00"
        elif isinstance(made.value, int) and not isinstance(made.value, bool):
            made.number_format = "#,##0"
        elif isinstance(made.value, dt.datetime):
            made.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(made.value, dt.date):
            made.number_format = "yyyy-mm-dd"
        if font is not None:
            made.font = font
        if fill is not None:
            made.fill = fill
        if strip:
            made.border, made.alignment = self.cut, self.middle
        return made


def _shape_row(page: Any, sheet: Sheet, number: int) -> None:
    if sheet.row_height:
        page.row_dimensions[number].height = sheet.row_height


def _fillable(page: Any, sheet: Sheet, filled: int, pen: _Pen) -> None:
    """Empty rows as text with their drop-downs; how the page prints."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for _row in range(sheet.empty_rows):
        cells = [pen.cell(page, None) for _column in sheet.columns]
        for cell in cells:
            cell.number_format = "@"
        page.append(cells)
    for index, column in enumerate(sheet.columns, start=1):
        if column.choices and sheet.empty_rows:
            rule = DataValidation(type="list", formula1='"' + ",".join(column.choices) + '"', allow_blank=True)
            rule.error = _("请从下拉列表中选择。")
            letter = get_column_letter(index)
            rule.add(f"{letter}{filled + 1}:{letter}{filled + sheet.empty_rows}")
            page.data_validations.append(rule)
    if sheet.strips:
        page.page_setup.paperSize = 9  # A4
        page.print_title_rows = f"{len(sheet.notes) + 1}:{len(sheet.notes) + 1}"
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
