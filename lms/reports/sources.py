"""What each measure is made of: which lines it is the sum of, or which of them stand for a human being. Tables sum it, opened
numbers list it; both find the rows by the same facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils import timezone

from lms.ledger import selectors as ledger
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import Line
from lms.ledger.querysets import LineQuerySet
from lms.ledger.summaries import lapse_of
from lms.people import selectors as people
from lms.reports.dimensions import COLUMNS, Fact

HEADS: dict[str, Any] = {"kind": Kind.HEADCOUNT}
LEARNT: dict[str, Any] = {"kind__in": LEARNING}
# measure → its lines, and the column it is the sum of
SUMMED: dict[str, tuple[dict[str, Any], str]] = {
    "unnamed": (HEADS, "quantity"),
    "hours": (LEARNT, "hour_hundredths"),
    "clock_hours": (LEARNT, "minutes"),
    "classes": ({"kind": Kind.HELD, "topic": "class"}, "quantity"),
    "sessions": ({"kind": Kind.HELD, "topic": "session"}, "quantity"),
}
STOCKS = {"licensed": Kind.LICENSED, "registered": Kind.REGISTERED}


class Entry(NamedTuple):
    """A line of somebody: who, as one human being; since and until when; where and what."""

    line: int
    person: int
    day: dt.date
    lapse: dt.date | None
    fact: Fact


def sums(lines: LineQuerySet, scope: ledger.Scope, needs: Iterable[str], *columns: str) -> Iterator[tuple[Any, ...]]:
    """(fact, sums…) of lines, grouped by what the dimensions need to know."""
    more, grouped = _read(needs)
    found = lines.order_by().values_list(*grouped).annotate(**{f"sum_{name}": Sum(name) for name in columns})
    for values in found.iterator(chunk_size=5000):
        yield _fact(values[: len(grouped)], more, scope), *values[len(grouped) :]


def each(lines: LineQuerySet, scope: ledger.Scope, needs: Iterable[str], *columns: str) -> Iterator[tuple[Any, ...]]:
    """(fact, columns…) of every line, in the order it was posted."""
    more, grouped = _read(needs)
    for values in lines.order_by("posted_on", "position").values_list(*grouped, *columns).iterator(chunk_size=5000):
        yield _fact(values[: len(grouped)], more, scope), *values[len(grouped) :]


def _read(needs: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Fields of a fact that the dimensions need, and the columns they are read from behind place and month."""
    more = {name: column for by in needs for name, column in COLUMNS.get(by, {}).items()}
    return list(more), ("division_id", "division__path", "posted_period", *more.values())


def _fact(values: tuple[Any, ...], more: list[str], scope: ledger.Scope) -> Fact:
    division, path, month, *rest = values
    sides = {name: value for name, value in zip(more, rest, strict=True) if value is not None}
    return Fact(scope.boundaries.path(division, path), month, **sides)


def gained(scope: ledger.Scope, needs: Iterable[str]) -> list[Entry]:
    """Each human being who gained a licence in the scope, once, by the first line."""
    return firsts(_entries(scope.lines().filter(kind=Kind.LICENSED, person__isnull=False), scope, needs), None)


def standing(measure: str, scope: ledger.Scope, needs: Iterable[str]) -> list[Entry]:
    """Every line by which somebody came to hold what a stock counts, up to the last day."""
    assert scope.end is not None
    until = timezone.make_aware(dt.datetime.combine(scope.end, dt.time.max))
    lines = Line.objects.as_of(scope.position).filter(kind=STOCKS[measure], person__isnull=False)
    return _entries(lines.within(scope.path, scope.boundaries).filter(happened_to__lte=until), scope, needs)


def firsts(entries: Iterable[Entry], on: dt.date | None) -> list[Entry]:
    """Each human being once, by the first line; ``on``: of those that had happened by the day and had not lapsed before it."""
    found: dict[int, Entry] = {}
    for entry in entries:
        if on is None or (entry.day <= on and (entry.lapse is None or entry.lapse >= on)):
            found.setdefault(entry.person, entry)
    return list(found.values())


def _entries(lines: LineQuerySet, scope: ledger.Scope, needs: Iterable[str]) -> list[Entry]:
    """Lines in the order they happened."""
    more, grouped = _read(needs)
    canonical = people.canonical_ids(scope.position)
    columns = ("pk", "person_id", "happened_to", "facts", *grouped)
    found = []
    for pk, person, happened, facts, *values in lines.order_by("happened_to", "position").values_list(*columns):
        fact = _fact(tuple(values), more, scope)
        found.append(Entry(pk, canonical.get(person, person), timezone.localdate(happened), lapse_of(facts), fact))
    return found
