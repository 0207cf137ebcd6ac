"""The province's page as plain values: cards, one table by a chosen dimension, its chart. Screen and workbook both show this.

Read from the summaries: a constant number of queries and of rows, whatever the number of lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.core import clock
from lms.ledger import selectors as ledger
from lms.ledger import spans
from lms.ledger.kinds import MODE_LABELS
from lms.ledger.models import CountingBasis, PeriodLock
from lms.ledger.rules import month_of
from lms.ledger.selectors import summary_reads as summaries
from lms.ledger.services import Summarised, refresh_summaries
from lms.places.boundaries import children_known
from lms.places.models import Division
from lms.programmes.models import Category, Programme
from lms.reports.approval.signed import Signed, signed
from lms.reports.dimensions import DIMENSIONS, SIDES, Fact, Splitter, among, label
from lms.reports.wording import known

REFRESH_AT_ONCE = 500  # lines a page settles itself before it is drawn; more is the scheduler's work, within a minute
SHOWN = ("minutes", "hundredths", "classes", "sessions", "planned", "unnamed")


@dataclass(slots=True)
class TableRow:
    """One row. ``code`` leads to the child's own page (divisions only); ``key`` opens its figures."""

    key: str
    name: str
    code: str = ""
    classes: int = 0
    sessions: int = 0
    person_times: int = 0
    persons: int = 0
    unnamed: int = 0
    minutes: int = 0
    hundredths: int = 0
    missing: int = 0
    locked: bool = False
    unapproved: int = 0

    @property
    def hours(self) -> Decimal:
        return Decimal(self.hundredths) / 100

    @property
    def empty(self) -> bool:
        return not (self.person_times or self.minutes or self.classes or self.sessions or self.unnamed)

    @property
    def states(self) -> list[tuple[str, str]]:
        """How complete it is: each tag's class and its words."""
        waiting = [("", _("%(n)d 个月未审定") % {"n": self.unapproved})] if self.unapproved else []
        if self.missing > 0:
            return [("tag-warn", _("%(n)d 个课次未登记考勤") % {"n": self.missing}), *waiting]
        if self.empty:
            return [("", _("无记录")), *waiting]
        if self.locked:
            return [("tag-accent", _("已关账")), *waiting]
        return [("tag-good", _("已登记齐全")), *waiting]


@dataclass(frozen=True, slots=True)
class Cards:
    person_times: int
    by_mode: list[tuple[str, int]]
    unnamed: int
    persons: int
    children_sum: int
    hours: Decimal
    minutes: int
    scheme: str
    licences_gained: int
    licensed: int
    registered: int

    @property
    def counted_twice(self) -> int:
        """By how much the children's persons, summed, exceed the distinct ones."""
        return self.children_sum - self.persons


@dataclass(frozen=True, slots=True)
class Persons:
    """Distinct persons: of a whole division, of its own level, and of each child by its path."""

    all: int
    own: int
    below: dict[str, int]

    @classmethod
    def of(cls, division: Division, children: list[Division], span: spans.Span, measure: str) -> Persons:
        found = summaries.distinct_persons(division.path, span, measure).get("", 0)
        own = summaries.distinct_persons(division.path, span, measure, by="own").get("", 0)
        return cls(found, own, summaries.distinct_persons_of([child.path for child in children], span, measure))


@dataclass(frozen=True, slots=True)
class Report:
    division: Division
    span: spans.Span
    basis: CountingBasis
    by: str
    cards: Cards
    rows: list[TableRow]
    total: TableRow
    position: int
    lag: int
    known_at: dt.datetime | None
    incomplete: int
    has_children: bool
    signed: Signed

    @property
    def period(self) -> str:
        return period_label(self.span)

    @property
    def rows_add_up(self) -> bool:
        """Persons of the rows are not to be summed; this says whether they would come to the total anyway."""
        return sum(row.persons for row in self.rows) == self.total.persons


def period_label(span: spans.Span) -> str:
    return period_label_of(span.start, span.end)


def period_label_of(start: dt.date, end: dt.date) -> str:
    return _("%(start)s—%(end)s") % {"start": _day(start), "end": _day(end)}


def _day(day: dt.date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}


def settled() -> Summarised:
    """Up to where the summaries hold; brought up to date first when they are little behind."""
    return refresh_summaries(at_most=REFRESH_AT_ONCE)


def report(
    division: Division, span: spans.Span, basis: CountingBasis, *, by: str = "division", state: Summarised | None = None
) -> Report:
    """Everything the page of one division and period shows, from summaries that are ``settled`` now or were just before."""
    if by not in DIMENSIONS:
        by = "division"
    state = state or settled()
    measure = ledger.measure_of(basis)
    on = min(span.end, max(span.start, clock.today()))
    children = children_known(division, on=on, position=state.position)
    between = _between(division) if by == "division" else []
    found = _found(division, between, span, measure, by)
    persons = Persons.of(division, children, span, measure)
    split = among(division, children, position=state.position)
    if by == "division":
        rows = _division_rows(division, children, split, persons, found, measure)
    else:
        rows = _rows(division, span, measure, found, by)
    total = _total(division, persons, rows)
    approved = signed(division, span.start, span.end)
    if by == "division":
        _fill_completeness(division, children, between, span, rows, split)
        for row, child in _of_children(rows, children):
            row.unapproved = approved.under(child.path)
    total.missing = sum(row.missing for row in rows)
    return Report(
        division=division,
        span=span,
        basis=basis,
        by=by,
        cards=_cards(division, persons, span, basis, total),
        rows=rows,
        total=total,
        position=state.position,
        lag=state.lag,
        known_at=ledger.moment_of(state.position),
        incomplete=sum(1 for row in rows if row.missing),
        has_children=bool(children),
        signed=approved,
    )


def _found(division: Division, between: list[str], span: spans.Span, measure: str, by: str) -> dict[str, dict[str, int]]:
    if by == "division":
        return summaries.additive_below(division.path, span, [*SHOWN, measure], through=between)
    found = summaries.additive(division.path, span, [*SHOWN, measure], by=by)
    if by in SIDES:
        # what has no person has no such side: it stands in the row that says so, and the total is the same
        found |= summaries.additive(division.path, span, ["classes", "sessions", "unnamed"])
    return found


def _between(division: Division) -> list[str]:
    """Paths of the statistical divisions right below: what lies in them is told apart by the children shown."""
    return list(Division.objects.filter(parent=division, is_statistical=True).values_list("path", flat=True).distinct())


def _rows(division: Division, span: spans.Span, measure: str, found: dict[str, dict[str, int]], by: str) -> list[TableRow]:
    named: dict[str, Any] = {"category": Category, "programme": Programme}
    names = {str(pk): name for pk, name in named[by].objects.values_list("pk", "name")} if by in named else {}
    persons = summaries.distinct_persons(division.path, span, measure, by=by)
    order = [str(month) for month in span.months] if by == "month" else []
    keys = dict.fromkeys([*order, *sorted({key for totals in found.values() for key in totals} | persons.keys())])
    rows = []
    for key in keys:
        row = TableRow(key, known(names.get(key)) or label("" if by in named else key, by), persons=persons.get(key, 0))
        for name, totals in found.items():
            _put(row, name, totals.get(key, 0), measure)
        if not row.empty or key in order:
            rows.append(row)
    return rows


def _division_rows(
    division: Division,
    children: list[Division],
    split: Splitter,
    persons: Persons,
    found: dict[str, dict[str, int]],
    measure: str,
) -> list[TableRow]:
    rows = {
        child.code: TableRow(child.code, child.name, child.code, persons=persons.below.get(child.path, 0)) for child in children
    }
    for name, totals in found.items():
        for path, value in totals.items():
            code = split.key(Fact(path, 0))
            if code not in rows:
                rows[code] = TableRow(code, split.names.get(code, code))
            _put(rows[code], name, value, measure)
    if division.code in rows:
        rows[division.code].persons = persons.own
    return [rows[code] for code in sorted(rows, key=lambda code: (code == division.code, code))]


def _put(row: TableRow, name: str, value: int, measure: str) -> None:
    if name == measure:
        row.person_times += value
    elif name in ("minutes", "hundredths", "classes", "sessions", "unnamed"):
        setattr(row, name, getattr(row, name) + value)


def _total(division: Division, persons: Persons, rows: Iterable[TableRow]) -> TableRow:
    total = TableRow("", division.name)
    for row in rows:
        for name in ("classes", "sessions", "person_times", "unnamed", "minutes", "hundredths"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    total.persons = persons.all
    return total


def _fill_completeness(
    division: Division, children: list[Division], between: list[str], span: spans.Span, rows: list[TableRow], split: Splitter
) -> None:
    """Sessions planned in months that are over and not held; and what is locked for the whole period."""
    last_over = month_of(clock.today().replace(day=1) - dt.timedelta(days=1))
    by_code = {row.key: row for row in rows}
    if span.first <= last_over:
        over = spans.Span(span.code, span.first, min(span.last, last_over))
        found = summaries.additive_below(division.path, over, ["planned", "sessions"], through=between)
        for name, sign in (("planned", 1), ("sessions", -1)):
            for path, value in found.get(name, {}).items():
                row = by_code.get(split.key(Fact(path, 0)))
                if row is not None:
                    row.missing += sign * value
    for row in rows:
        row.missing = max(0, row.missing)
    locks = set(
        PeriodLock.objects.filter(lifted_at__isnull=True, period__gte=span.first, period__lte=span.last).values_list(
            "division__path", "period"
        )
    )
    for row, child in _of_children(rows, children):
        row.locked = all(any(child.path.startswith(path) and period == month for path, period in locks) for month in span.months)


def _of_children(rows: Iterable[TableRow], children: Iterable[Division]) -> Iterable[tuple[TableRow, Division]]:
    by_code = {row.key: row for row in rows}
    return [(by_code[child.code], child) for child in children]


def _cards(division: Division, persons: Persons, span: spans.Span, basis: CountingBasis, total: TableRow) -> Cards:
    measure = ledger.measure_of(basis)
    modes = summaries.additive(division.path, span, [measure], by="mode").get(measure, {})
    gained = summaries.distinct_persons(division.path, span, "licence").get("", 0)
    return Cards(
        person_times=total.person_times,
        by_mode=[(str(MODE_LABELS[mode]), modes[mode]) for mode in MODE_LABELS if modes.get(mode)],
        unnamed=total.unnamed,
        persons=total.persons,
        children_sum=sum(persons.below.values()) + persons.own,
        hours=total.hours,
        minutes=total.minutes,
        scheme=ledger.scheme_for(division, span.end).name,
        licences_gained=gained,
        licensed=summaries.stock(division.path, "licence", span.last),
        registered=summaries.stock(division.path, "registration", span.last),
    )
