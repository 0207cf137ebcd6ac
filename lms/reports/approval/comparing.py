"""As signed, as now known, and the difference: what has been learnt about a month since its figures were signed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.core import positions
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis, Line
from lms.ledger.rules import first_day, last_day
from lms.places.models import Division
from lms.reports.breakdown import Row, breakdown
from lms.reports.models import Submission


@dataclass(frozen=True, slots=True)
class Figures:
    person_times: int = 0
    persons: int = 0
    unnamed: int = 0
    minutes: int = 0
    hours: Decimal = Decimal(0)

    @classmethod
    def of_row(cls, row: Row) -> Figures:
        return cls(row.person_times, row.persons, row.unnamed, row.minutes, row.hours)

    @classmethod
    def of_payload(cls, row: dict[str, Any] | None) -> Figures:
        if row is None:
            return cls()
        return cls(row["person_times"], row["persons"], row["unnamed"], row["minutes"], Decimal(row["hours"]))

    def minus(self, other: Figures) -> Figures:
        return Figures(
            self.person_times - other.person_times,
            self.persons - other.persons,
            self.unnamed - other.unnamed,
            self.minutes - other.minutes,
            self.hours - other.hours,
        )

    @property
    def any(self) -> bool:
        return bool(self.person_times or self.persons or self.unnamed or self.minutes or self.hours)


@dataclass(frozen=True, slots=True)
class Compared:
    key: str
    name: str
    signed: Figures | None
    known: Figures

    @property
    def empty(self) -> bool:
        return not (self.known.any or (self.signed is not None and self.signed.any))

    @property
    def difference(self) -> Figures | None:
        return None if self.signed is None else self.known.minus(self.signed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``late``: lines that happened in the month and were posted to a later one; ``reversed_since``: taken back since."""

    rows: list[Compared]
    total: Compared
    late: int
    reversed_since: int
    position: int

    @property
    def differs(self) -> bool:
        return bool(self.total.difference and self.total.difference.any) or any(
            r.difference and r.difference.any for r in self.rows
        )


def compare(division: Division, period: int, *, basis: CountingBasis | None, submission: Submission | None) -> Comparison:
    """The month as signed (when it is) and as it is known now, row by row of the units below."""
    start, end, now = first_day(period), last_day(period), positions.closed()
    used = submission.basis if submission else basis or ledger.default_basis(end)
    known = breakdown(division=division, start=start, end=end, basis=used, position=now, late=submission is not None)
    now_rows = {row.key: row for row in known.rows}
    if submission is None:
        rows = [Compared(r.key, r.name, None, Figures.of_row(r)) for r in known.rows]
        return Comparison(rows, Compared("", _("合计"), None, Figures.of_row(known.total)), 0, 0, now)
    content = submission.content
    signed = {row["key"]: row for row in content["rows"]}
    rows = []
    for key in sorted(signed.keys() | now_rows.keys()):
        name = now_rows[key].name if key in now_rows else signed[key]["name"]
        fresh = Figures.of_row(now_rows[key]) if key in now_rows else Figures()
        rows.append(Compared(key, name, Figures.of_payload(signed.get(key)), fresh))
    total = Compared("", _("合计"), Figures.of_payload(content["total"]), Figures.of_row(known.total))
    lines = Line.objects.standing().within(division)
    late = lines.reported(start, end, late=True).filter(posted_on__gt=end).count()
    gone = Line.objects.filter(sign=1, position__lte=submission.closing_position).in_period(period).within(division)
    reversed_since = gone.filter(reversed_by__position__gt=submission.closing_position).count()
    return Comparison(rows, total, late, reversed_since, now)
