"""Aiken: a question on one line, options "A. …" or "A) …", then ``ANSWER: A``. Single choice and nothing else, read and written."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from exams.exchange.reading import LETTERS, FoundItem, Reading, decode, narrow, tidy

KINDS = frozenset({"single"})
_OPTION = re.compile(r"^\s*([A-Za-zＡ-Ｚ])\s*[.)．）]\s*(.*)$")
_ANSWER = re.compile(r"^\s*ANSWER\s*[:：]\s*(.*?)\s*$", re.I)


def read_aiken(raw: bytes) -> Reading:
    """What stands before an answer line is one question; words after the last answer line are refused as unfinished."""
    reading = Reading()
    stem: list[tuple[int, str]] = []
    options: list[tuple[int, str, str]] = []
    for number, line in enumerate(decode(raw).split("\n"), start=1):
        if not line.strip():
            continue
        if answer := _ANSWER.match(line):
            _finish(stem, options, answer[1], number, reading)
            stem, options = [], []
        elif stem and (option := _OPTION.match(line)) and narrow(option[1]).upper() == LETTERS[len(options) % len(LETTERS)]:
            options.append((number, narrow(option[1]).upper(), option[2]))
        elif options:
            reading.refuse(stem[0][0], _("下一题开始之前没有 ANSWER 行。"), stem[0][1])
            stem, options = [(number, line)], []
        else:
            stem.append((number, line))
    if stem or options:
        first = stem[0] if stem else (options[0][0], options[0][2])
        reading.refuse(first[0], _("没有 ANSWER 行。"), first[1])
    return reading


def _finish(stem: list[tuple[int, str]], options: list[tuple[int, str, str]], answer: str, number: int, reading: Reading) -> None:
    place = stem[0][0] if stem else number
    words = tidy("\n".join(line.strip() for _number, line in stem))
    key = narrow(answer).upper().strip().rstrip(".")
    if not re.fullmatch(r"[A-Z]", key):
        reading.refuse(place, _("看不懂答案“%(key)s”：Aiken 格式每题只有一个字母。") % {"key": answer[:20]}, words)
        return
    reading.take(
        FoundItem(
            place=place,
            kind="single",
            stem=words,
            options=tuple(tidy(text) for _number, _letter, text in options),
            keys=frozenset(key),
        )
    )


def write_aiken(items: list[FoundItem]) -> bytes:
    blocks = []
    for item in items:
        options = [f"{letter}. {text}" for letter, text in zip(LETTERS, item.options, strict=False)]
        blocks.append("\n".join([item.stem, *options, f"ANSWER: {''.join(sorted(item.keys))}"]))
    return ("\n\n".join(blocks) + "\n").encode()
