"""Which column is what: header words as counties write them, in one to three rows, below any title rows.

The words stand in ``aliases.json``; what a division confirmed once (``RosterWording``) comes before them. A word that is
only like a known one is a suggestion and never taken.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.roster.cells import plain_text
from lms.people.vocabularies import simplified

_DATA = json.loads(Path(__file__).with_name("aliases.json").read_text("utf-8"))
# field → words in use (DOMAIN §4), without spaces and punctuation
WORDS: dict[str, tuple[str, ...]] = {code: tuple(row["words"]) for code, row in _DATA["fields"].items()}
LABELS: dict[str, str | Promise] = {
    "index": _("序号"),
    "name": _("姓名"),
    "sex": _("性别"),
    "ethnic_group": _("民族"),
    "birth_date": _("出生日期"),
    "document_kind": _("证件类型"),
    "document": _("身份证号（证件号码）"),
    "education": _("学历"),
    "major": _("专业"),
    "organisation": _("工作单位"),
    "position_title": _("职务"),
    "phone": _("联系电话"),
    "political_status": _("政治面貌"),
    "county": _("县（市、区）"),
    "township": _("乡镇（街道）"),
    "category": _("对象类别"),
    "licence": _("社工证（不导入，供对照）"),
    "remark": _("备注（不导入）"),
    "result": _("核对结果（本系统所加）"),
    "reason": _("核对原因（本系统所加）"),
}
FILLED_DOWN: frozenset[str] = frozenset(_DATA["filled_down"])
NOT_PEOPLE: tuple[str, ...] = tuple(_DATA["not_people"])
OURS = ("result", "reason")
IGNORED = "ignored"
_FIELD_OF = {word: field for field, words in WORDS.items() for word in words}
_OPTIONAL = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_PUNCTUATION = re.compile(r"[\s\W_]+")
# 合计：, 合计2人, 审核人：王五; 甲单位小计, 共12人; and what no name holds
_NOTE = re.compile(rf"(?:{'|'.join(sorted(NOT_PEOPLE, key=len, reverse=True))})(?:$|[:、.(\d])")
_TOTAL = re.compile(r"(?:小计|合计|总计|共计)$|^(?:以上)?共\d+人")
_NUMBER = re.compile(r"\W*[\dA-Za-z][\W\d]{5}")
_SENTENCE = re.compile(r":|^\(")
SEARCHED_ROWS = 20
DEEPEST = 3
ALIKE = 0.6

Merged = Sequence[tuple[int, int, int, int]]  # first row, first column, last row, last column; 0-based, inclusive


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place (0-based), the letter Excel shows, the words found, the field it feeds (or none), a guess."""

    place: int
    letter: str
    words: str
    field: str
    guess: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header begins and the data begins (0-based rows), what the columns are, and which stay unknown."""

    first: int
    columns: tuple[Column, ...]
    others: tuple[Column, ...] = ()
    top: int = 0

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(column.words for column in self.others)

    @property
    def suffices(self) -> bool:
        fields = {column.field for column in self.columns}
        return "name" in fields and bool({"document", "phone"} & fields)

    @property
    def width(self) -> int:
        return max((column.place + 1 for column in (*self.columns, *self.others)), default=0)

    def column(self, field: str) -> Column | None:
        return next((c for c in self.columns if c.field == field), None)

    def everything(self) -> list[Column]:
        return sorted((*self.columns, *self.others), key=lambda c: c.place)

    def assigned(self, fields: Mapping[str, str]) -> Header:
        """The same header with the meanings a human gave, by letter; the first of two columns of one meaning counts."""
        named: dict[str, Column] = {}
        others = []
        for column in self.everything():
            field = fields.get(column.letter, "")
            if field in WORDS and field not in named:
                named[field] = replace(column, field=field, guess="")
            else:
                others.append(replace(column, field="", guess=""))
        return replace(self, columns=tuple(named.values()), others=tuple(others))


def letter_of(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_of(letters: str) -> int:
    """``AB`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def plain_words(words: str) -> tuple[str, str]:
    """Header words as they are compared: width, case, blanks, marks and traditional characters gone; and the same without what
    stands in brackets."""
    text = simplified(unicodedata.normalize("NFKC", words).casefold())
    return _PUNCTUATION.sub("", text), _PUNCTUATION.sub("", _OPTIONAL.sub("", text))


def field_of(words: object, known: Mapping[str, str] | None = None) -> str | None:
    """The field a header cell means, or None. Marks such as “（必填）” and “县（市、区）” are seen through."""
    if not isinstance(words, str) or len(words) > 40:
        return None
    for table in (known or {}, _FIELD_OF):
        for candidate in plain_words(words):
            if candidate in table:
                return table[candidate]
    return None


def is_header(cells: Sequence[Any], name: str) -> bool:
    """A row of the list that is a header once more: where a name should be, and elsewhere, stand words of columns."""
    if "".join(name.split()) not in _FIELD_OF:
        return False
    words = [cell for cell in cells if isinstance(cell, str) and "".join(cell.split()) in _FIELD_OF]
    return len(words) > 1 and not looks_like_data(cells)


def stand_alike(cells: Mapping[str, Any]) -> bool:
    """The words of a header once more, each in the column it names (``cells``: field → what stands there)."""
    named = {field: field_of(cell) for field, cell in cells.items()}
    return all(found is None or found == field for field, found in named.items())


def guess_of(words: str) -> str:
    """The field whose words are most like these, when they are like enough; a suggestion only."""
    wanted = plain_words(words)[1] or plain_words(words)[0]
    if len(wanted) < 2:
        return ""
    for word, field in sorted(_FIELD_OF.items(), key=lambda item: -len(item[0])):
        if len(word) >= 2 and word in wanted:
            return field
    found = difflib.get_close_matches(wanted, _FIELD_OF, n=1, cutoff=ALIKE)
    return _FIELD_OF[found[0]] if found else ""


def find_header(rows: Sequence[Sequence[Any]], merged: Merged = (), known: Mapping[str, str] | None = None) -> Header | None:
    """The header with the most recognised columns among the first rows, in one row or several; None when none suffices."""
    best: Header | None = None
    for top in range(min(SEARCHED_ROWS, len(rows))):
        for depth in range(1, DEEPEST + 1):
            if top + depth > len(rows) or (depth > 1 and looks_like_data(rows[top + depth - 1])):
                break
            found = header_at(rows, top, depth, merged, known)
            if best is not None and top > best.first and any(map(looks_like_data, rows[best.first : top])):
                return best  # a second list below the first: what stands between them is people
            if found.suffices and (best is None or _better(found, best)):
                best = found
    return best


def _better(found: Header, best: Header) -> bool:
    """More columns; of equal ones the header with fewer rows."""
    more = len(found.columns) - len(best.columns)
    return more > 0 or (more == 0 and found.first == best.first and found.top > best.top)


def likely_header(rows: Sequence[Sequence[Any]], merged: Merged = (), known: Mapping[str, str] | None = None) -> Header | None:
    """A row of short words that might be a header in other wording: for a human to say. None when there is none."""
    for top, row in enumerate(rows[:SEARCHED_ROWS]):
        words = [cell for cell in row if isinstance(cell, str) and 0 < len(cell.strip()) <= 20]
        if len(words) >= 3 and len(words) == sum(1 for cell in row if cell is not None) and not looks_like_data(row):
            return header_at(rows, top, 1, merged, known)
    return None


def header_at(
    rows: Sequence[Sequence[Any]], top: int, depth: int, merged: Merged = (), known: Mapping[str, str] | None = None
) -> Header:
    """What the rows ``top`` … ``top + depth - 1`` say as a header. A group's word holds for every column below it."""
    taken = [list(row) for row in rows[top : top + depth]]
    width = max((len(row) for row in taken), default=0)
    for row in taken:
        row += [None] * (width - len(row))
    for r1, c1, r2, c2 in merged:
        if top <= r1 and r2 < top + depth and c1 < width and c2 > c1:
            for place in range(c1, min(c2, width - 1) + 1):
                taken[r1 - top][place] = taken[r1 - top][c1]
    columns: dict[str, Column] = {}
    others: list[Column] = []
    for place in range(width):
        parts = [" ".join(row[place].split()) for row in taken if isinstance(row[place], str) and row[place].strip()]
        if not parts:
            continue
        field = next(filter(None, (field_of("".join(parts[start:]), known) for start in range(len(parts)))), None)
        column = Column(place, letter_of(place), parts[-1][:60], field or "")
        if field and field != IGNORED and field not in columns:
            columns[field] = column
        else:
            guess = "" if field else guess_of(parts[-1])
            others.append(replace(column, field="", guess=guess))
    return Header(top + depth, tuple(sorted(columns.values(), key=lambda c: c.place)), tuple(others), top)


def looks_like_data(row: Sequence[Any]) -> bool:
    """A second header row holds words only: a number or a long run of digits is data."""
    return any(
        (isinstance(cell, int | float) and not isinstance(cell, bool)) or (isinstance(cell, str) and re.search(r"\d{6}", cell))
        for cell in row
    )


def not_a_person(cells: Sequence[Any]) -> bool:
    """A total or a note below the list: its first words say so, or a single text stands alone in the row."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
    filled = sum(1 for cell in cells if cell is not None and str(cell).strip())
    if not texts:
        return filled <= 1
    head = re.sub(r"\s", "", unicodedata.normalize("NFKC", texts[0]))
    if _NOTE.match(head) or _TOTAL.search(head):
        return True
    return filled == 1 and (len(head) > 12 or bool(_SENTENCE.search(head)))


def is_note(name: Any) -> bool:
    return isinstance(name, str) and "".join(name.split()).rstrip("：:") in NOT_PEOPLE


def holds_number(document: Any, phone: Any) -> bool:
    """Something that may be meant as a document or a telephone; “1”, a date and “联系电话：…” in a note are not."""
    return any(_NUMBER.match(plain_text(cell)) for cell in (document, phone))


def column_twice(columns: Sequence[Column]) -> list[Column]:
    """The columns of a second list beside the first: what names a person and what tells them apart, both once more."""
    fields = {column.field for column in columns}
    again: dict[str, list[Column]] = {}
    for column in columns:
        field = "" if column.field else field_of(column.words)
        if field and field in fields:
            again.setdefault(str(field), []).append(column)
    if "name" not in again or not {"document", "phone"} & again.keys():
        return []
    return sorted((c for twins in again.values() for c in twins), key=lambda c: c.place)
