"""What one number of a cut opens: exactly the lines that it sums, or one line for each person-time or human being that it counts.

Found by the fold that made the number, asked again for the one measure and for as little of the place and time as the cell needs:
a unit or line of a row lies in the row's division, or is reported in its month.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import IO

from lms.core.errors import Missing
from lms.ledger import selectors as ledger
from lms.ledger.folding import Unit
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.rules import first_day, last_day
from lms.places.boundaries import children_known
from lms.reports import stating
from lms.reports.breakdown import Grid, grid_of
from lms.reports.cuts.folding import MEASURES
from lms.reports.dimensions import Fact, fact_of
from lms.reports.questions import Question
from lms.reports.sources import STOCKS, SUMMED, Entry, each, firsts, gained, standing

SHAPES = {"person_times": "unit", "persons": "person", "licences_gained": "person", "licensed": "person", "registered": "person"}
WIDTH = 24  # of a row kept as text: a line's number, its day


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a cut: its measure, row (None: the total) and the row below that (None: the row itself)."""

    asked: Question
    measure: str
    key: str | None = None
    below: str | None = None

    def __post_init__(self) -> None:
        if self.measure not in MEASURES or (self.below is not None and (self.asked.by != "division" or self.key is None)):
            raise Missing("no such number")
        if self.asked.by == "month" and self.key is not None:
            _month(self.key)

    @property
    def shape(self) -> str:
        return SHAPES.get(self.measure, "line")


@dataclass(slots=True)
class Found:
    """The rows behind a number, in order: the line that stands for each, and the day it is counted on. ``amount``: their sum, in
    the unit of the column (hundredths of an hour, minutes, heads); of units and people how many there are."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    days: array[int] = field(default_factory=lambda: array("i"))
    amount: int = 0

    def add(self, line: int, day: dt.date, amount: int = 1) -> None:
        self.lines.append(line)
        self.days.append(day.toordinal())
        self.amount += amount

    def __len__(self) -> int:
        return len(self.lines)

    def part(self, start: int, stop: int) -> list[tuple[int, dt.date]]:
        return [(line, dt.date.fromordinal(day)) for line, day in zip(self.lines[start:stop], self.days[start:stop], strict=True)]

    def texts(self) -> Iterator[str]:
        """Each row as a text of one width, so that a part of a long file is found by its number."""
        for line, day in zip(self.lines, self.days, strict=True):
            yield f"{line:012d},{dt.date.fromordinal(day).isoformat()}\n"


def read_part(file: IO[bytes], start: int, stop: int) -> list[tuple[int, dt.date]]:
    """A part of what ``texts`` wrote."""
    file.seek(start * WIDTH)
    rows = file.read((stop - start) * WIDTH).decode("ascii").splitlines()
    return [(int(line), dt.date.fromisoformat(day)) for line, _comma, day in (row.partition(",") for row in rows)]


def value_of(measure: str, amount: int) -> int | Decimal:
    """An amount as the cut shows it."""
    if measure == "hours":
        return Decimal(amount) / 100
    if measure == "clock_hours":
        return (Decimal(amount) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return amount


def refuse_too_many(cell: Cell, most: int) -> None:
    """Refused in one sentence where more lines would have to be read."""
    scope = _narrowed(cell) if cell.measure not in STOCKS else replace(_whole(cell), start=None)
    stating.refuse_too_many(scope, _kinds(cell.measure), most)


def _kinds(measure: str) -> tuple[str, ...]:
    if measure in SUMMED:
        conditions = SUMMED[measure][0]
        return tuple(conditions.get("kind__in", ())) or (conditions["kind"],)
    if measure in STOCKS:
        return (STOCKS[measure],)
    return (Kind.LICENSED,) if measure == "licences_gained" else (*LEARNING, Kind.COMPLETED)


def open_cell(cell: Cell) -> Found:
    """The rows of the number, in the order they are listed: by day, then as they came."""
    asked, measure = cell.asked, cell.measure
    tree = cell.below is not None
    grid = grid_of(asked.division, by=asked.by, on=asked.on, position=asked.position, having=asked.having, tree=tree)
    found = Found()
    if measure in SUMMED:
        conditions, column = SUMMED[measure]
        scope = _narrowed(cell)
        lines = scope.lines().filter(**conditions, **{f"{column}__gt": 0})
        for fact, line, day, amount in each(lines, scope, grid.needs, "pk", "posted_on", column):
            if _lies(cell, grid, fact):
                found.add(line, day, amount)
    elif measure in ("person_times", "persons"):
        units = [unit for unit in ledger.counted(_narrowed(cell), asked.basis) if _lies(cell, grid, fact_of(unit))]
        for unit in _ordered(units, once=measure == "persons"):
            found.add(unit.line, unit.counted_on)
    else:
        for entry in _entries(cell, grid):
            found.add(entry.line, entry.day)
    return found


def _entries(cell: Cell, grid: Grid) -> list[Entry]:
    """One line for each human being, looked for in the whole place: who is counted once stands in the row of the first line."""
    scope = _whole(cell)
    if cell.measure not in STOCKS:
        entries = [entry for entry in gained(scope, grid.needs) if _lies(cell, grid, entry.fact)]
    elif cell.asked.by == "month" and cell.key is not None:
        day = min(_month(cell.key)[1], cell.asked.end)
        entries = [entry for entry in firsts(standing(cell.measure, scope, grid.needs), day) if grid.keeps(entry.fact)]
    else:
        held = firsts(standing(cell.measure, scope, grid.needs), cell.asked.end)
        entries = [entry for entry in held if _lies(cell, grid, entry.fact)]
    return sorted(entries, key=lambda entry: (entry.day, entry.line))


def _lies(cell: Cell, grid: Grid, fact: Fact) -> bool:
    if not grid.keeps(fact):
        return False
    if cell.key is None:
        return True
    key = grid.split.key(fact)
    return key == cell.key and (cell.below is None or grid.below(key, fact)[0] == cell.below)


def _ordered(units: list[Unit], *, once: bool) -> list[Unit]:
    """``once``: of each human being the first."""
    units.sort(key=lambda unit: (unit.counted_on, unit.line))
    if not once:
        return units
    people: dict[int, Unit] = {}
    for unit in units:
        people.setdefault(unit.person, unit)
    return list(people.values())


def _whole(cell: Cell) -> ledger.Scope:
    return cell.asked.scope(cell.asked.division, cell.asked.start, cell.asked.end)


def _narrowed(cell: Cell) -> ledger.Scope:
    """The least place and time in which everything lies that the row counts."""
    asked = cell.asked
    if asked.by == "month" and cell.key is not None:
        first, last = _month(cell.key)
        return asked.scope(asked.division, max(asked.start, first), min(asked.end, last))
    where = asked.division
    for key in (cell.key, cell.below) if asked.by == "division" else ():
        children = children_known(where, on=asked.on, position=asked.position)
        where = next((child for child in children if child.code == key), where)
    return asked.scope(where, asked.start, asked.end)


def _month(key: str) -> tuple[dt.date, dt.date]:
    try:
        return first_day(int(key)), last_day(int(key))
    except ValueError:
        raise Missing("no such month") from None
