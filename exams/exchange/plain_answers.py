"""The list of answers after all items: ``1-5 ABCDA``, ``6.A 7.BC``, ``8.【答案】D【解析】…``, with or without headings of parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from exams.exchange.plain_words import WHY, WHY_BESIDE, heading_of, kind_of
from exams.exchange.reading import Reading, narrow

if TYPE_CHECKING:
    from exams.exchange.plain import Block, Lines

_HEAD = re.compile(r"^\s*[【\[]?\s*(?:参考|标准|正确)?答案(?:与解析|及解析|和解析|部分|汇总|表)?\s*[】\]]?\s*[:：]?\s*")
_RUN = re.compile(r"(\d{1,4})\s*[-—–~～至]\s*(\d{1,4})\s*[题.、:：]?\s*([A-J]+(?:[\s,，、;；]+[A-J]+)*)(?![A-Za-z])")
_TRUTHS = re.compile(r"(\d{1,4})\s*[-—–~～至]\s*(\d{1,4})\s*[题.、:：]?\s*([√×]+(?:[\s,，、;；]*[√×]+)*|[对错]+)(?![\w])")
_NUMBERS = re.compile(r"^\s*题\s*号\s*[:：|]?((?:[\s|]*\d{1,4})+)[\s|]*$")  # the head of a table of answers, as text
_KEYS = re.compile(r"^\s*答\s*案\s*[:：|]?((?:[\s|]+(?:[A-J]{1,10}|[√×]|正确|错误|对|错))+)[\s|]*$")
_ONE = re.compile(r"(\d{1,4})\s*[题.、:：)）]?\s*([A-J]{1,10}|[√×]|正确|错误|对|错)(?![A-Za-z\w])")
_FULL = re.compile(
    r"^\s*(?:第\s*)?[（(]?(\d{1,4})\s*(?:[.、:：)）]|题[.、:：]?)?\s*[【\[]?\s*(?:正确|参考)?答案\s*[】\]]?\s*[:：]?\s*([A-J]{1,10}|[√×]|正确|错误|对|错)(?![A-Za-z])(.*)$"
)
_BESIDE = re.compile(
    r"^\s*[（(]?(\d{1,4})\s*[.、:：)）]\s*([A-J]{1,10}|[√×]|正确|错误|对|错)[。.\s]*(?=[【\[]?\s*(?:解析|分析))(.*)$"
)
_ONLY = re.compile(r"^[\s,，、;；.。:：|]*$")


@dataclass(slots=True)
class Answer:
    place: int
    number: int
    kind: str
    key: str
    why: list[str] = field(default_factory=list)
    used: bool = False


def begins(lines: Lines, index: int) -> bool:
    """Whether a list of answers begins here: under its heading, or as lines that hold nothing else."""
    line = narrow(lines[index][1])
    if _NUMBERS.match(line):
        return any(_KEYS.match(narrow(other)) for _place, other in lines[index + 1 : index + 3])
    head = _HEAD.match(line)
    rest = line[head.end() :] if head else line
    if head and not rest.strip():
        following = [other for _place, other in lines[index + 1 : index + 8] if other.strip()]
        named = [other for other in following if not kind_of(other)]
        return bool(named) and _is_list(narrow(named[0]))
    runs = _RUN.search(rest) or _TRUTHS.search(rest)
    return _is_list(rest) and (bool(head) or runs is not None or len(_ONE.findall(rest)) > 1)


def _is_list(text: str) -> bool:
    if _FULL.match(text) or _BESIDE.match(text):
        return True
    left = _ONE.sub(" ", _TRUTHS.sub(" ", _RUN.sub(" ", text)))
    return left != text and bool(_ONLY.match(left))


def read_list(tail: Lines, reading: Reading) -> list[Answer]:
    """Every answer with its number, its part and its explanation; lines that are neither are reported as skipped."""
    found: list[Answer] = []
    kind = ""
    numbers: list[int] = []
    for place, raw in tail:
        line = narrow(raw)
        if not line.strip():
            continue
        if table := _NUMBERS.match(line):
            numbers = [int(number) for number in re.findall(r"\d+", table[1])]
            continue
        if numbers and (row := _KEYS.match(line)):
            found += _columns(numbers, row[1], place, kind, reading)
            numbers = []
            continue
        heading = heading_of(raw)
        if heading is not None and kind_of(heading) and not _FULL.match(line):
            kind = kind_of(heading)
            line = re.sub(r"^[^\d]*", "", line)
            if not _is_list(line):
                continue
        if head := _HEAD.match(line):
            line = line[head.end() :]
        if full := (_FULL.match(line) or _BESIDE.match(line)):
            found.append(Answer(place, int(full[1]), kind, full[2]))
            if beside := WHY_BESIDE.search(full[3]):
                found[-1].why.append(raw[len(raw) - len(full[3]) + beside.end() :].strip())
        elif line.strip() and _is_list(line):
            found += _tokens(line, place, kind, reading)
        elif (why := WHY.match(raw)) and found:
            found[-1].why.append(why[1].strip())
        elif found and found[-1].why:
            found[-1].why.append(raw.strip())
        elif line.strip():
            reading.skipped.append((place, raw.strip()[:80]))
    return found


def _tokens(line: str, place: int, kind: str, reading: Reading) -> list[Answer]:
    found = []
    for run in _RUN.finditer(line):
        first, last = int(run[1]), int(run[2])
        groups = re.findall(r"[A-J]+", run[3])
        keys = list(groups[0]) if len(groups) == 1 and last - first + 1 == len(groups[0]) else groups
        if len(keys) != last - first + 1:
            joined = "".join(groups)
            keys = list(joined) if len(joined) == last - first + 1 and kind in {"", "single"} else []
        if not keys:
            reading.skipped.append((place, _("答案表“%(run)s”的个数与题号对不上。") % {"run": run[0].strip()[:40]}))
        found += [Answer(place, number, kind, key) for number, key in zip(range(first, last + 1), keys, strict=False)]
    for run in _TRUTHS.finditer(line):
        numbers, marks = list(range(int(run[1]), int(run[2]) + 1)), re.findall(r"[√×对错]", run[3])
        found += _columns(numbers, " ".join(marks), place, kind, reading)
    rest = _TRUTHS.sub(" ", _RUN.sub(" ", line))
    return found + [Answer(place, int(one[1]), kind, one[2]) for one in _ONE.finditer(rest)]


def _columns(numbers: Sequence[int], row: str, place: int, kind: str, reading: Reading) -> list[Answer]:
    """A row of keys below its row of numbers; none is handed out where they are not as many."""
    keys = [key for key in re.split(r"[\s|]+", row) if key]
    if len(keys) != len(numbers):
        reading.skipped.append((place, _("答案表“%(run)s”的个数与题号对不上。") % {"run": row.strip()[:40]}))
        return []
    return [Answer(place, number, kind, key) for number, key in zip(numbers, keys, strict=True)]


def give(answers: Sequence[Answer], blocks: list[Block], reading: Reading) -> None:
    """Hand each answer to its item; where a number stands for several items that the list does not tell apart, to none."""
    by_number: dict[int, list[Answer]] = {}
    for answer in answers:
        by_number.setdefault(answer.number, []).append(answer)
    for number, mine in by_number.items():
        asked = [block for block in blocks if block.number == number and block.kind not in {"case", "essay"}]
        kinds = {answer.kind for answer in mine}
        pairs: list[tuple[Block, Answer]] = []
        if len(asked) > 1 and "" not in kinds and len(kinds) == len(mine):
            by_kind = {answer.kind: answer for answer in mine}
            same = [block for block in asked if block.kind in by_kind]
            if len({block.kind for block in same}) == len(same):
                pairs = [(block, by_kind[block.kind]) for block in same]
        elif len(asked) == len(mine):
            pairs = list(zip(asked, mine, strict=True))
        for block, answer in pairs:
            answer.used = True
            _hand(block, answer)
    for answer in answers:
        if not answer.used:
            reading.skipped.append((answer.place, _("答案表里第 %(n)d 题的答案没有唯一对应的题。") % {"n": answer.number}))


def _hand(block: Block, answer: Answer) -> None:
    if block.has_key and narrow(block.key).strip() != answer.key:
        block.key = f"{block.key}≠{answer.key}"  # two answers that differ are no answer: refused with both
    elif not block.has_key:
        block.key, block.has_key = answer.key, True
    block.why = block.why or answer.why
