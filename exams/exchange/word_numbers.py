"""The automatic numbers of a Word document, counted as Word shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exams.exchange.xmlparts import Node, parts

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_DIGITS = "零一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    pattern: str  # "%1." or "（%2）"
    start: int


class Numbers:
    """Counters of all lists of one document; ``label_of`` must be asked in the order of the paragraphs."""

    def __init__(self, numbering: bytes, styles: bytes) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._overrides: dict[str, dict[int, int]] = {}
        self._started: set[str] = set()
        self._styles: dict[str, tuple[str, int]] = {}
        self._based: dict[str, str] = {}
        for node in parts(numbering, "abstractNum", "num") if numbering else ():
            self._define(node)
        for node in parts(styles, "style") if styles else ():
            self._style(node)

    def _define(self, node: Node) -> None:
        if node.tag == "abstractNum":
            levels = self._levels.setdefault(node.attrs.get("abstractNumId", ""), {})
            for level in node.each("lvl"):
                levels[_int(level.attrs.get("ilvl"))] = _Level(
                    _value(level.kid("numFmt"), "decimal"), _value(level.kid("lvlText"), ""), _int(_value(level.kid("start"), "1"))
                )
            return
        number = node.attrs.get("numId", "")
        self._abstract[number] = _value(node.kid("abstractNumId"), "")
        for override in node.each("lvlOverride"):
            if (start := override.kid("startOverride")) is not None:
                self._overrides.setdefault(number, {})[_int(override.attrs.get("ilvl"))] = _int(_value(start, "1"))

    def _style(self, node: Node) -> None:
        name = node.attrs.get("styleId", "")
        self._based[name] = _value(node.kid("basedOn"), "")
        properties = node.kid("pPr")
        listed = properties.kid("numPr") if properties is not None else None
        if listed is not None:
            self._styles[name] = (_value(listed.kid("numId"), ""), _int(_value(listed.kid("ilvl"), "0")))

    def label_of(self, paragraph: Node) -> str:
        """ "1." or "A." or "（二）" as Word puts it before the paragraph; empty where it has no number."""
        number, level = self._list_of(paragraph)
        levels = self._levels.get(self._abstract.get(number, ""), {})
        if number in {"", "0"} or level not in levels:
            return ""
        abstract = self._abstract[number]
        if number not in self._started:
            self._started.add(number)
            for at, start in self._overrides.get(number, {}).items():
                self._counts[abstract, at] = start - 1
        self._counts[abstract, level] = self._counts.get((abstract, level), levels[level].start - 1) + 1
        for deeper in levels:
            if deeper > level:
                self._counts.pop((abstract, deeper), None)

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            of = levels.get(at)
            return "" if of is None else _written(self._counts.get((abstract, at), of.start), of.form)

        return re.sub(r"%([1-9])", shown, levels[level].pattern)

    def _list_of(self, paragraph: Node) -> tuple[str, int]:
        properties = paragraph.kid("pPr")
        if properties is None:
            return "", 0
        listed = properties.kid("numPr")
        style = _value(properties.kid("pStyle"), "")
        for _step in range(12):  # a style may stand on another; a ring of them is a broken file
            if style in self._styles or style not in self._based:
                break
            style = self._based[style]
        inherited = self._styles.get(style, ("", 0))
        if listed is None:
            return inherited
        level = _int(_value(listed.kid("ilvl"), str(inherited[1])))
        return _value(listed.kid("numId"), inherited[0]), level


def _value(node: Node | None, otherwise: str) -> str:
    return otherwise if node is None else node.attrs.get("val", otherwise)


def _int(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else 0


def _written(number: int, form: str) -> str:
    if form in {"upperLetter", "lowerLetter"}:
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 % 8 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in {"upperRoman", "lowerRoman"}:
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    if form.startswith(("chinese", "japaneseCounting", "ideographDigital", "taiwaneseCounting")):
        return _chinese(number)
    if form == "ideographTraditional":
        return _STEMS[(number - 1) % 10]
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if form == "decimalZero":
        return f"{number:02d}"
    return "" if form in {"none", "bullet"} else str(number)


def _chinese(number: int) -> str:
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _roman(number: int) -> str:
    made = ""
    for worth, sign in ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= worth and len(made) < 20:
            made, number = made + sign, number - worth
    return made
