"""The words by which a Chinese question sheet is laid out: options, keys, explanations, headings of parts."""

from __future__ import annotations

import re

OPTION = re.compile(r"(?:^|(?<=[\s;；。，,？?）)]))[（(]?([A-JＡ-Ｊ])\s*[.、．)）:：]\s*")
KEY = re.compile(r"^\s*[【\[]?\s*(?:正确|参考|标准)?答案\s*[】\]]?\s*[:：]?\s*(.*)$")
WHY = re.compile(r"^\s*[【\[]?\s*(?:答案|试题|参考)?(?:解析|分析|解释|说明)\s*(?:[】\]]\s*[:：]?|[:：])\s*(.*)$")
WHY_BESIDE = re.compile(r"[【\[]\s*(?:解析|分析)\s*[】\]]\s*[:：]?|(?:解析|分析)\s*[:：]")
# an answer beside the last option of its line, and what a sheet says of an item that is no word of it
KEY_BESIDE = re.compile(
    r"(?<=[\s。；;])[【\[]\s*(?:正确|参考|标准)?答案\s*[】\]]\s*[:：]?|(?<=[\s。；;])(?:正确|参考|标准)?答案\s*[:：]"
)
ASIDE = re.compile(r"^\s*[【\[]?\s*(?:难度|难易程度|难易度|认知层次|题号|分值)\s*[】\]]?\s*[:：]")
CHAPTER = re.compile(r"^\s*[【\[]?\s*(?:考点|章节|知识点)\s*[】\]]?\s*[:：]\s*(.*)$")
IN_STEM = re.compile(r"[（(]\s*([A-JＡ-Ｊ]{1,10}(?:[\s,，、]*[A-JＡ-Ｊ])*|[√×]|对|错|正确|错误)\s*[)）]")
TRUE = frozenset({"对", "正确", "√", "是", "T", "TRUE", "✓", "✔"})
FALSE = frozenset({"错", "错误", "×", "否", "F", "FALSE", "X", "✗", "✘"})
_KINDS = (
    ("判断", "true_false"),
    ("多项", "multiple"),
    ("多选", "multiple"),
    ("不定项", "multiple"),
    ("单项", "single"),
    ("单选", "single"),
    ("配对", "matching"),
    ("连线", "matching"),
    ("排序", "ordering"),
    ("填空", "short_answer"),
    ("数值", "numeric"),
    ("计算", "numeric"),
    ("共用题干", "case"),
    ("案例题", "case"),
    ("案例分析", "essay"),
    ("方案设计", "essay"),
    ("简答", "essay"),
    ("问答", "essay"),
    ("论述", "essay"),
    ("主观", "essay"),
)
_NAMES = "|".join(word for word, _kind in _KINDS)
_COUNT = "[一二三四五六七八九十]{1,3}"
_NUMBERED_HEAD = rf"(?:[（(]{_COUNT}[)）]\s*[、.．:：]?|(?:第{_COUNT}部分|{_COUNT})\s*[、.．:：])\s*(?P<rest>.*)"
HEADING = re.compile(
    rf"^\s*(?:{_NUMBERED_HEAD}|(?P<bare>[【\[]?(?:{_NAMES})[^\s，。,:：]{{0,4}}题[】\]]?\s*(?:[（(:：].{{0,60}})?))$"
)
KIND_MARK = re.compile(rf"^\s*[\[【〔（(]\s*((?:{_NAMES})[^\]】〕）)]{{0,4}})[\]】〕）)]\s*")


def kind_of(heading: str) -> str:
    """The kind a heading or a mark names; empty where it names none."""
    return next((kind for word, kind in _KINDS if word in heading[:12]), "")


def heading_of(line: str) -> str | None:
    """The words of a heading of a part; None where the line is none."""
    found = HEADING.match(line)
    return None if found is None else (found["rest"] if found["bare"] is None else found["bare"])
