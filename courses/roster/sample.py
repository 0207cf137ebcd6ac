"""The sample roster: a county's workbook with twelve kinds of damage, and the same one put right. All in it is invented.

For trying the import out, for the demonstration and for tests.

The workbook carries what real ones carry: a title over merged cells, a header of two rows with groups, a county merged over
many rows, widths, borders, a formula, a drop-down, a picture, a defined name, a second sheet, a filled-in note of a
colleague, a row hidden by a filter, a total and a note for filling in below the list.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from lms.people.rules.documents import check_character

DAMAGE = {
    7: ("G", "身份证号被 Excel 变成科学计数"),
    8: ("G", "身份证号被截成 15 位有效数字，末三位成了 000"),
    9: ("G", "身份证号末位校验不符"),
    10: ("G", "身份证号少一位"),
    11: ("C", "姓名里混进了数字"),
    12: ("D", "性别与身份证号矛盾"),
    13: ("F", "出生日期与身份证号矛盾"),
    14: ("E", "民族写错"),
    15: ("J", "固定电话被 Excel 当作数字，丢了前面的 0"),
    16: ("L", "乡镇不存在"),
    17: ("G", "与前面的行重复"),
    18: ("G", "身份证号和电话都没有填"),
}
SHEET = "报名表"
HEADER_ROW = 4
FIRST, LAST = 5, 21
HIDDEN_ROW = 20
NOTED = ("C6", "本人电话已变更，下周补。")


def _people() -> list[list[Any]]:
    """Rows 5 to 21: columns A to M. Row n holds the person numbered n."""
    names = [
        "赵青禾",
        "钱若川",
        "孙望舒",
        "李知夏",
        "周明远",
        "吴晚晴",
        "郑向南",
        "王一诺",
        "冯沐阳",
        "陈清和",
        "褚思齐",
        "卫长宁",
        "蒋云舒",
        "沈若愚",
        "韩初晴",
        "杨知行",
        "朱可期",
    ]
    rows: list[list[Any]] = []
    for place, name in enumerate(names):
        serial = FIRST + place
        born = f"19{80 + place % 15}{place % 9 + 1:02d}{place % 20 + 8:02d}"
        body = f"530621{born}{serial:03d}"
        document = body + check_character(body)
        sex = "男" if int(document[16]) % 2 else "女"
        year, month, day = born[:4], int(born[4:6]), int(born[6:])
        date = f"{year}年{month}月{day}日" if place % 2 else f"{year}.{month}.{day}"
        first = [place + 1, None, name, sex, "汉族", date, document]
        rows.append([*first, "大学本科", "龙头山镇人民政府", f"1399000{serial:04d}", "科员", "龙头山镇", None])
    rows[0][1] = "鲁甸县"
    rows[1][6] = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in rows[1][6])  # full-width digits are no damage
    return rows


def people(*, damaged: bool) -> list[list[Any]]:
    rows = _people()
    if not damaged:
        return rows
    row = {n: rows[n - FIRST] for n in DAMAGE}
    row[7][6] = 5.30621198301e17
    row[8][6] = row[8][6][:15] + "000"
    row[9][6] = row[9][6][:17] + ("1" if row[9][6][17] != "1" else "2")
    row[10][6] = row[10][6][:16] + row[10][6][17]
    row[11][2] = "郑3向南"
    row[12][3] = "女" if row[12][3] == "男" else "男"
    row[13][5] = "1970-01-01"
    row[14][4] = "汗族"
    row[15][9] = 8702990015
    row[16][11] = "龙头川镇"
    row[17][2:7] = rows[0][2:7]
    row[18][6] = row[18][9] = None
    return rows


def workbook(*, damaged: bool = True) -> bytes:
    """The whole workbook as bytes."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.drawing.image import Image
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.workbook.defined_name import DefinedName
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"] = "鲁甸县基层社会工作人才培训班学员报名表（虚构样表）"
    sheet.merge_cells("A1:M1")
    sheet["A1"].font, sheet["A1"].alignment = Font(name="黑体", size=16, bold=True), Alignment(horizontal="center")
    sheet["A2"] = "填报单位（盖章）：鲁甸县民政局"
    groups = ["序号", "县（市、区）", "基本情况", *[None] * 4, "文化与工作", None, "联系方式", "现任职务", "所在乡镇", "备注"]
    words = [None, None, "姓  名", "性别", "民族", "出生年月日", "证件号码", "学历", "单位", "手机", None, None, None]
    for place, (group, word) in enumerate(zip(groups, words, strict=True), 1):
        sheet.cell(3, place, group)
        sheet.cell(4, place, word)
    for cells in ("A3:A4", "B3:B4", "C3:G3", "H3:I3", "K3:K4", "L3:L4", "M3:M4"):
        sheet.merge_cells(cells)
    thin = Side(style="thin", color="7F8C8D")
    for row_number, row in enumerate(people(damaged=damaged), FIRST):
        for place, content in enumerate(row, 1):
            cell = sheet.cell(row_number, place, content)
            if place in (7, 10) and isinstance(content, str):
                cell.number_format = "@"
    sheet.merge_cells(f"B{FIRST}:B{LAST}")
    sheet[f"A{LAST + 1}"], sheet[f"C{LAST + 1}"] = "合计", f"=COUNTA(C{FIRST}:C{LAST})"
    sheet[f"A{LAST + 2}"] = "填表说明：1. 身份证号须与证件一致；2. 一人一行，不得重复；3. 本表由县民政局汇总后上报。"
    sheet.merge_cells(f"A{LAST + 2}:M{LAST + 2}")
    for row in sheet.iter_rows(min_row=3, max_row=LAST + 1, max_col=13):
        for cell in row:
            cell.border = Border(thin, thin, thin, thin)
            if cell.row <= HEADER_ROW:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="D9E2F3")
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for letter, width in zip("ABCDEFGHIJKLM", (6, 10, 12, 6, 8, 16, 24, 12, 22, 15, 10, 12, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[HIDDEN_ROW].hidden = True
    sheet.freeze_panes = "D5"
    rule = DataValidation(type="list", formula1='"男,女"', allow_blank=True)
    rule.add(f"D{FIRST}:D{LAST}")
    sheet.add_data_validation(rule)
    sheet[NOTED[0]].comment = Comment(NOTED[1], "县民政局")
    picture = Image(io.BytesIO(_picture()))
    sheet.add_image(picture, "N1")
    other = book.create_sheet("名额分配")
    other.append(["乡镇", "名额"])
    other.append(["龙头山镇", 12])
    other["B3"] = "=SUM(B2:B2)"
    book.defined_names["名额"] = DefinedName("名额", attr_text="名额分配!$B$2:$B$3")
    hidden = book.create_sheet("字典")
    hidden.append(["男"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _picture() -> bytes:
    """A small square, one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + b"\x0b\x5c\x61" * 24) * 24
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 24, 24, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
