"""What becomes of references when the rows of one block are repeated: pure, in the words of A1 references.

Rows below the block move down; a range that takes in the block's last row grows with it, so that totals stay right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.formula.tokenizer import Token, Tokenizer

_CELL = r"(\$?[A-Za-z]{1,3})(\$?)(\d{1,7})"
_ONE = re.compile(rf"^{_CELL}$")
_RANGE = re.compile(rf"^{_CELL}:{_CELL}$")
_ROWS = re.compile(r"^(\$?)(\d{1,7}):(\$?)(\d{1,7})$")


class Unclear(Exception):
    """A reference to a single row of the block from outside it: to which of the copies?"""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows ``first`` to ``last`` of a sheet, standing ``copies`` times one below the other."""

    sheet: str
    first: int
    last: int
    copies: int = 1

    @property
    def height(self) -> int:
        return self.last - self.first + 1

    @property
    def added(self) -> int:
        return (self.copies - 1) * self.height

    def holds(self, row: int) -> bool:
        return self.first <= row <= self.last

    def row(self, row: int) -> int:
        """Where a row stands afterwards; a row of the block in its first copy."""
        return row if row <= self.last else row + self.added

    def rows(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of rows stands afterwards."""
        grown = end + self.added if end >= self.last else end
        return self.row(start), grown


def formula(text: str, own: str, block: Block, *, inside: int | None = None) -> str:
    """A formula (without its ``=``) that stands on the sheet ``own``, after the repetition.

    ``inside``: it stands in that copy of the block (0 the first). There a relative reference to the block means its own copy,
    and an absolute range (``C$5:C$5``) the whole block; from outside a range means the whole block and a cell is ``Unclear``.
    """
    tokens = Tokenizer("=" + text).items
    made = []
    for token in tokens:
        value = token.value
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            sheet, mark, body = value.rpartition("!")
            named = sheet.strip("'").replace("''", "'") if mark else own
            if named == block.sheet:
                value = sheet + mark + reference(body, block, inside if named == own else None)
        made.append(value)
    return "".join(made)


def reference(body: str, block: Block, inside: int | None) -> str:
    one = _ONE.match(body)
    if one:
        column, fixed, row = one[1], one[2], int(one[3])
        if block.holds(row):
            if inside is None or fixed:
                raise Unclear(body)
            return f"{column}{row + inside * block.height}"
        return f"{column}{fixed}{block.row(row)}"
    found = _RANGE.match(body)
    if found:
        start, end = int(found[3]), int(found[6])
        if inside is not None and block.holds(start) and block.holds(end) and not (found[2] and found[5]):
            moved = inside * block.height
            return f"{found[1]}{found[2]}{start + moved}:{found[4]}{found[5]}{end + moved}"
        if start > end:
            start, end = end, start
        if block.holds(start) and block.holds(end) and (start, end) != (block.first, block.last):
            raise Unclear(body)
        low, high = block.rows(start, end)
        return f"{found[1]}{found[2]}{low}:{found[4]}{found[5]}{high}"
    rows = _ROWS.match(body)
    if rows:
        low, high = block.rows(int(rows[2]), int(rows[4]))
        return f"{rows[1]}{low}:{rows[3]}{high}"
    return body


def areas(text: str, block: Block) -> str:
    """A list of areas of the block's own sheet (``A1 B2:C3``), as formats and merged cells name them."""

    def moved(area: str) -> str:
        corners = [_ONE.match(corner) for corner in area.split(":")]
        rows = [int(corner[3]) for corner in corners if corner]
        if len(rows) != len(corners) or not rows:
            return area
        if block.holds(min(rows)) and block.holds(max(rows)) and (min(rows), max(rows)) != (block.first, block.last):
            return " ".join(reference(area, block, copy) for copy in range(block.copies))  # a part of the block, in each copy
        low, high = block.rows(min(rows), max(rows))
        first, last = corners[0], corners[-1]
        assert first is not None and last is not None
        return f"{first[1]}{low}" if len(rows) == 1 and low == high else f"{first[1]}{low}:{last[1]}{high}"

    return " ".join(moved(area) for area in text.split())


__all__ = ["Block", "Unclear", "areas", "formula", "reference"]
