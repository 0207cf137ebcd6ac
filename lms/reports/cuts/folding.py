"""The fold of a cut: every measure of a division and period by any dimension, narrowed by any, in the boundaries of then or of
another day. Flows are of the period, stocks of its last day (split by month: of each month's last day). What is signed is
narrower and stands in ``canonical``.
"""

from __future__ import annotations

from collections.abc import Callable

from lms.ledger import selectors as ledger
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.rules import last_day
from lms.reports.breakdown import Breakdown, Grid, Row, breakdown
from lms.reports.dimensions import Fact
from lms.reports.questions import Question
from lms.reports.sources import STOCKS, SUMMED, firsts, gained, standing, sums

MEASURES = (
    "person_times",
    "persons",
    "unnamed",
    "hours",
    "clock_hours",
    "classes",
    "sessions",
    "licences_gained",
    "licensed",
    "registered",
)
ADDITIVE = tuple(measure for measure in MEASURES if measure != "persons")
KINDS = (*LEARNING, Kind.COMPLETED, Kind.HEADCOUNT, Kind.HELD, Kind.LICENSED)


def cut(asked: Question) -> Breakdown:
    """The fold with every measure, a division's row with the rows below it."""

    def more(scope: ledger.Scope, grid: Grid, into: Callable[[Fact], tuple[Row, ...]]) -> None:
        for measure in ("classes", "sessions"):
            conditions, column = SUMMED[measure]
            for fact, number in sums(scope.lines().filter(**conditions), scope, grid.needs, column):
                for row in into(fact) if grid.keeps(fact) else ():
                    setattr(row, measure, getattr(row, measure) + number)
        for entry in gained(scope, grid.needs):
            for row in into(entry.fact) if grid.keeps(entry.fact) else ():
                row.licences_gained += 1
        for measure in STOCKS:
            _stock(measure, scope, grid, into)

    return breakdown(**asked.as_arguments(), tree=True, more=more)


def _stock(measure: str, scope: ledger.Scope, grid: Grid, into: Callable[[Fact], tuple[Row, ...]]) -> None:
    """Who holds on the last day, each once, by the first line that still holds; by month: on each month's last day."""
    assert scope.end is not None
    held = standing(measure, scope, grid.needs)
    if grid.by != "month":
        for entry in firsts(held, scope.end):
            for row in into(entry.fact) if grid.keeps(entry.fact) else ():
                setattr(row, measure, getattr(row, measure) + 1)
        return
    for month in _months(scope):
        number = sum(grid.keeps(entry.fact) for entry in firsts(held, min(last_day(month), scope.end)))
        for row in into(Fact(scope.path, month)):
            setattr(row, measure, number)  # the total is left with the last month's


def _months(scope: ledger.Scope) -> list[int]:
    assert scope.start is not None and scope.end is not None
    first, last = scope.start.year * 12 + scope.start.month - 1, scope.end.year * 12 + scope.end.month - 1
    return [n // 12 * 100 + n % 12 + 1 for n in range(first, last + 1)]
