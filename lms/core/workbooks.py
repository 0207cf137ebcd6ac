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
    """``meaning`` goes on the sheet of definitions. ``text`` keeps long numbers (documents, codes) from becoming 4.4E+17."""

    title: str
    width: int = 14
    meaning: str = ""
    text: bool = False


@dataclass(slots=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = field(default_factory=tuple)  # lines above the header: basis, period, as-of


def guard(value: Any) -> Any:
    """A value safe to put in a cell: text that would run gets a leading apostrophe; numbers and dates stay what they are."""
    if value is None or isinstance(value, bool | int | float | Decimal | dt.date):
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return timezone.localtime(value).replace(tzinfo=None)
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    text = _NOT_XML.sub("", str(value))[: MAX_CELL - 1]
    return f"'{text}" if _DANGEROUS.match(text) else text


def sheet_title(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text).strip()[:31] or "Sheet"


def write_workbook(sheets: Iterable[Sheet], *, definitions: Sequence[tuple[str, str]] = (), definitions_title: str = "") -> bytes:
    """The workbook as bytes. Every sheet has its notes, a bold header that stays in sight, then the rows.

    ``definitions``: (term, meaning) rows; meanings of columns are added to them on a last sheet.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    bold, grey = Font(bold=True), Font(color="4D5A5C")
    fill = PatternFill("solid", fgColor="E2F0EF")
    terms = list(definitions)

    def cell(page: Any, value: Any, *, column: Column | None = None, font: Any = None, background: Any = None) -> Any:
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
        if background is not None:
            made.fill = background
        return made

    for sheet in sheets:
        page = book.create_sheet(sheet_title(sheet.title))
        for index, column in enumerate(sheet.columns, start=1):
            page.column_dimensions[get_column_letter(index)].width = column.width
        page.freeze_panes = f"A{len(sheet.notes) + 2}"
        for note in sheet.notes:
            page.append([cell(page, note, font=grey)])
        page.append([cell(page, column.title, font=bold, background=fill) for column in sheet.columns])
        for row in sheet.rows:
            page.append([cell(page, value, column=column) for value, column in zip(row, sheet.columns, strict=True)])
        terms += [(column.title, column.meaning) for column in sheet.columns if column.meaning]
    if terms:
        page = book.create_sheet(sheet_title(definitions_title or _("口径说明")))
        page.column_dimensions["A"].width, page.column_dimensions["B"].width = 22, 90
        for term, meaning in dict.fromkeys(terms):
            made = cell(page, meaning)
            made.alignment = Alignment(wrap_text=True, vertical="top")
            page.append([cell(page, term, font=bold), made])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
