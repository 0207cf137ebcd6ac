"""The sample layout: a finished table with totals and a chart, and a sheet that says how placeholders are written."""

from __future__ import annotations

import io
from typing import Any

from lms.reports.layouts.words import FIGURES, NOTES, PERIODS, SPLITS, TEXTS

HEADS = ("序号", "地区", "班次", "人次", "其中：线上", "人数", "学时", "本年累计人次", "上年同期人次", "增减", "占全部")
ROW = (
    "{{序号|下级}}",
    "{{地区名称|下级}}",
    "{{班次|下级}}",
    "{{人次|下级}}",
    "{{人次|下级|方式=线上}}",
    "{{人数|下级}}",
    "{{学时|下级}}",
    "{{人次|下级|本年累计}}",
    "{{人次|下级|上年同期}}",
    "=D5-I5",
    "=IF(SUM(D$5:D$5)=0,0,D5/SUM(D$5:D$5))",
)
TOTAL = ("合计", "", *(f"=SUM({c}5:{c}5)" for c in "CDE"), "{{人数}}", *(f"=SUM({c}5:{c}5)" for c in "GHIJ"), "")
RULES = (
    (
        "怎么写",
        "在单元格里写占位符，如 {{人次}}；先写指标，再用竖线接条件，次序不限，如 {{人次|下级|本年累计|方式=线上}}。",
    ),
    ("指标", "、".join(FIGURES)),
    ("文字", "、".join(TEXTS)),
    ("地区", "不写就是填表的地区全部；写“下级”，这一行按每个下级重复一次；写地区代码（如 6 位县级代码），就是那个地区。"),
    ("时期", "、".join(PERIODS) + "；不写就是本期。"),
    ("条件", "人次和人数可以带：" + "、".join(f"{name}=…" for name in SPLITS) + "。"),
    ("下级行", "一张工作表只能有一段“下级”行，要连在一起，最多 10 行。"),
    ("公式", "照常写。合计写成区域，如 =SUM(D5:D5)，填表后自动扩到最后一行；下级行里，相对引用指本行，D$5:D$5 指整段。"),
    ("人数", "人数每人只计一次，不能相加：合计行请写 {{人数}}，不要写 SUM。"),
    ("保留", "格式、列宽、合并单元格、条件格式、下拉列表、打印设置、图表都原样保留。填好后第一次打开时，Excel 重算公式。"),
    ("不能有", "宏、外部链接和数据连接、数据透视表、嵌入的对象；下级行所在的工作表里还不能有批注、套用的表格格式和迷你图。"),
    ("本页", "名为“填写说明”的工作表不会被填写，可以保留，也可以删除。"),
)


def sample() -> bytes:
    """The workbook, as bytes."""
    from openpyxl import Workbook
    from openpyxl.chart import BarChart, Reference
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    book = Workbook()
    page: Any = book.active
    page.title = "培训情况表"
    thin = Side(style="thin", color="7F8C8D")
    box, middle = Border(left=thin, right=thin, top=thin, bottom=thin), Alignment("center", "center", wrap_text=True)
    page["A1"] = "{{地区名称}}社会工作培训情况表"
    page.merge_cells("A1:K1")
    page["A1"].font, page["A1"].alignment = Font(name="黑体", size=16), middle
    page["A2"] = "统计期：{{统计期}}　统计口径：{{统计口径}}　截至时点：{{截至时点}}　状态：{{状态}}"
    page.merge_cells("A2:K2")
    page["A2"].font, page["A2"].alignment = Font(name="宋体", size=9), middle
    for number, cells in ((4, HEADS), (5, ROW), (6, TOTAL)):
        for column, content in enumerate(cells, start=1):
            cell = page.cell(number, column, content)
            cell.border, cell.alignment, cell.font = box, middle, Font(name="宋体", size=10, bold=number != 5)
            cell.number_format = "0.0%" if column == 11 else "#,##0.00" if column == 7 else "#,##0"
            if number == 4:
                cell.fill = PatternFill("solid", fgColor="E2F0EF")
    page["A8"] = "填报人：{{填报人}}　　审核人：{{审核人}}"
    page["A9"] = "封印：{{封印}}"
    for letter, width in zip("ABCDEFGHIJK", (6, 18, 8, 10, 10, 10, 11, 12, 12, 10, 10), strict=True):
        page.column_dimensions[letter].width = width
    page.row_dimensions[1].height, page.row_dimensions[4].height = 30, 32
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage = 0, True
    page.print_title_rows = "4:4"
    page.oddFooter.center.text = "第 &P 页，共 &N 页"
    chart = BarChart()
    chart.title, chart.height, chart.width, chart.legend = "各地培训人次", 8, 24, None
    chart.add_data(Reference(page, min_col=4, min_row=5, max_row=5))
    chart.set_categories(Reference(page, min_col=2, min_row=5, max_row=5))
    page.add_chart(chart, "A11")
    notes: Any = book.create_sheet(NOTES)
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 12, 100
    for term, said in RULES:
        notes.append([term, said])
        notes.cell(notes.max_row, 1).font = Font(bold=True)
        notes.cell(notes.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
