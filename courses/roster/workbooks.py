"""Workbooks that courses hands out: the roster template, a roster with its results added, the list of initial passwords."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from lms.people import vocabularies

REQUIRED = ("name", "document")


def template(*, categories: Sequence[str] = ()) -> bytes:
    """The roster template: text columns, drop-downs, required columns in red, an instruction sheet."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = "名册"
    columns = _template_columns(categories)
    for place, (title, width, _help, choices, required) in enumerate(columns, 1):
        cell = sheet.cell(1, place, title)
        cell.font = Font(bold=True, color="B3261E" if required else "1C2526")
        cell.fill = PatternFill("solid", fgColor="EAEFEE")
        cell.alignment = Alignment(horizontal="center", vertical="center")
        letter = cell.column_letter
        sheet.column_dimensions[letter].width = width
        for row in range(2, 502):
            sheet.cell(row, place).number_format = "@"
        if choices:
            rule = DataValidation(type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True)
            rule.error = "请从下拉列表中选择。"
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}501")
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 24
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 18, 80
    notes.append(["列", "怎么填"])
    for title, _width, help_text, _choices, required in columns:
        notes.append([title, ("必填。" if required else "") + help_text])
    notes.append([])
    notes.append(["注意", "所有列已设为文本格式。粘贴时请选“只粘贴值”，否则身份证号会变成 4.4E+17，无法还原，只能重填。"])
    notes.append(["注意", "同一份名册可以重复上传：已在班里的人不会重复。"])
    for row in notes.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return _saved(book)


def _template_columns(categories: Sequence[str]) -> list[tuple[str, int, str, Sequence[str], bool]]:
    education = ("研究生", "大学本科", "大学专科", "中等专科", "高中", "初中")
    return [
        ("序号", 6, "可不填。", (), False),
        ("姓名", 12, "与证件一致；少数民族姓名中的间隔点写“·”。", (), True),
        ("性别", 6, "填了身份证号可不填。", ("男", "女"), False),
        ("民族", 10, "例如：汉族、彝族。", (), False),
        ("身份证号", 22, "18 位，文本格式；没有身份证号的，须填联系电话。", (), True),
        ("学历", 12, "从下拉列表选择。", [e for e in education if vocabularies.code_of(vocabularies.EDUCATION_LEVELS, e)], False),
        ("专业", 16, "最高学历所学专业。", (), False),
        ("工作单位", 26, "写全称。", (), False),
        ("职务/职称", 14, "现任职务或职称。", (), False),
        ("联系电话", 14, "手机号可用于登录；文本格式。", (), False),
        ("政治面貌", 12, "例如：中共党员、群众。", (), False),
        ("县（市、区）", 14, "写全称或 6 位代码；不填即为主办地。", (), False),
        ("乡镇（街道）", 16, "写全称或 9 位代码。", (), False),
        ("对象类别", 16, "不填即为本班的对象类别。", [c for c in categories if "," not in c][:20], False),
        ("备注", 20, "不导入。", (), False),
    ]


def with_results(rows: Sequence[Sequence[Any]], first: int, results: dict[int, tuple[str, str]], sheet_name: str) -> bytes:
    """The roster's own rows with two columns added: result and reason. ``results``: row number as shown → (result, reason)."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    sheet = book.active
    sheet.title = _sheet_title(sheet_name)
    width = max((len(row) for row in rows), default=0)
    red = PatternFill("solid", fgColor="FBE9E7")
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row, 1):
            if cell is not None:
                _put(sheet, number, place, cell)
        if number == first:
            for place, title in ((width + 1, _("导入结果")), (width + 2, _("原因"))):
                sheet.cell(number, place, title).font = Font(bold=True)
        result = results.get(number)
        if result is not None:
            for place, text in ((width + 1, result[0]), (width + 2, result[1])):
                _put(sheet, number, place, text)
            if result[1]:
                for place in range(1, width + 3):
                    sheet.cell(number, place).fill = red
    return _saved(book)


def passwords(rows: Iterable[tuple[str, str, str, str]], *, title: str, address: str) -> bytes:
    """The list of initial passwords (name, unit, user name, password), one person a strip to cut off."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    book = Workbook()
    sheet = book.active
    sheet.title = _("初始密码")
    sheet.append([title])
    sheet.append([_("请打印后裁开，当面交给本人；首次登录须修改密码。登录地址：%(address)s") % {"address": address}])
    sheet.append([_("姓名"), _("单位"), _("用户名"), _("初始密码")])
    sheet["A1"].font = Font(bold=True, size=14)
    line = Border(bottom=Side(style="dashed"))
    for row in rows:
        for place, text in enumerate(row, 1):
            _put(sheet, sheet.max_row + (1 if place == 1 else 0), place, text)
        for place in range(1, 5):
            cell = sheet.cell(sheet.max_row, place)
            cell.border, cell.alignment = line, Alignment(vertical="center")
            if place > 2:
                cell.font = Font(name="Courier New", size=12)
        sheet.row_dimensions[sheet.max_row].height = 26
    for letter, width in (("A", 14), ("B", 30), ("C", 26), ("D", 22)):
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.print_title_rows = "3:3"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return _saved(book)


def _put(sheet: Any, row: int, place: int, content: Any) -> None:
    """Write a cell as content and never as a formula; text that begins like one stays text."""
    cell = sheet.cell(row, place)
    if isinstance(content, dict):
        content = content.get("day", "")
    if isinstance(content, str):
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        cell.value = ILLEGAL_CHARACTERS_RE.sub("", content)[:32000]
        cell.data_type = "s"
        cell.number_format = "@"
        if content[:1] in "=+-@":
            cell.quotePrefix = True
    else:
        cell.value = content


def _sheet_title(name: str) -> str:
    clean = "".join(c for c in name if c not in "[]:*?/\\")[:31]
    return clean or "名册"


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
