"""Person-times, persons and hours of a division and period, split by one dimension: by the fold, at any position and day.

The pages read the summaries instead (``tables``); both are equal by test where both can answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.folding import Unit
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountingBasis
from lms.places.boundaries import THEN, boundaries_of
from lms.places.models import Division
from lms.reports.dimensions import ALL, DIMENSIONS, TAGS, Fact, Splitter, fact_of, label, splitter
from lms.reports.filters import Having, Keeps, filters
from lms.reports.levels import SecondLevel, second_level
from lms.reports.sources import HEADS, LEARNT, sums

KINDS = (*LEARNING, Kind.COMPLETED, Kind.HEADCOUNT)  # of lines that are read
More = Callable[[ledger.Scope, "Grid", Callable[[Fact], tuple["Row", ...]]], None]

Summed = tuple[Iterable[tuple[Any, ...]], Iterable[tuple[Any, ...]]]


@dataclass(slots=True)
class Row:
    """One row. What stands after the hundredths is filled by ``cuts.folding`` alone; ``below``: a division's own divisions."""

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


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a split: in which row, and in which row below it, a fact lies, if the conditions keep it."""

    by: str
    split: Splitter
    subs: SecondLevel | None
    keeps: Keeps
    needs: tuple[str, ...]  # dimensions that must be known of a fact

    def name(self, code: str) -> str:
        return self.split.names.get(code) or label(code, self.by)

    def below(self, code: str, fact: Fact) -> tuple[str, str]:
        """Key and name of the row below a row."""
        assert self.subs is not None
        return self.subs.of(code, self.name(code), fact)


def grid_of(division: Division, *, by: str, on: dt.date, position: int, having: Having = (), tree: bool = False) -> Grid:
    """``on``: the day whose tree is shown."""
    if by not in ALL:
        raise BadInput(_("不能按“%(by)s”分组；可用的有：%(known)s。") % {"by": by, "known": "、".join(ALL)})
    keeps, needs = filters(having, on=on, position=position)
    subs = second_level(division, on=on, position=position) if tree and by == "division" else None
    return Grid(by, splitter(division, by, on=on, position=position), subs, keeps, (by, *needs))


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
    on = boundaries_on or end
    grid = grid_of(division, by=by, on=on, position=position, having=having, tree=tree)
    scope = scope_of(division, start, end, position=position, boundaries_on=boundaries_on, late=late)
    rows, total = _split(scope, ledger.counted(scope, basis), grid, more)
    return Breakdown(division, start, end, basis, position, by, rows, total, boundaries_on, having, late)


def scope_of(
    division: Division,
    start: dt.date | None,
    end: dt.date,
    *,
    position: int,
    boundaries_on: dt.date | None = None,
    late: bool = False,
) -> ledger.Scope:
    """``boundaries_on``: the day whose boundaries are shown, as known at the position; None: those of then."""
    boundaries = THEN if boundaries_on is None else boundaries_of(boundaries_on, position=position)
    return ledger.Scope.of(division, start, end, as_of=position, boundaries=boundaries, late=late)


def breakdowns(
    *, division: Division, start: dt.date, end: dt.date, basis: CountingBasis, position: int, by: Iterable[str]
) -> dict[str, Breakdown]:
    """The same by several dimensions: person-times are folded from the lines once, and what is summed is read once."""
    scope = ledger.Scope.of(division, start, end, as_of=position)
    units = ledger.counted(scope, basis)
    grids = {each: grid_of(division, by=each, on=end, position=position) for each in by}
    learnt, heads = _summed(scope, {need for grid in grids.values() for need in grid.needs})
    found, summed = {}, (list(learnt), list(heads))
    for each, grid in grids.items():
        rows, total = _split(scope, units, grid, summed=summed)
        found[each] = Breakdown(division, start, end, basis, position, each, rows, total)
    return found


def _split(
    scope: ledger.Scope, units: Iterable[Unit], grid: Grid, more: More | None = None, summed: Summed | None = None
) -> tuple[list[Row], Row]:
    """The rows of a dimension in order, and their total. ``summed``: where it was read for several dimensions together."""
    rows: dict[str, Row] = {code: Row(code, grid.split.names[code]) for code in grid.split.always}
    total = Row("total", _("合计"))

    def into(fact: Fact) -> tuple[Row, ...]:
        row = _of(rows, grid, fact)
        return (row, total) if grid.subs is None else (row, total, _below(row, grid, fact))

    for unit in units:
        fact = fact_of(unit)
        for row in into(fact) if grid.keeps(fact) else ():
            _count(row, unit)
    learnt, counted = summed or _summed(scope, grid.needs)
    for fact, minutes, hundredths in learnt:
        for row in into(fact) if grid.keeps(fact) else ():
            row.minutes += minutes
            row.hundredths += hundredths
    for fact, heads in counted:
        for row in into(fact) if grid.keeps(fact) else ():
            row.unnamed += heads
    if more is not None:
        more(scope, grid, into)
    return [rows[code] for code in sorted(rows)], total


def _summed(scope: ledger.Scope, needs: Iterable[str]) -> Summed:
    """Minutes with their hundredths, and heads, by what the dimensions need to know."""
    lines, known = scope.lines(), sorted(needs)
    learnt = sums(lines.filter(**LEARNT), scope, known, "minutes", "hour_hundredths")
    return learnt, sums(lines.filter(**HEADS), scope, known, "quantity")


def _below(row: Row, grid: Grid, fact: Fact) -> Row:
    key, name = grid.below(row.key, fact)
    if key not in row.below:
        row.below[key] = Row(key, name)
    return row.below[key]


def _count(row: Row, unit: Unit) -> None:
    row.person_times += 1
    row.humans.add(unit.person)


def _of(rows: dict[str, Row], grid: Grid, fact: Fact) -> Row:
    code = grid.split.key(fact)
    if code not in rows:
        rows[code] = Row(code, grid.name(code))
    return rows[code]


__all__ = ["ALL", "DIMENSIONS", "TAGS", "Breakdown", "Grid", "Row", "breakdown", "breakdowns", "grid_of", "scope_of"]
