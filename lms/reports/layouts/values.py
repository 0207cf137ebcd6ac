"""The numbers behind placeholders: of one division, period, basis and position; folded from the lines, each cut once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis
from lms.ledger.rules import first_day, last_day
from lms.places.boundaries import children_known
from lms.places.models import Division
from lms.reports import asking
from lms.reports.breakdown import Breakdown, Row, breakdown
from lms.reports.dimensions import fact_of, splitter
from lms.reports.layouts.words import Wanted

Split = dict[tuple[str, str], tuple[int, set[int]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One repeated row: a division below, or the division's own."""

    key: str
    name: str
    number: int


@dataclass(slots=True)
class Values:
    """``first`` and ``last`` are months (yyyymm). ``facts``: texts printed beside the figures."""

    division: Division
    first: int
    last: int
    basis: CountingBasis
    position: int
    facts: dict[str, str] = field(default_factory=dict)
    _cuts: dict[tuple[str, str], Breakdown] = field(default_factory=dict)
    _splits: dict[tuple[str, str, str], Split] = field(default_factory=dict)

    def days(self, period: str) -> tuple[dt.date, dt.date]:
        if period == "year":
            return first_day(self.last // 100 * 100 + 1), last_day(self.last)
        back = 100 if period == "before" else 0
        return first_day(self.first - back), last_day(self.last - back)

    def lines(self, periods: Iterable[str]) -> list[Line]:
        """Every division right below, and whatever else has figures in one of the periods: so the rows sum to the whole."""
        names: dict[str, str] = {}
        for period in ("this", *periods):
            for row in self._cut(self.division, period).rows:
                names.setdefault(row.key, row.name)
        order = sorted(names, key=lambda key: (key == self.division.code, key))
        return [Line(key, names[key], number) for number, key in enumerate(order, start=1)]

    def text(self, wanted: Wanted, line: Line | None) -> str:
        if line is not None and wanted.below:
            return {"name": line.name, "code": line.key, "number": str(line.number)}[wanted.what]
        return self.facts.get(wanted.what, "")

    def number(self, wanted: Wanted, line: Line | None) -> int | Decimal:
        place = self.division
        if wanted.code:
            place = asking.division(wanted.code, self.days(wanted.period)[1], self.position)
            if not place.path.startswith(self.division.path):
                raise BadInput(_("代码 %(code)s 不在%(place)s。") % {"code": wanted.code, "place": self.division.name})
        key = line.key if line is not None and wanted.below else None
        if wanted.split:
            times, humans = self._split(place, wanted.period, wanted.split[0]).get((key or "", wanted.split[1]), (0, set()))
            return times if wanted.what == "person_times" else len(humans)
        if wanted.what in ("classes", "sessions"):
            return self._held(place, wanted, key)
        found = self._cut(place, wanted.period)
        row = found.total if key is None else next((row for row in found.rows if row.key == key), Row(key, ""))
        if wanted.what == "clock_hours":
            return (Decimal(row.minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return getattr(row, wanted.what)  # type: ignore[no-any-return]

    def _cut(self, place: Division, period: str) -> Breakdown:
        key = (place.path, period)
        if key not in self._cuts:
            start, end = self.days(period)
            self._cuts[key] = breakdown(division=place, start=start, end=end, basis=self.basis, position=self.position)
        return self._cuts[key]

    def _held(self, place: Division, wanted: Wanted, key: str | None) -> int:
        """Classes or sessions. What is the division's own is what its children do not have."""
        count = ledger.classes if wanted.what == "classes" else ledger.sessions
        start, end = self.days(wanted.period)

        def of(where: Division | str) -> int:
            return count(ledger.Scope.of(where, start, end, as_of=self.position))

        if key is None:
            return of(place)
        children = {child.code: child for child in children_known(place, on=end, position=self.position)}
        if key in children:
            return of(children[key])
        if key == place.code:
            others = [row.key for row in self._cut(place, wanted.period).rows if row.key not in children and row.key != key]
            return of(place) - sum(of(child) for child in children.values()) - sum(of(f"{place.path}{code}/") for code in others)
        return of(f"{place.path}{key}/")

    def _split(self, place: Division, period: str, by: str) -> Split:
        key = (place.path, period, by)
        if key not in self._splits:
            start, end = self.days(period)
            scope = ledger.Scope.of(place, start, end, as_of=self.position)
            rows = splitter(place, "division", on=end, position=self.position)
            sides = splitter(place, by, on=end, position=self.position)
            found: dict[tuple[str, str], tuple[int, set[int]]] = defaultdict(lambda: (0, set()))
            for unit in ledger.counted(scope, self.basis):
                fact = fact_of(unit)
                for child in ("", rows.key(fact)):
                    times, humans = found[child, sides.key(fact)]
                    humans.add(unit.person)
                    found[child, sides.key(fact)] = (times + 1, humans)
            self._splits[key] = dict(found)
        return self._splits[key]
