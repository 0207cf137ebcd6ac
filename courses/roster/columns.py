"""Which column is what: header words as counties write them, in one row or two, below any title rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# field → words in use (DOMAIN §4), without spaces and punctuation
WORDS: dict[str, tuple[str, ...]] = {
    "index": ("序号", "编号", "no", "号"),
    "name": ("姓名", "学员姓名", "参训人员姓名", "人员姓名", "名字", "参训人员", "学员"),
    "sex": ("性别",),
    "ethnic_group": ("民族",),
    "birth_date": ("出生日期", "出生年月日", "出生年月", "生日"),
    "document_kind": ("证件类型", "证件种类", "证件类别"),
    "document": (
        "身份证号",
        "身份证号码",
        "公民身份号码",
        "身份证",
        "证件号",
        "证件号码",
        "身份证件号码",
        "居民身份证号",
        "居民身份证号码",
    ),
    "education": ("学历", "文化程度", "最高学历", "学历层次"),
    "major": ("专业", "所学专业", "毕业专业"),
    "organisation": ("工作单位", "单位", "单位名称", "所在单位", "现工作单位", "工作单位名称", "所属单位"),
    "position_title": ("职务职称", "职务", "职称", "职务或职称", "岗位", "现任职务", "职务及职称"),
    "phone": ("联系电话", "手机", "手机号", "手机号码", "电话", "联系方式", "电话号码", "移动电话"),
    "political_status": ("政治面貌",),
    "county": ("县市区", "县区", "区县", "县", "所在县", "所在县市区", "县级", "所属县市区"),
    "township": ("乡镇街道", "乡镇", "街道", "镇街", "所在乡镇", "所在乡镇街道", "乡镇名称", "镇街道"),
    "category": ("对象类别", "学员类别", "人员类别", "培训对象类别", "类别"),
    "licence": ("社工证级别编号", "社工证级别", "社工证编号", "持证情况", "社会工作者职业资格证书", "社工证"),
    "remark": ("备注", "说明"),
}
_FIELD_OF = {word: field for field, words in WORDS.items() for word in words}
_OPTIONAL = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_PUNCTUATION = re.compile(r"[\s\W_]+")
SEARCHED_ROWS = 15


@dataclass(frozen=True, slots=True)
class Column:
    """One recognised column: its place (0-based), the letter Excel shows, the words found, the field it feeds."""

    place: int
    letter: str
    words: str
    field: str


@dataclass(frozen=True, slots=True)
class Header:
    """Where the data begins (0-based row) and what the columns are."""

    first: int
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]

    def column(self, field: str) -> Column | None:
        return next((c for c in self.columns if c.field == field), None)


def letter_of(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def field_of(words: object) -> str | None:
    """The field a header cell means, or None. Marks such as “（必填）” and “县（市、区）” are seen through."""
    if not isinstance(words, str) or len(words) > 40:
        return None
    text = unicodedata.normalize("NFKC", words).casefold()
    for candidate in (_PUNCTUATION.sub("", text), _PUNCTUATION.sub("", _OPTIONAL.sub("", text))):
        if candidate in _FIELD_OF:
            return _FIELD_OF[candidate]
    return None


def find_header(rows: Sequence[Sequence[Any]]) -> Header | None:
    """The header with the most recognised columns among the first rows, in one row or two."""
    best: Header | None = None
    for index in range(min(SEARCHED_ROWS, len(rows))):
        one = _header(index + 1, [(cell,) for cell in rows[index]])
        two = None
        if index + 1 < len(rows) and not _looks_like_data(rows[index + 1]):
            width = max(len(rows[index]), len(rows[index + 1]))
            above = [*rows[index], *[None] * (width - len(rows[index]))]
            below = [*rows[index + 1], *[None] * (width - len(rows[index + 1]))]
            two = _header(index + 2, [(b, a, _joined(a, b)) for a, b in zip(above, below, strict=True)])
        for found in (one, two):
            if found is not None and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best


def _joined(above: Any, below: Any) -> str | None:
    return f"{above}{below}" if isinstance(above, str) and isinstance(below, str) else None


def _looks_like_data(row: Sequence[Any]) -> bool:
    """A second header row holds words only: a number or a long run of digits is data."""
    return any(
        (isinstance(cell, int | float) and not isinstance(cell, bool)) or (isinstance(cell, str) and re.search(r"\d{6}", cell))
        for cell in row
    )


def _header(first: int, cells: Sequence[Sequence[Any]]) -> Header | None:
    columns: dict[str, Column] = {}
    unknown: list[str] = []
    for place, candidates in enumerate(cells):
        words = [str(c).strip() for c in candidates if isinstance(c, str) and c.strip()]
        fields = [field for field in map(field_of, words) if field]
        if fields and fields[0] not in columns:
            columns[fields[0]] = Column(place, letter_of(place), " ".join(words[0].split()), fields[0])
        elif words and not fields:
            unknown.append(" ".join(words[0].split())[:40])
    if "name" not in columns or not {"document", "phone"} & columns.keys():
        return None
    return Header(first, tuple(sorted(columns.values(), key=lambda c: c.place)), tuple(unknown))
