"""Marking points (采分点) as lines of text, for the formats that have no place of their own for them.

``采分点：`` and below it a line a point, its worth in brackets at the end: ``说明接案的步骤（5分）``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from exams.exchange.reading import narrow

HEAD = "采分点："
_HEAD = re.compile(r"^\s*[【\[]?\s*(?:采分点|评分要点|评分标准|答案要点|得分点)\s*[】\]]?\s*[:：]?\s*$")
_POINT = re.compile(
    r"^(?:\d{1,2}\s*[.、．]\s*|[（(]\d{1,2}[）)]\s*|·\s*)?(.*?)\s*[（(【\[]\s*(\d{1,4}(?:[.．]\d{1,2})?)\s*分\s*[)）】\]][。；;.]?$"
)


class Unmarked(ValueError):
    """A marking point without its worth; the message is a sentence for the user."""


def is_head(line: str) -> bool:
    return bool(_HEAD.match(line))


def is_point(line: str) -> bool:
    """A line that could be a marking point: it ends with what it is worth."""
    return bool(_POINT.match(line.strip()))


def read_points(lines: list[str]) -> tuple[tuple[str, int], ...]:
    """Marking points, one a line. Raises ``Unmarked`` for a line that does not say what it is worth."""
    points = []
    for line in lines:
        if not line.strip():
            continue
        found = _POINT.match(line.strip())
        if not found or not found[1].strip():
            raise Unmarked(_("采分点“%(text)s”没有写明分值，例如（5分）。") % {"text": line.strip()[:20]})
        points.append((found[1].strip(), hundredths(found[2])))
    return tuple(points)


def split(text: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """What stands before ``采分点：``, and the points below it."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if is_head(line):
            return "\n".join(lines[:index]).strip(), read_points(lines[index + 1 :])
    return text, ()


def write_points(points: tuple[tuple[str, int], ...]) -> list[str]:
    return [f"{text}（{plain(worth)}分）" for text, worth in points]


def join(text: str, points: tuple[tuple[str, int], ...]) -> str:
    return "\n".join(part for part in (text, HEAD, *write_points(points)) if part) if points else text


def hundredths(text: str) -> int:
    return int(Decimal(narrow(text)) * 100)


def plain(worth: int) -> str:
    """1250 → 12.5, 500 → 5."""
    return f"{Decimal(worth) / 100:f}".rstrip("0").rstrip(".") if worth % 100 else str(worth // 100)
