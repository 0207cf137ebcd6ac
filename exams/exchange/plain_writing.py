"""Items as a question sheet in plain text: what ``plain`` reads back as the same items."""

from __future__ import annotations

from exams.exchange import essays, materials
from exams.exchange.reading import LETTERS, FoundItem
from exams.exchange.tables import KIND_NAMES

_HEADS = {"multiple": "多项选择题", "single": "单项选择题", "true_false": "判断题", "matching": "配对题", "ordering": "排序题"}
_HEADS |= {"short_answer": "填空题", "numeric": "数值题", "essay": "主观题", "case": "案例题"}
_COUNT = "一二三四五六七八九十"


def lines_of(items: list[FoundItem]) -> list[str]:
    """A heading for each run of one kind, then the items, numbered through."""
    lines: list[str] = []
    kind, heads = "", 0
    for number, item in enumerate(items, start=1):
        if item.kind != kind:
            kind, heads = item.kind, heads + 1
            lines += [f"{_ordinal(heads)}、{_HEADS[kind]}", ""]
        lines += [*_item(item, f"{number}. "), ""]
    return lines


def write_plain(items: list[FoundItem]) -> bytes:
    return "\n".join(lines_of(items)).encode()


def _ordinal(number: int) -> str:
    """一, 二, … 十一, … 二十一"""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_COUNT[tens - 1]}十" if tens < 10 else "")
    return head + (_COUNT[ones - 1] if ones else "") or "十"


def _item(item: FoundItem, label: str, *, with_kind: bool = False) -> list[str]:
    stem = materials.join(item.stem, item.exhibits) if item.exhibits else item.stem
    lines = [f"{label}{f'【{KIND_NAMES[item.kind]}题】' if with_kind else ''}{stem}"]
    if item.kind in {"single", "multiple", "ordering"}:
        lines += [f"{letter}. {text}" for letter, text in zip(LETTERS, item.options, strict=False)]
    elif item.kind == "matching":
        sides = [f"{left} → {right}" for left, right in item.pairs] + [f"→ {right}" for right in item.distractors]
        lines += [f"{letter}. {text}" for letter, text in zip(LETTERS, sides, strict=False)]
    if key := _key(item):
        lines.append(f"答案：{key}")
    if item.chapter:
        lines.append(f"章节：{item.chapter}")
    if item.kind == "essay":
        why = [f"解析：{item.explanation}"] if item.explanation else []
        return [*lines, *why, essays.HEAD, *essays.write_points(item.marking)]
    for number, part in enumerate(item.parts, start=1):
        lines += _item(part, f"（{number}）", with_kind=True)
    if item.explanation:
        lines.insert(1 if item.kind == "case" else len(lines), f"解析：{item.explanation}")
    return lines


def _key(item: FoundItem) -> str:
    if item.kind == "true_false":
        return "正确" if item.keys == frozenset("A") else "错误"
    if item.kind == "ordering":
        return LETTERS[: len(item.options)]
    if item.kind == "numeric":
        return item.answers[0] + (f"（误差 {item.tolerance}）" if item.tolerance else "")
    return "｜".join(item.answers) if item.answers else "".join(sorted(item.keys))
