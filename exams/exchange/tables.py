"""The columns of our own workbook: what each means, how an item stands in a row, and a row read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exams.exchange import essays, marks, materials
from exams.exchange.reading import LETTERS, FoundItem, narrow, tidy

OPTION_COUNT = 10
KIND_NAMES = {
    "single": "单项选择",
    "multiple": "多项选择",
    "true_false": "判断",
    "matching": "配对",
    "ordering": "排序",
    "short_answer": "填空",
    "numeric": "数值",
    "essay": "主观题",
    "case": "案例",
}
_KINDS = {
    **{name: kind for kind, name in KIND_NAMES.items()},
    "单选": "single",
    "单选题": "single",
    "单项选择题": "single",
    "多选": "multiple",
    "多选题": "multiple",
    "多项选择题": "multiple",
    "判断题": "true_false",
    "配对题": "matching",
    "连线题": "matching",
    "排序题": "ordering",
    "简答": "short_answer",
    "填空题": "short_answer",
    "简短作答": "short_answer",
    "数值题": "numeric",
    "计算题": "numeric",
    "问答题": "essay",
    "论述题": "essay",
    "案例题": "case",
    "案例材料": "case",
}
COLUMNS: dict[str, tuple[str, int, str]] = {
    "kind": ("题型", 12, gettext_noop("从下拉框选一种。案例先占一行写材料，它的小题各占一行，写在它后面。")),
    "stem": (
        "题干",
        48,
        gettext_noop("题目本身；单元格内换行用 Alt+Enter。案例的补充材料可另起一行写“【材料：标题】”，下面写内容。"),
    ),
    **{
        letter: (
            f"选项{letter}",
            18,
            gettext_noop("选择题按顺序填写选项；配对题每格写“左边 → 右边”，只写“→ 右边”是多余的右边项；排序题按正确顺序填写。"),
        )
        for letter in LETTERS[:OPTION_COUNT]
    },
    "key": (
        "答案",
        14,
        gettext_noop(
            "选择题写字母，如 A 或 ACD；判断题写 对 或 错；填空题每行写一个可接受的答案；数值题写数。配对、排序、主观题和案例留空。"
        ),
    ),
    "tolerance": ("误差", 8, gettext_noop("只用于数值题：允许相差多少，不写表示必须相等。")),
    "marking": ("采分点", 30, gettext_noop("只用于主观题：每行一个，末尾写分值，如“说出接案的步骤（5分）”。")),
    "explanation": ("解析", 36, gettext_noop("为什么对、为什么错；考生交卷后看到。")),
    "chapter": ("章节", 20, gettext_noop("大纲里的章名，一字不差；各版不同写“2018版：章名；2025版：章名”。不写则导入后再归章。")),
    "points": ("分值", 8, gettext_noop("通常的分值，如 1 或 2；不写按题型的常用分值。主观题的分值是采分点之和，不用写。")),
    "law_as_of": ("法规截至日期", 14, gettext_noop("法规类试题写 2025-12-31 这样的日期；写了“依据的法条”就必须写。")),
    "articles": (
        "依据的法条",
        30,
        gettext_noop("每行一条，写成《法规全名》第几条，如《社会救助暂行办法》第五十五条；法规须在政策库里。没有就留空。"),
    ),
    "source": ("来源", 14, gettext_noop("如“自编”“某年真题改编”；不写则用导入时填的来源。")),
    "credit": ("作者", 14, gettext_noop("命题人或命题单位的署名；不写则留空。")),
    "in_case": ("案例小题", 10, gettext_noop("是案例的小题写“是”，归到上面最近的一个案例；其余留空。")),
}
REQUIRED = ("kind", "stem")
_ARROW = re.compile(r"\s*(?:→|->|=>)\s*")
GUARDED = re.compile(r"^'+[\s\u00a0\u3000\ufeff]*[=+\-@＝＋－＠\t\r\n|%]")
_TRUE, _FALSE = {"对", "正确", "√", "是", "A", "T", "TRUE"}, {"错", "错误", "×", "否", "B", "F", "FALSE"}


class Bad(ValueError):
    """Why this row is no item; a sentence for the user."""


@dataclass(slots=True)
class Row:
    number: int
    cells: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        return self.cells.get(name, "")


def header_of(row: Sequence[Any]) -> dict[int, str] | None:
    """Which column is which, or None where this is no header."""
    titles = {title: name for name, (title, _width, _meaning) in COLUMNS.items()}
    found = {index: titles[title] for index, cell in enumerate(row) if (title := str(cell or "").strip(" *＊")) in titles}
    return found if set(REQUIRED) <= set(found.values()) else None


def text_of_cell(value: Any) -> str:
    """A cell's text: whole numbers without ".0", dates as dates, the apostrophe that guards a text taken off."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "对" if value else "错"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    text = str(value)
    return tidy(text[1:] if GUARDED.match(text) else text)


def item_of(row: Row) -> FoundItem:
    """One row as an item; the questions of a case are put together by the reader."""
    kind = _KINDS.get(row.of("kind"))
    if kind is None:
        raise Bad(_("题型“%(kind)s”不认识，请从下拉框选择。") % {"kind": row.of("kind")[:20]})
    made = _MAKERS[kind](row)
    return FoundItem(
        place=row.number,
        kind=kind,
        explanation=row.of("explanation"),
        chapter=row.of("chapter"),
        points=_points(row),
        law_as_of=marks.day_of(row.of("law_as_of")) if row.of("law_as_of") else "",
        articles=tuple(dict.fromkeys(marks.articles_of(row.of("articles")))),
        source=row.of("source"),
        credit=row.of("credit"),
        **{"stem": row.of("stem"), **made},
    )


def _options(row: Row) -> tuple[str, ...]:
    texts = [row.of(letter) for letter in LETTERS[:OPTION_COUNT]]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _letters(row: Row) -> dict[str, Any]:
    letters = re.sub(r"[\s,，、;；]+", "", narrow(row.of("key"))).upper()
    if letters and not re.fullmatch(r"[A-Z]+", letters):
        raise Bad(_("看不懂答案“%(key)s”。") % {"key": row.of("key")[:20]})
    if len(set(letters)) < len(letters):
        raise Bad(_("答案里有重复的字母。"))
    return {"options": _options(row), "keys": frozenset(letters)}


def _true_false(row: Row) -> dict[str, Any]:
    key = narrow(row.of("key")).strip().upper()
    if key not in _TRUE | _FALSE:
        raise Bad(_("判断题的答案应写“对”或“错”。"))
    return {"options": ("正确", "错误"), "keys": frozenset("A" if key in _TRUE else "B")}


def _matching(row: Row) -> dict[str, Any]:
    pairs, more = [], []
    for text in _options(row):
        left, *right = _ARROW.split(text)
        if len(right) != 1 or not right[0]:
            raise Bad(_("配对题的“%(text)s”没有写成“左边 → 右边”。") % {"text": text[:20]})
        if left:
            pairs.append((left, right[0]))
        else:
            more.append(right[0])
    return {"pairs": tuple(pairs), "distractors": tuple(more)}


def _answers(row: Row) -> dict[str, Any]:
    return {"answers": tuple(line for text in row.of("key").split("\n") if (line := text.strip()))}


def _numeric(row: Row) -> dict[str, Any]:
    return {**_answers(row), "tolerance": row.of("tolerance")}


def _essay(row: Row) -> dict[str, Any]:
    return {"marking": essays.read_points(row.of("marking").split("\n"))}


def _case(row: Row) -> dict[str, Any]:
    stem, exhibits = materials.split(row.of("stem"))
    return {"stem": stem, "exhibits": exhibits}


_MAKERS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "single": _letters,
    "multiple": _letters,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": lambda row: {"options": _options(row)},
    "short_answer": _answers,
    "numeric": _numeric,
    "essay": _essay,
    "case": _case,
}


def _points(row: Row) -> int:
    if not row.of("points"):
        return 0
    if not re.fullmatch(r"\d{1,4}(?:\.\d{1,2})?", row.of("points")) or essays.hundredths(row.of("points")) == 0:
        raise Bad(_("分值“%(text)s”不是大于 0 的数。") % {"text": row.of("points")[:20]})
    return essays.hundredths(row.of("points"))


# --- an item as rows ---------------------------------------------------------------------------------------------------


def rows_of(item: FoundItem, *, in_case: bool = False) -> list[list[str]]:
    """The item's row, and for a case one more for each question."""
    cells = {
        "kind": KIND_NAMES[item.kind],
        "stem": materials.join(item.stem, item.exhibits) if item.exhibits else item.stem,
        "key": _key(item),
        "tolerance": item.tolerance,
        "marking": "\n".join(essays.write_points(item.marking)),
        "explanation": item.explanation,
        "chapter": item.chapter,
        "points": essays.plain(item.points) if item.points else "",
        "law_as_of": item.law_as_of,
        "articles": "\n".join(item.articles),
        "source": item.source,
        "credit": item.credit,
        "in_case": "是" if in_case else "",
    }
    cells.update(zip(LETTERS, _option_cells(item), strict=False))
    rows = [[cells.get(name, "") for name in COLUMNS]]
    for part in item.parts:
        rows += rows_of(replace(part, parts=()), in_case=True)
    return rows


def _key(item: FoundItem) -> str:
    if item.kind == "true_false":
        return "对" if item.keys == frozenset("A") else "错"
    return "\n".join(item.answers) if item.answers else "".join(sorted(item.keys))


def _option_cells(item: FoundItem) -> list[str]:
    if item.kind == "true_false":
        return []
    pairs = [f"{left} → {right}" for left, right in item.pairs] + [f"→ {right}" for right in item.distractors]
    return pairs or list(item.options)
