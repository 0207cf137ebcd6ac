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
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountingBasis
from lms.ledger.querysets import LineQuerySet
from lms.places.boundaries import THEN, boundaries_of
from lms.places.models import Division
from lms.reports.dimensions import ALL, COLUMNS, DIMENSIONS, TAGS, Fact, Splitter, fact_of, label, splitter
from lms.reports.filters import Having, Keeps, filters
from lms.reports.levels import SecondLevel, second_level

More = Callable[[ledger.Scope, tuple[str, ...], Keeps, Callable[[Fact], tuple["Row", ...]]], None]


@dataclass(slots=True)
class Row:
    """One row. What stands after the hundredths is filled by ``cutting`` alone; ``below``: a division's own divisions."""

    key: str
    name: str
    person_times: int = 0
    humans: set[int] = field(default_factory=set)
    unnamed: int = 0
    minutes: int = 0
    hundredths: int = 0
    classes: int = 0
    sessions: int = 0
    licences_gained: int = 0
    licensed: int = 0
    registered: int = 0
    below: dict[str, Row] = field(default_factory=dict)

    @property
    def persons(self) -> int:
        return len(self.humans)

    @property
    def hours(self) -> Decimal:
        return Decimal(self.hundredths) / 100


@dataclass(frozen=True, slots=True)
class Breakdown:
    """``boundaries_on`` is the day whose boundaries are shown (None: those of the period); ``having`` what all rows have."""

    division: Division
    start: dt.date
    end: dt.date
    basis: CountingBasis
    position: int
    by: str
    rows: list[Row]
    total: Row
    boundaries_on: dt.date | None = None
    having: Having = ()
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
    having: Having = (),
    late: bool = False,
    tree: bool = False,
    more: More | None = None,
) -> Breakdown:
    """Split the figures of a division and period by one dimension. Persons of the total are not the sum of the rows.

    ``boundaries_on``: lines of divisions that have changed since are shown where they lie on that day. ``having``: only
    what has all of these, e.g. ``("topic", "rescue")``; of a many-valued fact: among its values. ``late``: with what happened
    in the period and was posted to a later one. ``tree``: each division's row with the rows below it.
    ``more`` counts further measures into the same rows.
    """
    if by not in ALL:
        raise BadInput(_("不能按“%(by)s”分组；可用的有：%(known)s。") % {"by": by, "known": "、".join(ALL)})
    boundaries = THEN if boundaries_on is None else boundaries_of(boundaries_on, position=position)
    scope = ledger.Scope.of(division, start, end, as_of=position, boundaries=boundaries, late=late)
    units, on = ledger.counted(scope, basis), boundaries_on or end
    rows, total = _split(division, scope, units, by=by, on=on, having=having, tree=tree, more=more)
    return Breakdown(division, start, end, basis, position, by, rows, total, boundaries_on, having, late)


def breakdowns(
    *, division: Division, start: dt.date, end: dt.date, basis: CountingBasis, position: int, by: Iterable[str]
) -> dict[str, Breakdown]:
    """The same by several dimensions: person-times are folded from the lines once."""
    scope = ledger.Scope.of(division, start, end, as_of=position)
    units = ledger.counted(scope, basis)
    found = {}
    for each in by:
        rows, total = _split(division, scope, units, by=each, on=end)
        found[each] = Breakdown(division, start, end, basis, position, each, rows, total)
    return found


def _split(
    division: Division,
    scope: ledger.Scope,
    units: Iterable[Unit],
    *,
    by: str,
    on: dt.date,
    having: Having = (),
    tree: bool = False,
    more: More | None = None,
) -> tuple[list[Row], Row]:
    """The rows of a dimension in order, and their total."""
    split = splitter(division, by, on=on, position=scope.position)
    rows: dict[str, Row] = {code: Row(code, split.names[code]) for code in split.always}
    total = Row("total", _("合计"))
    subs = second_level(division, on=on, position=scope.position) if tree and by == "division" else None
    keeps, needs = filters(having, on=on, position=scope.position)

    def into(fact: Fact) -> tuple[Row, ...]:
        row = _of(rows, split, fact, by)
        return (row, total) if subs is None else (row, total, _below(row, subs, fact))

    for unit in units:
        fact = fact_of(unit)
        if keeps(fact):
            for row in into(fact):
                _count(row, unit)
    lines = scope.lines()
    for fact, minutes, hundredths in sums(lines.filter(kind__in=LEARNING), scope, (by, *needs), "minutes", "hour_hundredths"):
        for row in into(fact) if keeps(fact) else ():
            row.minutes += minutes
            row.hundredths += hundredths
    for fact, heads in sums(lines.filter(kind=Kind.HEADCOUNT), scope, (by, *needs), "quantity"):
        for row in into(fact) if keeps(fact) else ():
            row.unnamed += heads
    if more is not None:
        more(scope, (by, *needs), keeps, into)
    return [rows[code] for code in sorted(rows)], total


def sums(lines: LineQuerySet, scope: ledger.Scope, needs: Iterable[str], *columns: str):  # type: ignore[no-untyped-def]
    """(fact, sums…) of lines, grouped by what the dimensions need to know."""
    more = {name: column for by in needs for name, column in COLUMNS.get(by, {}).items()}
    grouped = ("division_id", "division__path", "posted_period", *more.values())
    found = lines.order_by().values_list(*grouped).annotate(**{f"sum_{name}": Sum(name) for name in columns})
    for division, path, month, *rest in found.iterator(chunk_size=5000):
        values, totals = rest[: len(more)], rest[len(more) :]
        sides = {name: value for name, value in zip(more, values, strict=True) if value is not None}
        yield Fact(scope.boundaries.path(division, path), month, **sides), *totals


def _below(row: Row, subs: SecondLevel, fact: Fact) -> Row:
    key, name = subs.of(row.key, row.name, fact)
    if key not in row.below:
        row.below[key] = Row(key, name)
    return row.below[key]


def _count(row: Row, unit: Unit) -> None:
    row.person_times += 1
    row.humans.add(unit.person)


def _of(rows: dict[str, Row], split: Splitter, fact: Fact, by: str) -> Row:
    code = split.key(fact)
    if code not in rows:
        rows[code] = Row(code, split.names.get(code) or label(code, by))
    return rows[code]


__all__ = ["ALL", "DIMENSIONS", "TAGS", "Breakdown", "Row", "breakdown", "breakdowns", "label", "splitter"]
