"""Person-times, persons and hours of a division and period, split by one dimension: by the fold, at any position and day.

The pages read the summaries instead (``tables``); both are equal by test where both can answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.folding import Unit
from lms.ledger.kinds import LEARNING, MODE_LABELS, Kind
from lms.ledger.models import CountingBasis, Line
from lms.places.models import Division
from lms.places.selectors import children_of
from lms.programmes.models import Category

DIMENSIONS = ("division", "month", "mode", "category")


@dataclass(slots=True)
class Row:
    key: str
    name: str
    person_times: int = 0
    humans: set[int] = field(default_factory=set)
    unnamed: int = 0
    minutes: int = 0
    hundredths: int = 0

    @property
    def persons(self) -> int:
        return len(self.humans)

    @property
    def hours(self) -> Decimal:
        return Decimal(self.hundredths) / 100


@dataclass(frozen=True, slots=True)
class Breakdown:
    division: Division
    start: dt.date
    end: dt.date
    basis: CountingBasis
    position: int
    by: str
    rows: list[Row]
    total: Row


Key = Callable[[str, int, str, int], str]  # path, month, mode, category → key of its row


def breakdown(
    *, division: Division, start: dt.date, end: dt.date, basis: CountingBasis, position: int, by: str = "division"
) -> Breakdown:
    """Split the figures of a division and period by one dimension. Persons of the total are not the sum of the rows."""
    if by not in DIMENSIONS:
        raise BadInput(_("不能按“%(by)s”分组；可用的有：%(known)s。") % {"by": by, "known": "、".join(DIMENSIONS)})
    scope = ledger.Scope.of(division, start, end, as_of=position)
    split = splitter(division, end, by)
    key, names = split.key, split.names
    rows: dict[str, Row] = {code: Row(code, names[code]) for code in split.always}
    total = Row("total", _("合计"))
    for unit in ledger.counted(scope, basis):
        for row in (_of(rows, key(unit.path, unit.month, unit.mode, unit.category), by, names), total):
            _count(row, unit)
    lines = Line.objects.as_of(position).within(division).posted(start, end).order_by()
    grouped = ("division__path", "posted_period", "mode", "category_id")
    for path, month, mode, category, minutes, hundredths in (
        lines.filter(kind__in=LEARNING).values_list(*grouped).annotate(m=Sum("minutes"), h=Sum("hour_hundredths"))
    ):
        for row in (_of(rows, key(path, month, mode, category or 0), by, names), total):
            row.minutes += minutes
            row.hundredths += hundredths
    for path, month, mode, category, heads in lines.filter(kind=Kind.HEADCOUNT).values_list(*grouped).annotate(n=Sum("quantity")):
        for row in (_of(rows, key(path, month, mode, category or 0), by, names), total):
            row.unnamed += heads
    kept = [rows[code] for code in sorted(rows)]
    return Breakdown(division, start, end, basis, position, by, kept, total)


def _count(row: Row, unit: Unit) -> None:
    row.person_times += 1
    row.humans.add(unit.person)


def _of(rows: dict[str, Row], code: str, by: str, names: dict[str, str]) -> Row:
    if code not in rows:
        rows[code] = Row(code, names.get(code) or label(code, by))
    return rows[code]


def label(code: str, by: str) -> str:
    """How a row's key is read by people."""
    if by == "mode":
        return str(MODE_LABELS.get(code, code))
    if by == "month":
        return f"{code[:4]}-{code[4:]}"
    if by == "category" and not code:
        return _("未分类别")
    return code


@dataclass(frozen=True, slots=True)
class Splitter:
    """How a unit or line finds its row, how rows are named, and which are shown even when empty."""

    key: Key
    names: dict[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()


def splitter(division: Division, on: dt.date, by: str) -> Splitter:
    if by == "division":
        children = list(children_of(division, on=on))
        names = {child.code: child.name for child in children}
        names[division.code] = _("%(name)s本级") % {"name": division.name}
        return Splitter(_child_key(division, children), names, tuple(child.code for child in children))
    if by == "month":
        return Splitter(lambda _path, month, _mode, _category: str(month))
    if by == "mode":
        return Splitter(lambda _path, _month, mode, _category: mode)
    codes: dict[int, str] = {}
    names = {}
    for pk, code, name in Category.objects.order_by("pk").values_list("pk", "code", "name"):
        codes[pk] = code
        names.setdefault(code, name)
    return Splitter(lambda _path, _month, _mode, category: codes.get(category, ""), names)


def _child_key(division: Division, children: Iterable[Division]) -> Key:
    """Which child a path lies in; what lies in none (the division's own, or one that stood then) keeps its own code."""
    by_path = {child.path: child.code for child in children}
    depth = division.path.count("/")

    def key(path: str, _month: int, _mode: str, _category: int) -> str:
        parts = path.split("/")
        for length in (depth + 1, depth + 2):  # a statistical level lies between
            code = by_path.get("/".join(parts[:length]) + "/")
            if code is not None:
                return code
        return parts[depth] if len(parts) > depth and parts[depth] else division.code

    return key
