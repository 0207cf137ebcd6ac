"""Plain text in the usual Chinese layouts: numbered stems, lettered options, 答案 and 解析, or a list of answers at the end.

::

    一、单项选择题
    1. 题干（　　）
    A. …   B. …
    C. …
    D. …
    答案：C  解析：…

Also: the key in the stem's brackets, 【答案】, full-width letters and digits, options on one line or each on its own, items
without numbers, and ``参考答案 1-5 ABCDA 6.ACD`` after all items. Here lines become blocks; ``plain_items`` makes items of
them, ``plain_answers`` reads the list at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exams.exchange import essays, plain_answers
from exams.exchange.plain_words import (
    ASIDE,
    CHAPTER,
    FALSE,
    HEADING,
    IN_STEM,
    KEY,
    KEY_BESIDE,
    KIND_MARK,
    OPTION,
    TRUE,
    WHY,
    WHY_BESIDE,
    heading_of,
    kind_of,
)
from exams.exchange.reading import LETTERS, MOST_ITEMS, Reading, Unreadable, narrow

_NUMBER = re.compile(r"^\s*(?:第\s*)?([（(]?)([\d０-９]{1,4})\s*(?:[.．](?![\d０-９])|[、)）:：]|题[.、．:：]?)\s*(.*)$")
_GLUED = re.compile(r"(?<![A-Za-z0-9Ａ-Ｚ])([B-JＢ-Ｊ])\s*[.、．]\s*(?![A-JＡ-Ｊ、)）])")
_LONGEST_LINE = 20_000
_LOOK = 40  # lines that belong to one item, for looking ahead
Lines = Sequence[tuple[int, str]]


@dataclass(slots=True)
class Block:
    place: int
    number: int  # 0: the item has none
    kind: str
    bracketed: bool = False
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    key: str = ""
    has_key: bool = False
    why: list[str] = field(default_factory=list)
    marking: list[str] = field(default_factory=list)
    chapter: str = ""
    part: str = "stem"
    bracketed_line: str = ""  # a stem line whose （A） may be the first option or the key
    point: int = 0  # last of the points counted within the stem
    parts: list[Block] = field(default_factory=list)


def read_plain(text: str) -> Reading:
    """Items of ``text`` (already cleaned by ``reading.decode`` or ``clean``)."""
    return read_lines(list(enumerate(text.split("\n"), start=1)))


def read_lines(lines: Lines, unit: str = "line") -> Reading:
    """Items of numbered lines; a paragraph of a document may give several lines of one number."""
    from exams.exchange import plain_items

    reading = Reading(unit=unit)
    blocks, tail = _blocks(lines, reading)
    listed = plain_answers.read_list(tail, reading)
    plain_answers.give(listed, blocks, reading)
    for block in blocks:
        plain_items.finish(block, reading)
    reading.refused.sort(key=lambda refusal: refusal.place)
    return reading


def _blocks(lines: Lines, reading: Reading) -> tuple[list[Block], Lines]:
    blocks: list[Block] = []
    kind = ""
    blank = True
    for index, (place, line) in enumerate(lines):
        if not line.strip():
            blank = True
            continue
        if len(line) > _LONGEST_LINE:
            reading.refuse(place, _("这一行过长（超过 %(most)d 字），没有读取。") % {"most": _LONGEST_LINE}, line[:80])
            continue
        if len(blocks) > MOST_ITEMS:
            raise Unreadable(_("一个文件最多 %(most)d 道题，请拆分后再导入。") % {"most": MOST_ITEMS})
        if blocks and plain_answers.begins(lines, index):
            return blocks, lines[index:]
        heading = heading_of(line)
        if heading is not None and (named := _named(heading)) and not _is_item(heading, lines, index):
            kind = named
        elif (numbered := _NUMBER.match(line)) and _starts_item(numbered, blocks, lines, index, kind):
            _open(blocks, Block(place, int(narrow(numbered[2])), kind, bracketed=bool(numbered[1])), numbered[3])
        elif _starts_unnumbered(line, blocks, blank, lines, index):
            _open(blocks, Block(place, 0, kind), line)
        elif blocks:
            last = blocks[-1].parts[-1] if blocks[-1].parts else blocks[-1]
            if numbered and last.part == "stem":
                last.point = int(narrow(numbered[2]))
            if last.part in {"key", "why"} and ASIDE.match(line):
                reading.skipped.append((place, line.strip()[:80]))
                continue
            _into(last, line)
        else:
            reading.skipped.append((place, line.strip()[:80]))
        blank = False
    return blocks, []


def _open(blocks: list[Block], block: Block, rest: str) -> None:
    """A new item; within a case a bracketed number is one of its questions."""
    if mark := KIND_MARK.match(rest):
        block.kind, rest = kind_of(mark[1]), rest[mark.end() :]
    if blocks and blocks[-1].kind == "case" and block.bracketed:
        block.kind = "" if block.kind == "case" else block.kind
        blocks[-1].parts.append(block)
    else:
        blocks.append(block)
    if rest.strip():
        _into(block, rest)


def _named(heading: str) -> str:
    """The kind a heading names; ``?`` and its words for a kind that is none of ours (名词解释题)."""
    known = kind_of(heading)
    if known or len(heading) > 20 or not re.match(r"^[^，。,（(]{1,10}题", heading):
        return known
    return f"?{heading}"


def _is_item(rest: str, lines: Lines, index: int) -> bool:
    """Whether a line like 一、… is an item with options of its own rather than the heading of a part."""
    following = next((line for _place, line in lines[index + 1 : index + _LOOK] if line.strip()), "")
    return bool(OPTION.match(following.lstrip())) and len(rest) > 12


def _starts_item(numbered: re.Match[str], blocks: list[Block], lines: Lines, index: int, kind: str) -> bool:
    """Whether a numbered line begins an item, or merely counts points of an explanation or a stem (1 2 3 within item 7)."""
    if not blocks:
        return True
    number = int(narrow(numbered[2]))
    last = blocks[-1]
    if last.kind == "case" and numbered[1]:
        return number == len(last.parts) + 1
    if last.parts:
        last = last.parts[-1]
    if last.part == "stem" and not last.options:
        if last.point and number == last.point + 1:
            return False
        if number == blocks[-1].number + 1 or blocks[-1].parts:
            return True
        done = any(IN_STEM.search(line) for line in last.stem)
        return (done or kind != last.kind) and _has_answer_of_its_own(numbered[3], lines, index)
    if last.part == "marking":
        return not essays.is_point(numbered[0]) and number == blocks[-1].number + 1
    if last.part == "why" and number == blocks[-1].number + 1 and (kind != blocks[-1].kind or _has_questions(kind, lines, index)):
        return True
    return last.part != "why" or _has_answer_of_its_own(numbered[3], lines, index)


def _has_questions(kind: str, lines: Lines, index: int) -> bool:
    """Within a part of cases: whether a bracketed 1 comes before the next number, so that this is the next case."""
    for _place, line in lines[index + 1 : index + _LOOK] if kind == "case" else ():
        if found := _NUMBER.match(line):
            return bool(found[1]) and int(narrow(found[2])) == 1
    return False


def _has_answer_of_its_own(rest: str, lines: Lines, index: int) -> bool:
    """After a real stem come options or a key before the next number; after a point of an explanation they do not."""
    if OPTION.search(rest) or IN_STEM.search(rest):
        return True
    for _place, line in lines[index + 1 : index + _LOOK]:
        if OPTION.match(line.lstrip()) or KEY.match(line) or essays.is_head(line):
            return True
        if _NUMBER.match(line) or HEADING.match(line):
            return False
    return False


def _starts_unnumbered(line: str, blocks: list[Block], blank: bool, lines: Lines, index: int) -> bool:
    """An item without a number: after a blank line, above an option A with no blank line between."""
    if blocks and (not blank or blocks[-1].part not in {"key", "why"} or blocks[-1].number or blocks[-1].parts):
        return False
    if any(pattern.match(line) for pattern in (KEY, WHY, CHAPTER)) or OPTION.match(line.lstrip()):
        return False
    for _place, other in lines[index + 1 : index + 12]:
        mark = OPTION.match(other.lstrip())
        if mark:
            return narrow(mark[1]) == "A"
        if not other.strip() or _NUMBER.match(other) or KEY.match(other):
            return False
    return False


def _into(block: Block, line: str) -> None:
    if essays.is_head(line):
        block.part = "marking"
    elif match := KEY.match(line):
        _key(block, match[1])
    elif match := WHY.match(line):
        block.part = "why"
        block.why.append(match[1].strip())
    elif match := CHAPTER.match(line):
        block.chapter = match[1].strip()
    elif block.part == "why":
        block.why.append(line.strip())
    elif block.part == "marking":
        block.marking.append(line.strip())
    elif block.part != "key" and (beside := _key_beside(line, block)) is not None:
        _into(block, line[: beside.start()].rstrip())
        _into(block, line[beside.start() :])
    elif block.part != "key" and (found := _options(_reread(line, block), block)):
        block.options += found
        block.part = "options"
    elif block.part == "options" and block.options:
        letter, words = block.options[-1]
        block.options[-1] = (letter, "\n".join(part for part in (words, line.strip()) if part))
    elif block.part == "key":
        block.key = "\n".join(part for part in (block.key, line.strip()) if part)
    else:
        block.stem.append(line.strip())


def _glued(line: str, first: re.Match[str]) -> list[re.Match[str]]:
    """``A.甲B.乙C.丙D.丁``: no blank between, but the letters go on to C at least, each once and in order."""
    marks = [first, *_GLUED.finditer(line, first.end())]
    letters = "".join(narrow(mark[1]) for mark in marks)
    return marks if len(letters) > 2 and letters == LETTERS[: len(letters)] else []


def _key_beside(line: str, block: Block) -> re.Match[str] | None:
    """An answer that stands on the line of an option: ``C. 丙 D. 丁 答案：C``. Not one that an option or a stem speaks of."""
    found = KEY_BESIDE.search(line)
    if found is None:
        return None
    said = narrow(line[found.end() :]).strip(" 。.;；").upper()
    truth = not block.options and (said in TRUE or said in FALSE)  # 1. …。 答案：√
    return found if truth or block.options or OPTION.search(line[: found.start()]) else None


def _reread(line: str, block: Block) -> str:
    """Where option A comes again on a line of its own, the （A） before it was the key within the stem."""
    first = OPTION.match(line.lstrip())
    if block.bracketed_line and first and narrow(first[1]) == "A":
        block.stem, block.options, block.part = [block.bracketed_line], [], "stem"
    block.bracketed_line = ""
    return line


def _key(block: Block, rest: str) -> None:
    why = WHY_BESIDE.search(rest)
    key = (rest[: why.start()] if why else rest).strip()
    twice = block.has_key and block.key and key and block.key != key
    block.key = f"{block.key}≠{key}" if twice else key or block.key  # two answers that differ are none
    block.part, block.has_key = "key", True
    if why:
        block.part, block.why = "why", [rest[why.end() :].strip()]


def _options(line: str, block: Block) -> list[tuple[str, str]]:
    """Options standing on this line, provided they go on from those before: A first, then one letter after another."""
    marks = []
    expected = len(block.options)
    keys = [key.span() for key in IN_STEM.finditer(line) if len(re.findall(r"[A-JＡ-Ｊ]", key[1])) > 1]
    for mark in OPTION.finditer(line):
        inside = any(start <= mark.start() < end for start, end in keys)
        if not inside and expected < len(LETTERS) and narrow(mark[1]) == LETTERS[expected]:
            marks.append(mark)
            expected += 1
    if not marks:
        return []
    before = line[: marks[0].start()].strip()
    if before and not block.options and not block.stem and len(marks) == 1 and marks[0][0][0] in "（(":
        block.bracketed_line = line.strip()
    if before and block.options:
        letter, words = block.options[-1]
        block.options[-1] = (letter, "\n".join(part for part in (words, before) if part))
    elif before:
        block.stem.append(before)
    if len(marks) == 1 and expected == 1 and not before and (glued := _glued(line, marks[0])):
        marks = glued
    ends = [m.start() for m in marks[1:]] + [len(line)]
    return [(narrow(m[1]), line[m.end() : end].strip()) for m, end in zip(marks, ends, strict=True)]
