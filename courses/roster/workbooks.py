"""Workbooks that courses hands out: the roster template, a roster of another format with its answers, initial passwords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from courses.roster.answer import Answer
from courses.roster.answer.notes import AUTHOR
from courses.roster.columns import letter_of
from courses.roster.reading import Sheet as RosterSheet
from lms.core.workbooks import Column, Sheet, sheet_title, write_workbook
from lms.people import vocabularies

TEMPLATE_ROWS = 500


def template(*, categories: Sequence[str] = ()) -> bytes:
    """The roster template: text columns, drop-downs, required columns in red, an instruction sheet."""
    columns = [
        Column(title, width, meaning, text=True, choices=choices, required=required)
        for title, width, meaning, choices, required in _template_columns(categories)
    ]
    return write_workbook(
        [Sheet("名册", columns, (), empty_rows=TEMPLATE_ROWS)],
        definitions=[("列", "怎么填")],
        definitions_title="填写说明",
        remarks=[
            ("注意", "所有列已设为文本格式。粘贴时请选“只粘贴值”，否则身份证号会变成 4.4E+17，无法还原，只能重填。"),
            ("注意", "同一份名册可以重复上传：已在班里的人不会重复。"),
        ],
    )


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


def with_answers(sheet: RosterSheet, wanted: Answer, target: Path) -> None:
    """A roster that is no xlsx, as one: the same rows as text and numbers, two columns more, colour and comments. Streamed."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet_title(sheet.name))
    page.freeze_panes = f"A{wanted.header_row + 1}"
    for place in range(wanted.place + 2):
        page.column_dimensions[letter_of(place)].width = (12, 60)[place - wanted.place] if place >= wanted.place else 16
    red, amber = PatternFill("solid", fgColor="FFC9C4"), PatternFill("solid", fgColor="FFE9B8")
    bold, middle = Font(bold=True), Alignment(vertical="center")

    def cell(content: Any) -> Any:
        if isinstance(content, dict):
            content = content.get("day", "")
        made = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("", content)[:32000] if isinstance(content, str) else content)
        if isinstance(content, str):  # text stays text, also what begins like a formula
            made.data_type, made.number_format, made.quotePrefix = "s", "@", content[:1] in ("=", "+", "-", "@", "\t", "\r")
        return made

    noted = 0
    for number, row in enumerate(sheet.rows, start=1):
        cells = [cell(content) for content in row[: wanted.place]]
        cells += [cell(None) for _place in range(wanted.place - len(cells))]
        result = wanted.results.get(number)
        if number == wanted.header_row:
            result = (*wanted.titles, False)
        if result is not None:
            answers = [cell(text) for text in result[:2]]
            for made in answers:
                made.alignment = middle
                if number == wanted.header_row:
                    made.font = bold
                if result[2]:
                    made.fill = red
            cells += answers
        for place in range(wanted.place):
            reason = wanted.cells.get((number, place))
            if reason is not None:
                cells[place].fill = amber if (number, place) in wanted.hints else red
                if noted < wanted.noted:
                    cells[place].comment = Comment(reason, AUTHOR, height=90, width=240)
                    noted += 1
        page.append(cells)
    book.save(str(target))


def passwords(rows: Iterable[tuple[str, str, str, str]], *, title: str, address: str) -> bytes:
    """The list of initial passwords (name, unit, user name, password), one person a strip to cut off."""
    columns = [
        Column(_("姓名"), 14, _("学员姓名。"), text=True),
        Column(_("单位"), 30, _("名册所填工作单位。"), text=True),
        Column(_("用户名"), 26, _("登录用。"), text=True),
        Column(_("初始密码"), 22, _("一次性，首次登录须修改；系统不再保存。"), text=True),
    ]
    note = _("请打印后裁开，当面交给本人；首次登录须修改密码。登录地址：%(address)s") % {"address": address}
    sheet = Sheet(_("初始密码"), columns, rows, notes=(title, note), row_height=26, strips=True)
    return write_workbook([sheet], definitions_title=_("说明"))
