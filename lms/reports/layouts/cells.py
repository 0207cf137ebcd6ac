"""Sheets of a layout as rows and cells: their places, texts and formulas; shared formulas written out one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lxml import etree
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter

from lms.core.workbooks import guard
from lms.reports.layouts.package import tag, text_of

_REF = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


def number_places(sheet: Any) -> None:
    """Give every row and cell its stated place, where a writer left it out."""
    row_number = 0
    for row in sheet.iterfind(f"{tag('sheetData')}/{tag('row')}"):
        row_number = int(row.get("r") or row_number + 1)
        row.set("r", str(row_number))
        column = 0
        for cell in row.iterfind(tag("c")):
            found = _REF.match(cell.get("r", ""))
            column = column_index_from_string(found[1]) if found else column + 1
            cell.set("r", f"{get_column_letter(column)}{row_number}")


def rows_of(sheet: Any) -> Iterator[Any]:
    return sheet.iterfind(f"{tag('sheetData')}/{tag('row')}")  # type: ignore[no-any-return]


def cells_of(sheet: Any) -> Iterator[tuple[int, Any]]:
    """(row number, cell) of every cell."""
    for row in rows_of(sheet):
        for cell in row.iterfind(tag("c")):
            yield int(row.get("r")), cell


def text_in(cell: Any, shared: list[str]) -> str:
    """The text typed into a cell; empty for numbers and formulas."""
    if cell.find(tag("f")) is not None:
        return ""
    if cell.get("t") == "s":
        number = cell.findtext(tag("v")) or ""
        return shared[int(number)] if number.isdigit() and int(number) < len(shared) else ""
    inline = cell.find(tag("is"))
    if cell.get("t") == "inlineStr" and inline is not None:
        return text_of(inline)
    return (cell.findtext(tag("v")) or "") if cell.get("t") == "str" else ""


def put(cell: Any, content: str | int | Decimal) -> None:
    """A number as a number, a text as a text that no program takes for a formula; the cell's own style stays."""
    for child in list(cell):
        cell.remove(child)
    if isinstance(content, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, tag("is")), tag("t"))
        text.text = str(guard(content))
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return
    cell.attrib.pop("t", None)
    etree.SubElement(cell, tag("v")).text = str(content)


def write_out_shared(sheet: Any) -> None:
    """Shared formulas as formulas of their own; kept results are taken away, the program that opens it counts anew."""
    masters: dict[str, tuple[str, str]] = {}
    for _row, cell in cells_of(sheet):
        found = cell.find(tag("f"))
        if found is None:
            continue
        if found.get("t") == "shared":
            group, place = found.get("si", ""), cell.get("r")
            if found.text:
                masters[group] = (found.text, place)
            elif group in masters:
                text, origin = masters[group]
                found.text = Translator("=" + text, origin=origin).translate_formula(place)[1:]
            for name in ("t", "si", "ref"):
                found.attrib.pop(name, None)
        for kept in cell.findall(tag("v")):
            cell.remove(kept)
        cell.attrib.pop("t", None)
