"""Person-times, persons and hours of a division and period, split by one dimension: by the fold, at any position and day.

The pages read the summaries instead (``tables``); both are equal by test where both can answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.folding import Unit
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountingBasis
from lms.ledger.querysets import LineQuerySet
from lms.places.boundaries import THEN, boundaries_of
from lms.places.models import Division
from lms.reports.dimensions import (
    ALL,
    COLUMNS,
    DIMENSIONS,
    TAGS,
    Fact,
    Splitter,
    fact_of,
    label,
    occasions_tagged,
    splitter,
)


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
    """``boundaries_on`` is the day whose boundaries are shown (None: those of the period); ``having`` a tag all rows have."""

    division: Division
    start: dt.date
    end: dt.date
    basis: CountingBasis
    position: int
    by: str
    rows: list[Row]
    total: Row
    boundaries_on: dt.date | None = None
    having: tuple[str, str] | None = None
    late: bool = False


def breakdown(
    *,
    division: Division,
    start: dt.date,
    end: dt.date,
    basis: CountingBasis,
    position: int,
    by: str = "division",
    boundaries_on: dt.date | None = None,
    having: tuple[str, str] | None = None,
    late: bool = False,
) -> Breakdown:
    """Split the figures of a division and period by one dimension. Persons of the total are not the sum of the rows.

    ``boundaries_on``: lines of divisions that have changed since are shown where they lie on that day. ``having``: only
    occasions tagged so, e.g. ``("topic", "rescue")``. ``late``: with what happened in the period and was posted to a later one.
    """
    if by not in ALL:
        raise BadInput(_("不能按“%(by)s”分组；可用的有：%(known)s。") % {"by": by, "known": "、".join(ALL)})
    boundaries = THEN if boundaries_on is None else boundaries_of(boundaries_on, position=position)
    scope = ledger.Scope.of(division, start, end, as_of=position, boundaries=boundaries, late=late)
    tagged = occasions_tagged(*having, position) if having else None
    units = [unit for unit in ledger.counted(scope, basis) if tagged is None or unit.occasion in tagged]
    lines = scope.lines().filter(occasion__in=sorted(tagged)) if tagged is not None else scope.lines()
    rows, total = _split(division, scope, units, lines, by=by, on=boundaries_on or end)
    return Breakdown(division, start, end, basis, position, by, rows, total, boundaries_on, having, late)


def breakdowns(
    *, division: Division, start: dt.date, end: dt.date, basis: CountingBasis, position: int, by: Iterable[str]
) -> dict[str, Breakdown]:
    """The same by several dimensions: person-times are folded from the lines once."""
    scope = ledger.Scope.of(division, start, end, as_of=position)
    units = ledger.counted(scope, basis)
    found = {}
    for each in by:
        rows, total = _split(division, scope, units, scope.lines(), by=each, on=end)
        found[each] = Breakdown(division, start, end, basis, position, each, rows, total)
    return found


def _split(
    division: Division, scope: ledger.Scope, units: Iterable[Unit], lines: LineQuerySet, *, by: str, on: dt.date
) -> tuple[list[Row], Row]:
    """The rows of a dimension in order, and their total."""
    split = splitter(division, by, on=on, position=scope.position)
    rows: dict[str, Row] = {code: Row(code, split.names[code]) for code in split.always}
    total = Row("total", _("合计"))
    for unit in units:
        for row in (_of(rows, split, fact_of(unit), by), total):
            _count(row, unit)
    for fact, minutes, hundredths in _sums(lines.filter(kind__in=LEARNING), scope, by, "minutes", "hour_hundredths"):
        for row in (_of(rows, split, fact, by), total):
            row.minutes += minutes
            row.hundredths += hundredths
    for fact, heads in _sums(lines.filter(kind=Kind.HEADCOUNT), scope, by, "quantity"):
        for row in (_of(rows, split, fact, by), total):
            row.unnamed += heads
    return [rows[code] for code in sorted(rows)], total


def _sums(lines: LineQuerySet, scope: ledger.Scope, by: str, *sums: str):  # type: ignore[no-untyped-def]
    """(fact, sums…) of lines, grouped by what the dimension needs to know."""
    more = COLUMNS.get(by, {})
    grouped = ("division_id", "division__path", "posted_period", *more.values())
    found = lines.order_by().values_list(*grouped).annotate(**{f"sum_{name}": Sum(name) for name in sums})
    for division, path, month, *rest in found.iterator(chunk_size=5000):
        values, totals = rest[: len(more)], rest[len(more) :]
        sides = {name: value for name, value in zip(more, values, strict=True) if value is not None}
        yield Fact(scope.boundaries.path(division, path), month, **sides), *totals


def _count(row: Row, unit: Unit) -> None:
    row.person_times += 1
    row.humans.add(unit.person)


def _of(rows: dict[str, Row], split: Splitter, fact: Fact, by: str) -> Row:
    code = split.key(fact)
    if code not in rows:
        rows[code] = Row(code, split.names.get(code) or label(code, by))
    return rows[code]


__all__ = ["ALL", "DIMENSIONS", "TAGS", "Breakdown", "Row", "breakdown", "breakdowns", "label", "splitter"]
