"""Our own workbook: an instruction sheet, drop-downs and sample rows for those who write, one row an item when read back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exams.exchange import essays, marks, tables
from exams.exchange.reading import FoundItem, Reading, Unreadable
from exams.exchange.tables import COLUMNS, Row
from lms.core import workbook_guard
from lms.core.errors import BadInput
from lms.core.workbooks import MAX_CELL, guard

KINDS = frozenset(tables.KIND_NAMES)
SHEET = "试题"
MOST_ROWS = 20_000
MOST_BYTES = 20 * 1024 * 1024


def read_excel(raw: bytes) -> Reading:
    """Every row below the header of the first sheet that has one; a case takes the rows marked as its questions."""
    rows = _rows(raw)
    for index, row in enumerate(rows[:30]):
        header = tables.header_of(row)
        if header is not None:
            return _read(rows, index + 1, header)
    raise Unreadable(_("没有找到表头：应有一行列名，至少含“题型”和“题干”。可下载模板对照。"))


def _rows(raw: bytes) -> list[list[Any]]:
    import python_calamine as calamine

    if len(raw) > MOST_BYTES:
        raise Unreadable(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES // 1024 // 1024})
    try:
        workbook_guard.check(io.BytesIO(raw), most_rows=MOST_ROWS, most_columns=60)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            for name in book.sheet_names[:10]:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if any(tables.header_of(row) is not None for row in rows[:30]):
                    return rows
    except BadInput as error:
        raise Unreadable(str(error)) from error
    except calamine.PasswordError as error:
        raise Unreadable(_("文件设有打开密码，请去掉密码后再导入。")) from error
    except calamine.CalamineError as error:
        raise Unreadable(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from error
    return []


def _read(rows: list[list[Any]], first: int, header: dict[int, str]) -> Reading:
    reading = Reading(unit="row")
    for title in (str(cell) for index, cell in enumerate(rows[first - 1]) if cell not in (None, "") and index not in header):
        reading.skipped.append((first, _("没有读入的列：%(title)s") % {"title": title[:40]}))
    case: FoundItem | None = None
    faulty = ""
    for number, cells in enumerate(rows[first:], start=first + 1):
        texts = {name: tables.text_of_cell(cells[index]) for index, name in header.items() if index < len(cells)}
        row = Row(number, {name: text for name, text in texts.items() if text})
        if not row.cells:
            continue
        belongs = row.of("in_case") in {"是", "Y", "y", "yes", "1", "√"}
        if not belongs and (case is not None or faulty):
            _close(case, faulty, reading)
            case, faulty = None, ""
        try:
            item = tables.item_of(row)
        except (tables.Bad, essays.Unmarked, marks.Unclear) as error:
            if belongs and case is not None:
                faulty = faulty or _("第 %(row)d 行的小题：%(reason)s") % {"row": number, "reason": error}
            else:
                reading.refuse(number, str(error), row.of("stem"))
            continue
        if belongs and case is None:
            reading.refuse(number, _("这是案例的小题，上面却没有可用的案例。"), item.stem)
        elif belongs and case is not None:
            case = replace(case, parts=(*case.parts, item))
        elif item.kind == "case":
            case = item
        else:
            reading.take(item)
    if case is not None:
        _close(case, faulty, reading)
    return reading


def _close(case: FoundItem | None, faulty: str, reading: Reading) -> None:
    """A case with a faulty question is refused whole: half a case would mislead."""
    if case is None:
        return
    if faulty:
        reading.refuse(case.place, faulty, case.stem)
    else:
        reading.take(case)


def write_excel(items: list[FoundItem]) -> bytes:
    return _book([row for item in items for row in tables.rows_of(item)])


def template() -> bytes:
    """The empty workbook with sample rows of every kind. The samples are struck out before real items go in."""
    return _book([row for item in SAMPLES for row in tables.rows_of(item)])


def _book(rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    bold, red = Font(bold=True), Font(bold=True, color="B42318")
    fill, wrap = PatternFill("solid", fgColor="E2F0EF"), Alignment(wrap_text=True, vertical="top")
    for index, (_title, width, _meaning) in enumerate(COLUMNS.values(), start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    page.freeze_panes = "C2"
    names = list(COLUMNS)
    for name, choices in (("kind", list(tables.KIND_NAMES.values())), ("in_case", ["是"])):
        rule = DataValidation(type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True)
        rule.error, rule.errorTitle = _("请从下拉框里选择。"), _("不在选项里")
        letter = get_column_letter(names.index(name) + 1)
        rule.add(f"{letter}2:{letter}{MOST_ROWS}")
        page.data_validations.append(rule)

    def cell(on: Any, text: str, font: Any = None, background: Any = None) -> Any:
        made = WriteOnlyCell(on, value=_guarded(text) or None)
        if made.value is not None:
            made.data_type, made.number_format = "s", "@"
        made.alignment = wrap
        if font is not None:
            made.font = font
        if background is not None:
            made.fill = background
        return made

    page.append([cell(page, title, red if name in tables.REQUIRED else bold, fill) for name, (title, _w, _m) in COLUMNS.items()])
    for row in rows:
        page.append([cell(page, text) for text in row])
    help_page = book.create_sheet("填写说明")
    help_page.column_dimensions["A"].width, help_page.column_dimensions["B"].width = 16, 96
    for term, meaning in _instructions():
        help_page.append([cell(help_page, term, bold), cell(help_page, meaning)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _guarded(text: str) -> str:
    """Safe against formulas, and coming back as it was: a guarding apostrophe is doubled, and so is Excel's _x escape."""
    if len(text) > MAX_CELL - 2:
        raise ValueError("a cell of a workbook cannot hold this text")
    made = str(guard(text))
    if made == text and tables.GUARDED.match(text):
        made = f"'{text}"
    return made.replace("_x", "_x005F_x")


def _instructions() -> list[tuple[str, str]]:
    head = [
        (_("怎样填写"), _("在“试题”表里一行写一道题；红色列名是必填。表里的示例是给人看的，正式导入前请删掉。")),
        (
            _("导入时"),
            _("先核对再入库：每一行是否读懂、为什么不能用，都会逐题列出；一行有错不影响别的行；同一文件导入两次不会重复。"),
        ),
    ]
    columns: dict[str, str] = {}
    for title, _width, meaning in COLUMNS.values():
        columns.setdefault("选项A–J" if title.startswith("选项") else title, _(meaning))
    return [*head, *columns.items()]


_CHOICE: dict[str, Any] = {"place": 0, "source": "示例"}
SAMPLES = [
    FoundItem(
        kind="single",
        stem="社会工作者收到服务对象赠送的土特产，首先应当（　　）。",
        options=("婉言谢绝并说明原因", "收下后分给同事", "收下后折价付款", "交由服务对象的邻居保管"),
        keys=frozenset("A"),
        explanation="守则要求保持专业关系；说明原因可以避免伤害感情。",
        points=100,
        **_CHOICE,
    ),
    FoundItem(
        kind="multiple",
        stem="入户走访前需要准备的有（　　）。",
        options=("了解家庭基本情况", "约定时间", "带好工作证件", "先替对方作出决定", "拟定谈话提纲"),
        keys=frozenset("ABCE"),
        explanation="替对方作决定违背自决原则。",
        points=200,
        **_CHOICE,
    ),
    FoundItem(
        kind="true_false", stem="小组工作只适用于儿童。", options=("正确", "错误"), keys=frozenset("B"), points=100, **_CHOICE
    ),
    FoundItem(
        kind="matching",
        stem="把服务方式与对应的例子配对。",
        pairs=(("个案工作", "与一位老人面谈"), ("小组工作", "带领照顾者支持小组"), ("社区工作", "组织楼道议事会")),
        distractors=("撰写年度预算",),
        points=200,
        **_CHOICE,
    ),
    FoundItem(
        kind="ordering",
        stem="按先后排列通用过程的阶段。",
        options=("接案", "预估", "计划", "介入", "评估", "结案"),
        points=200,
        **_CHOICE,
    ),
    FoundItem(kind="short_answer", stem="通用过程的第一个阶段叫（　　）。", answers=("接案", "接案阶段"), points=200, **_CHOICE),
    FoundItem(
        kind="numeric",
        stem="站点有 4 名社工，每人每周入户 6 户，一周共入户多少户？",
        answers=("24",),
        points=200,
        **_CHOICE,
    ),
    FoundItem(
        kind="essay",
        stem="某社区独居老人增多，请设计一份三个月的服务方案。",
        marking=(("说明需求评估的方法", 500), ("目标具体、可以衡量", 500), ("活动安排与分工清楚", 600), ("写明评估指标", 400)),
        **_CHOICE,
    ),
    FoundItem(
        kind="case",
        stem="小区里有居民因停车问题长期争吵，社工受邀调解。",
        exhibits=(("走访记录", "三栋居民认为车位分配不公；物业认为有人长期占用公共车位。"),),
        parts=(
            FoundItem(
                kind="single",
                stem="社工首先应当（　　）。",
                options=("分别听取各方意见", "直接宣布方案", "要求物业退出", "公开点名批评"),
                keys=frozenset("A"),
                points=100,
                **_CHOICE,
            ),
            FoundItem(
                kind="multiple",
                stem="可以用来促成共识的做法有（　　）。",
                options=("召开议事会", "公示车位数据", "订立公约", "拒绝再次沟通"),
                keys=frozenset("ABC"),
                points=200,
                **_CHOICE,
            ),
        ),
        **_CHOICE,
    ),
]
