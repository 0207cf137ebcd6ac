"""A layout filled: numbers and texts in place of placeholders, the block repeated for each division below, formulas with it."""

from __future__ import annotations

import re
from copy import deepcopy
from decimal import Decimal
from typing import Any

from lxml import etree

from lms.reports.layouts import cells, shifting, words
from lms.reports.layouts.package import Package, tag
from lms.reports.layouts.shifting import Block, Unclear
from lms.reports.layouts.template import look
from lms.reports.layouts.values import Line, Values

_CACHES = ("}numCache", "}strCache", "}multiLvlStrCache")
_AFTER_CALC = ("oleSize", "customWorkbookViews", "pivotCaches", "fileRecoveryPr", "webPublishing", "extLst")


def fill(content: bytes, values: Values) -> bytes:
    """The layout as a workbook with the figures. The same layout and lines give the same bytes."""
    package = Package(content)
    looked = look(package)
    lines = values.lines({wanted.period for wanted in looked.wanted if wanted.below}) or [Line("", "", 1)]
    shared = package.shared_texts()
    sheets = package.sheets()
    for block in looked.blocks.values():
        _repeat(package, sheets, Block(block.sheet, block.first, block.last, len(lines)))
    for title, part in sheets:
        if title != words.NOTES:
            _sheet(package.part(part), looked.blocks.get(title), values, lines, shared)
    _count_anew(package)
    return package.bytes()


def _sheet(sheet: Any, block: Block | None, values: Values, lines: list[Line], shared: list[str]) -> None:
    end = block.first + block.height * len(lines) if block else 0
    for number, cell in cells.cells_of(sheet):
        text = cells.text_in(cell, shared)
        if text and words.has_placeholder(text):
            inside = block is not None and block.first <= number < end
            line = lines[(number - block.first) // block.height] if inside and block else None
            cells.put(cell, _filled(text, values, line))
    margins = sheet.find(tag("headerFooter"))
    for edge in margins if margins is not None else ():
        if edge.text and words.has_placeholder(edge.text):
            edge.text = _edge(edge.text, values)


def _filled(text: str, values: Values, line: Line | None) -> str | int | Decimal:
    """A cell that is one placeholder becomes its number; within a text it is written as people write it."""
    whole = words.PLACEHOLDER.fullmatch(text.strip())
    if whole:
        wanted = words.read(whole[1])
        if wanted.what == "number" and line is not None:
            return line.number
        return values.text(wanted, line) if wanted.is_text else values.number(wanted, line)

    def said(match: Any) -> str:
        wanted = words.read(match[1])
        return values.text(wanted, line) if wanted.is_text else f"{values.number(wanted, line):,}"

    return words.PLACEHOLDER.sub(said, text)


def _edge(text: str, values: Values) -> str:
    """Of headers and footers, where ``&`` begins a code."""
    return words.PLACEHOLDER.sub(lambda match: values.text(words.read(match[1]), None).replace("&", "&&"), text)


def _repeat(package: Package, sheets: list[tuple[str, str]], block: Block) -> None:
    for title, part in sheets:
        sheet = package.part(part)
        for number, cell in cells.cells_of(sheet):
            if title == block.sheet and block.holds(number):
                continue
            found = cell.find(tag("f"))
            if found is not None and found.text:
                found.text = shifting.formula(found.text, title, block)
                if found.get("ref") and title == block.sheet:
                    found.set("ref", shifting.areas(found.get("ref"), block))
        _formats(sheet, title, block)
        if title == block.sheet:
            _rows(sheet, block)
            _places(package, sheet, part, block)
    names = package.part("xl/workbook.xml").find(tag("definedNames"))
    for name in names if names is not None else ():
        name.text = _spread(name.text or "", block)
    for chart in (name for name in package.names if name.startswith("xl/charts/chart") and name.endswith(".xml")):
        for node in package.part(chart).iter():
            if str(node.tag).endswith("}f") and node.text:
                node.text = _spread(node.text, block)


def _spread(text: str, block: Block) -> str:
    """Of charts and names, in which one cell of the block stands for all its copies."""
    try:
        return shifting.formula(text, "", block)
    except Unclear:
        sheet, mark, cell = text.rpartition("!")
        return sheet + mark + re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", shifting.areas(cell.replace("$", ""), block))


def _rows(sheet: Any, block: Block) -> None:
    """The block's rows in copies, the rows below moved down."""
    body = sheet.find(tag("sheetData"))
    rows = list(body)
    taken = [row for row in rows if block.holds(int(row.get("r")))]
    at = rows.index(taken[0])
    for row in rows:
        number = int(row.get("r"))
        if number > block.last:
            _renumber(row, block.row(number))
    made = []
    for copy in range(block.copies):
        for row in taken:
            again = deepcopy(row)
            for found in again.iter(tag("f")):
                found.text = shifting.formula(found.text or "", block.sheet, block, inside=copy)
            _renumber(again, int(row.get("r")) + copy * block.height)
            made.append(again)
    body[at : at + len(taken)] = made


def _renumber(row: Any, number: int) -> None:
    row.set("r", str(number))
    for cell in row.iterfind(tag("c")):
        cell.set("r", cell.get("r").rstrip("0123456789") + str(number))


def _formats(sheet: Any, title: str, block: Block) -> None:
    """Conditional formats and drop-downs: where they hold, and the formulas in them."""
    for node in [*sheet.iter(tag("conditionalFormatting")), *sheet.iter(tag("dataValidation"))]:
        for found in [*node.iter(tag("formula")), *node.iter(tag("formula1")), *node.iter(tag("formula2"))]:
            try:
                found.text = shifting.formula(found.text or "", title, block, inside=0 if title == block.sheet else None)
            except Unclear:
                continue
        if title == block.sheet:
            node.set("sqref", shifting.areas(node.get("sqref", ""), block))


def _places(package: Package, sheet: Any, part: str, block: Block) -> None:
    """What names places of the sheet: merged cells, links, filters, page breaks, drawings."""
    size = sheet.find(tag("dimension"))
    if size is not None:
        sheet.remove(size)
    merged = sheet.find(tag("mergeCells"))
    for node in list(merged) if merged is not None else ():
        area = node.get("ref")
        rows = [int("".join(c for c in corner if c.isdigit())) for corner in area.split(":")]
        if all(block.holds(row) for row in rows):
            for copy in range(1, block.copies):
                etree.SubElement(merged, tag("mergeCell")).set("ref", shifting.reference(area, block, copy))
        else:
            node.set("ref", shifting.areas(area, block))
    if merged is not None:
        merged.set("count", str(len(merged)))
    for name in ("hyperlinks/hyperlink", "autoFilter"):
        for node in sheet.iterfind("/".join(tag(step) for step in name.split("/"))):
            node.set("ref", shifting.areas(node.get("ref"), block).split()[0])
    for node in sheet.iterfind(f"{tag('rowBreaks')}/{tag('brk')}"):
        number = int(node.get("id", "0"))
        node.set("id", str(number + block.added if number >= block.last else number))
    for kind, drawing in package.related(part).values():
        if kind == "drawing":
            for node in package.part(drawing).iter():
                if str(node.tag).endswith("}row") and (node.text or "").isdigit():
                    node.text = str(block.row(int(node.text) + 1) - 1)


def _count_anew(package: Package) -> None:
    """The program that opens the workbook counts every formula and draws every chart anew."""
    for chart in (name for name in package.names if name.startswith("xl/charts/chart") and name.endswith(".xml")):
        for node in [node for node in package.part(chart).iter() if str(node.tag).endswith(_CACHES)]:
            node.getparent().remove(node)
    book = package.part("xl/workbook.xml")
    calc = book.find(tag("calcPr"))
    if calc is None:
        calc = etree.Element(tag("calcPr"))
        later = next((node for node in book if etree.QName(node).localname in _AFTER_CALC), None)
        if later is None:
            book.append(calc)
        else:
            later.addprevious(calc)
    calc.set("fullCalcOnLoad", "1")
    chain = next((path for kind, path in package.related("xl/workbook.xml").values() if kind == "calcChain"), "")
    if chain:
        package.drop(chain)
        for part, attribute in (("[Content_Types].xml", "PartName"), ("xl/_rels/workbook.xml.rels", "Target")):
            for node in list(package.part(part)):
                if (node.get(attribute) or "").endswith("calcChain.xml"):
                    package.part(part).remove(node)
