"""Figures as folds over the lines, at any position. Slow and right; the summaries are held against these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from lms.core import positions
from lms.ledger import rules
from lms.ledger.folding import Unit, units_of
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountingBasis, HourScheme, Line
from lms.ledger.querysets import LineQuerySet
from lms.ledger.selectors.lines import entries, group_lines, occasions_touching, plans_of
from lms.ledger.selectors.standards import default_basis, plain
from lms.people import selectors as people
from lms.places.boundaries import THEN, Boundaries
from lms.places.models import Division


@dataclass(frozen=True, slots=True)
class Scope:
    """Where, when and as known when: what every figure is asked for."""

    path: str
    start: dt.date | None
    end: dt.date | None
    position: int
    boundaries: Boundaries = THEN
    late: bool = False  # with what happened in the period and was posted to a later one

    @classmethod
    def of(
        cls,
        division: Division | str,
        start: dt.date | None,
        end: dt.date | None,
        *,
        as_of: int | None = None,
        boundaries: Boundaries = THEN,
        late: bool = False,
    ) -> Scope:
        path = division if isinstance(division, str) else division.path
        return cls(path, start, end, positions.closed() if as_of is None else as_of, boundaries, late)

    @property
    def days(self) -> tuple[dt.date | None, dt.date] | None:
        return (self.start, self.end) if self.late and self.end is not None else None

    def lines(self) -> LineQuerySet:
        """Every standing line of the scope."""
        lines = Line.objects.as_of(self.position).within(self.path, self.boundaries)
        return lines.reported(self.start, self.end, late=self.late)

    def holds(self, unit: Unit) -> bool:
        return (
            unit.path.startswith(self.path)
            and (self.start is None or unit.counted_on >= self.start)
            and (self.end is None or unit.counted_on <= self.end)
        )


def counted(scope: Scope, basis: CountingBasis | None = None) -> list[Unit]:
    """Every person-time of the scope under a basis (the default one), each with the line that made it count."""
    with_basis = plain(basis or default_basis(scope.end))
    canonical = people.canonical_ids(scope.position)
    lines = group_lines(with_basis, scope, canonical=canonical)
    touching = occasions_touching(with_basis, scope.start, scope.end, late=scope.late)
    plans = plans_of(touching, as_of=scope.position, late=scope.days)
    found = entries(lines, canonical, boundaries=scope.boundaries, late=scope.days)
    return [unit for unit in units_of(found, plans, with_basis) if scope.holds(unit)]


def person_times(scope: Scope, basis: CountingBasis | None = None) -> int:
    """人次: participations, summed. Never add it to persons."""
    return len(counted(scope, basis))


def persons(scope: Scope, basis: CountingBasis | None = None) -> int:
    """人数: each human being once, told apart through merges as known at the position."""
    return len({unit.person for unit in counted(scope, basis)})


def distinct(units: Iterable[Unit]) -> int:
    return len({unit.person for unit in units})


@dataclass(frozen=True, slots=True)
class Learning:
    """Learning time: whole minutes, and what they are worth in hundredths of a credit hour under a scheme."""

    minutes: int
    hundredths: int

    @property
    def hours(self) -> Decimal:
        return Decimal(self.hundredths) / 100


def minutes_and_hours(scope: Scope, *, scheme: HourScheme | None = None, kinds: Iterable[str] = LEARNING) -> Learning:
    """Minutes attended and studied, and their hours: as stamped when posted, or valued anew under ``scheme``."""
    if scheme is None:
        found = scope.lines().filter(kind__in=list(kinds)).aggregate(minutes=Sum("minutes"), hundredths=Sum("hour_hundredths"))
        return Learning(found["minutes"] or 0, found["hundredths"] or 0)
    minutes = hundredths = 0
    before: dict[tuple[int | None, object, str], int] = {}
    # a lesson is valued as a whole, so what was studied before the period is read too
    lines = Line.objects.as_of(scope.position).filter(kind__in=list(kinds)).within(scope.path, scope.boundaries)
    rows = lines.posted(None, scope.end).order_by("position")
    for kind, mode, person, occasion, slot, on, taken in rows.values_list(
        "kind", "mode", "person_id", "occasion", "slot", "posted_on", "minutes"
    ).iterator(chunk_size=5000):
        already = 0
        if rules.values_whole_lessons(scheme.rules, kind=kind, mode=mode):
            key = (person, occasion, slot[:36])
            already = before.get(key, 0)
            before[key] = already + taken
        if scope.start is not None and on < scope.start:
            continue
        minutes += taken
        hundredths += rules.hundredths_of(taken, scheme.rules, kind=kind, mode=mode, before=already)
    return Learning(minutes, hundredths)


def total_quantity(scope: Scope, kind: Kind, **conditions: object) -> int:
    """The quantity of lines without persons: heads without names, cases, and one each of classes, sessions and events."""
    lines = scope.lines().filter(kind=kind, **conditions)
    return lines.aggregate(total=Sum("quantity"))["total"] or 0


def classes(scope: Scope) -> int:
    return total_quantity(scope, Kind.HELD, topic="class")


def sessions(scope: Scope, mode: str = "") -> int:
    return total_quantity(scope, Kind.HELD, topic="session", **({"mode": mode} if mode else {}))


def events(scope: Scope, kind: str) -> int:
    return total_quantity(scope, Kind.HELD, topic=f"event:{kind}")


def cases(scope: Scope) -> int:
    return total_quantity(scope, Kind.CASES_SHARED)


def unnamed(scope: Scope) -> int:
    """未具名: heads counted without names, opening balances among them."""
    return total_quantity(scope, Kind.HEADCOUNT)
