"""Plain text in the usual Chinese layouts: numbered stems, lettered options, 答案 and 解析, or a list of answers at the end.

::

    一、单项选择题
    1. 题干（　　）
    A. …   B. …
    C. …
    D. …
    答案：C  解析：…

Also: the key in the stem's brackets, 【答案】, full-width letters and digits, options on one line or each on its own, and
``参考答案 1-5 ABCDA 6.ACD`` after all items.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exams.exchange.reading import LETTERS, FoundItem, Reading, narrow

_NUMBER = re.compile(r"^\s*(?:第\s*)?[（(]?(\d{1,4})\s*(?:[.、．)）:：]|题[.、．:：]?)\s*(.*)$")
_OPTION = re.compile(r"(?:^|(?<=[\s;；。，,]))[（(]?([A-JＡ-Ｊ])\s*[.、．)）:：]\s*")
_KEY = re.compile(r"^\s*[【\[]?\s*(?:正确|参考|标准)?答案\s*[】\]]?\s*[:：]?\s*(.*)$")
_WHY = re.compile(r"^\s*[【\[]?\s*(?:答案)?(?:解析|分析|解释|说明)\s*[】\]]?\s*[:：]?\s*(.*)$")
_WHY_BESIDE = re.compile(r"[【\[]\s*(?:解析|分析)\s*[】\]]\s*[:：]?|(?:解析|分析)\s*[:：]")
_CHAPTER = re.compile(r"^\s*[【\[]?\s*(?:考点|章节|知识点)\s*[】\]]?\s*[:：]\s*(.*)$")
_HEADING = re.compile(r"^\s*[一二三四五六七八九十]+\s*[、.．]\s*(.*)$")
_ANSWER_LIST = re.compile(r"^\s*(?:参考)?答案(?:与解析|及解析|部分|汇总)?\s*[:：]?\s*$")
_LIST_RUN = re.compile(r"(\d{1,4})\s*[-—–~～]\s*(\d{1,4})\s*[.、:：]?\s*((?:[A-J]+[\s,，、;；]*)+)")
_LIST_ONE = re.compile(r"(\d{1,4})\s*[.、:：)）]?\s*([A-J]{1,10}|[√×对错])(?![A-Za-z])")
_IN_STEM = re.compile(r"[（(]\s*([A-JＡ-Ｊ]{1,10}(?:[\s,，、]*[A-JＡ-Ｊ])*|[√×])\s*[)）]")
_TRUE, _FALSE = {"对", "正确", "√", "是", "T", "TRUE"}, {"错", "错误", "×", "否", "F", "FALSE", "X"}
_KINDS = (
    ("判断", "true_false"),
    ("多项", "multiple"),
    ("多选", "multiple"),
    ("不定项", "multiple"),
    ("单项", "single"),
    ("单选", "single"),
)


@dataclass(slots=True)
class _Block:
    place: int
    number: int
    kind: str
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    key: str = ""
    why: list[str] = field(default_factory=list)
    chapter: str = ""
    part: str = "stem"


def read_plain(text: str) -> Reading:
    """Items of ``text`` (already cleaned by ``reading.decode`` or ``clean``)."""
    blocks, tail = _blocks(text)
    listed = _answers(tail)
    reading = Reading()
    for block in blocks:
        _finish(block, listed, reading)
    return reading


def _blocks(text: str) -> tuple[list[_Block], str]:
    blocks: list[_Block] = []
    kind = ""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if blocks and _ANSWER_LIST.match(line) and _is_list(lines[index + 1 :]):
            return blocks, "\n".join(lines[index + 1 :])
        heading = _HEADING.match(line)
        if heading and (named := _kind_of(heading[1])):
            kind = named
            continue
        numbered = _NUMBER.match(line)
        if numbered and _starts_item(numbered, blocks, lines[index + 1 :]):
            blocks.append(_Block(place=index + 1, number=int(narrow(numbered[1])), kind=kind))
            _into(blocks[-1], numbered[2])
        elif blocks:
            _into(blocks[-1], line)
    return blocks, ""


def _starts_item(numbered: re.Match[str], blocks: list[_Block], following: list[str]) -> bool:
    """Whether a numbered line begins an item, or merely counts points of an explanation or a stem (1 2 3 within item 7)."""
    if not blocks:
        return True
    last = blocks[-1]
    if last.part == "stem" and not last.options:
        return int(narrow(numbered[1])) == last.number + 1
    return last.part != "why" or _has_answer_of_its_own(numbered[2], following)


def _has_answer_of_its_own(rest: str, following: list[str]) -> bool:
    """After a real stem come options or a key before the next number; after a point of an explanation they do not."""
    if _OPTION.search(rest) or _IN_STEM.search(rest):
        return True
    for line in following:
        if _OPTION.match(line.lstrip()) or _KEY.match(line):
            return True
        if _NUMBER.match(line) or _HEADING.match(line):
            return False
    return False


def _into(block: _Block, line: str) -> None:
    if match := _KEY.match(line):
        rest = match[1]
        why = _WHY_BESIDE.search(rest)
        block.key = (rest[: why.start()] if why else rest).strip()
        block.part = "key"
        if why:
            block.part, block.why = "why", [rest[why.end() :].strip()]
    elif match := _WHY.match(line):
        block.part = "why"
        block.why.append(match[1].strip())
    elif match := _CHAPTER.match(line):
        block.chapter = match[1].strip()
    elif block.part == "why":
        block.why.append(line.strip())
    elif block.part != "key" and (found := _options(line, block)):
        block.options += found
        block.part = "options"
    elif block.part == "options" and block.options:
        letter, words = block.options[-1]
        block.options[-1] = (letter, f"{words}{line.strip()}")
    else:
        block.stem.append(line.strip())


def _options(line: str, block: _Block) -> list[tuple[str, str]]:
    """Options standing on this line, provided they go on from those before: A first, then one letter after another."""
    marks = []
    expected = len(block.options)
    for mark in _OPTION.finditer(line):
        if expected < len(LETTERS) and narrow(mark[1]) == LETTERS[expected]:
            marks.append(mark)
            expected += 1
    if not marks:
        return []
    before = line[: marks[0].start()].strip()
    if before:
        block.stem.append(before)
    ends = [m.start() for m in marks[1:]] + [len(line)]
    return [(narrow(m[1]), line[m.end() : end].strip()) for m, end in zip(marks, ends, strict=True)]


def _finish(block: _Block, listed: dict[int, list[str]], reading: Reading) -> None:
    stem = "\n".join(part for part in block.stem if part)
    key = block.key
    if not key and listed.get(block.number):
        key = listed[block.number].pop(0)
    if not key:
        inside = list(_IN_STEM.finditer(stem))
        if inside:
            mark = inside[-1]
            key = mark[1]
            stem = f"{stem[: mark.start()]}（　　）{stem[mark.end() :]}"
    options = tuple(words for _letter, words in block.options)
    plain = narrow(key).strip().rstrip("。.;；").upper()
    if not options and (plain in _TRUE or plain in _FALSE):
        options, keys, kind = ("正确", "错误"), frozenset("A" if plain in _TRUE else "B"), "true_false"
    else:
        letters = re.sub(r"[\s,，、;；和]+", "", plain)
        if letters and not re.fullmatch(r"[A-Z]+", letters):
            reading.refuse(block.place, _("看不懂答案“%(key)s”。") % {"key": key[:20]}, stem)
            return
        if len(set(letters)) < len(letters):
            reading.refuse(block.place, _("答案里有重复的字母。"), stem)
            return
        keys = frozenset(letters)
        kind = block.kind if block.kind in {"single", "multiple"} else ("multiple" if len(keys) > 1 else "single")
    reading.take(
        FoundItem(
            place=block.place,
            kind=kind,
            stem=stem,
            options=options,
            keys=keys,
            explanation="\n".join(part for part in block.why if part),
            chapter=block.chapter,
        )
    )


def _kind_of(heading: str) -> str:
    return next((kind for word, kind in _KINDS if word in heading), "")


def _is_list(lines: list[str]) -> bool:
    return bool(_answers("\n".join(lines[:40])))


def _answers(tail: str) -> dict[int, list[str]]:
    """``{number: [keys…]}`` of a list at the end; a number asked in two parts of the paper holds both, in order."""
    found: dict[int, list[str]] = {}
    text = narrow(tail)
    for run in _LIST_RUN.finditer(text):
        first, last = int(run[1]), int(run[2])
        groups = re.findall(r"[A-J]+", run[3])
        keys = list(groups[0]) if len(groups) == 1 and last - first + 1 == len(groups[0]) else groups
        if len(keys) == last - first + 1:
            for number, key in zip(range(first, last + 1), keys, strict=True):
                found.setdefault(number, []).append(key)
    for one in _LIST_ONE.finditer(_LIST_RUN.sub(" ", text)):
        found.setdefault(int(one[1]), []).append(one[2])
    return found
