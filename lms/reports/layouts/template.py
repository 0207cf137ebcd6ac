"""A layout looked through before it is kept: every placeholder read, every formula shifted on trial, each fault with its cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from openpyxl.formula.tokenizer import Token, Tokenizer

from lms.core.errors import BadInput
from lms.reports.layouts import cells, shifting, words
from lms.reports.layouts.package import MOST_CELLS, MOST_SHEETS, Package, tag
from lms.reports.layouts.shifting import Block

MOST_BLOCK = 10
MOST_FAULTS = 30
NO_FUNCTIONS = {"WEBSERVICE(", "FILTERXML(", "CALL(", "REGISTER.ID(", "RTD(", "DDE(", "EXEC(", "HYPERLINK(", "IMAGE("}
_HELD_WITH_BLOCK = {"table": _lazy("“表格”（套用表格格式）"), "comments": _lazy("批注"), "threadedComment": _lazy("批注")}


class Unfit(BadInput):
    """A layout that is refused, with every fault found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass(slots=True)
class Looked:
    """What a layout asks for: its placeholders, and the block of each sheet that has one."""

    wanted: list[words.Wanted] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, sheet: str, cell: str, said: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(_("工作表“%(sheet)s”%(cell)s：%(said)s") % {"sheet": sheet, "cell": cell, "said": said})


def look(package: Package) -> Looked:
    """Read the whole layout. Raises ``Unfit`` with every fault, each with sheet and cell."""
    found = Looked()
    shared = package.shared_texts()
    sheets = package.sheets()
    count = 0
    for title, part in sheets:
        sheet = package.part(part)
        cells.number_places(sheet)
        cells.write_out_shared(sheet)
        count += sum(1 for _row in cells.cells_of(sheet))
        if title != words.NOTES:
            _placeholders(found, title, sheet, shared)
    if count > MOST_CELLS or len(sheets) > MOST_SHEETS:
        raise BadInput(_("版式展开后过大，请只保留表格本身。"))
    for title, part in sheets:
        _formulas(found, title, package.part(part))
        if title in found.blocks:
            _what_cannot_move(found, title, package, part)
    for name in package.names:
        if name.startswith(("xl/drawings/", "xl/charts/")) and name.endswith(".xml") and _drawn(package.part(name)):
            found.fault(sheets[0][0] if sheets else "", "", _("图形、文本框和图表标题里的占位符不会被替换，请移到单元格里。"))
    if not found.wanted and not found.faults:
        raise BadInput(_("没有找到占位符。请在要填数的单元格里写 {{人次}} 这样的占位符，写法见示例版式。"))
    if found.faults:
        raise Unfit(found.faults)
    return found


def _placeholders(found: Looked, title: str, sheet: Any, shared: list[str]) -> None:
    repeated: set[int] = set()
    for number, cell in cells.cells_of(sheet):
        text = cells.text_in(cell, shared)
        if not text or not words.has_placeholder(text):
            continue
        try:
            asked = words.read_all(text)
        except BadInput as error:
            found.fault(title, cell.get("r"), str(error))
            continue
        found.wanted += asked
        if any(wanted.below for wanted in asked):
            repeated.add(number)
    for text in _margins(sheet):
        try:
            asked = words.read_all(text)
        except BadInput as error:
            found.fault(title, _("页眉页脚"), str(error))
            continue
        if any(not wanted.is_text or wanted.below for wanted in asked):
            found.fault(title, _("页眉页脚"), _("这里只能写文字类的占位符，如 {{统计期}}。"))
    if repeated:
        first, last = min(repeated), max(repeated)
        if last - first + 1 > MOST_BLOCK:
            said = _("“下级”行要连在一起，最多 %(n)d 行；一张工作表只能有一段。")
            found.fault(title, f"{first}—{last}", said % {"n": MOST_BLOCK})
        else:
            found.blocks[title] = Block(title, first, last, 2)


def _margins(sheet: Any) -> list[str]:
    margins = sheet.find(tag("headerFooter"))
    return [] if margins is None else [part.text for part in margins if part.text and words.has_placeholder(part.text)]


def _formulas(found: Looked, title: str, sheet: Any) -> None:
    for number, cell in cells.cells_of(sheet):
        formula = cell.find(tag("f"))
        if formula is None:
            continue
        text, place = formula.text or "", cell.get("r")
        if _reaches_out(text):
            found.fault(title, place, _("公式不能引用其他文件、网址或程序。"))
            continue
        here = found.blocks.get(title)
        inside = 0 if here is not None and here.holds(number) else None
        if formula.get("t") and (formula.get("t") != "array" or inside is not None):
            found.fault(title, place, _("“下级”行里不能用数组公式，任何地方都不能用模拟运算表。"))
        for block in found.blocks.values():
            try:
                shifting.formula(text, title, block, inside=inside if block is here else None)
            except shifting.Unclear as error:
                found.fault(
                    title,
                    place,
                    _("公式引用了“下级”行里的单个单元格 %(cell)s，填表后不知道指哪一行；请写成区域，如 SUM(C5:C5)。")
                    % {"cell": str(error)},
                )


def _reaches_out(text: str) -> bool:
    for token in Tokenizer("=" + text).items:
        if token.type == Token.FUNC and token.value.upper().removeprefix("_XLFN.") in NO_FUNCTIONS:
            return True
        if token.type == Token.OPERAND and token.subtype == Token.RANGE and re.search(r"[|]|\[\d|\[.*\].*!", token.value):
            return True
    return "|" in re.sub(r'"[^"]*"', "", text)


def _what_cannot_move(found: Looked, title: str, package: Package, part: str) -> None:
    for kind, _path in package.related(part).values():
        if kind in _HELD_WITH_BLOCK:
            what = _HELD_WITH_BLOCK[kind]
            found.fault(title, "", _("有“下级”行的工作表里不能有%(what)s，请删除。") % {"what": what})
    sheet = package.part(part)
    if any(str(node.tag).endswith("}sparklineGroup") for node in sheet.iter()):
        found.fault(title, "", _("有“下级”行的工作表里不能有%(what)s，请删除。") % {"what": _("迷你图")})


def _drawn(root: Any) -> bool:
    return any(words.has_placeholder(node.text or "") for node in root.iter() if str(node.tag).endswith("}t"))
