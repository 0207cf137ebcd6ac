"""How much of a figure's period has been approved: of each county and each month that is over, whether it or one above it was.

A county's month stands for the smallest thing that is signed. A nil report accepted for a prefecture, or a province's lock,
covers the counties below; a township's months are its county's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lms.ledger.rules import last_day, month_of
from lms.places.models import Division, Level
from lms.places.rules import upwards
from lms.reports.approval import units
from lms.reports.models import Submission
from lms.reports.states import Status

APPROVED = (Status.ACCEPTED, Status.LOCKED)


@dataclass(frozen=True, slots=True)
class Missing:
    """One county and its months that nobody has approved."""

    pk: int
    path: str
    months: Sequence[int]


@dataclass(frozen=True, slots=True)
class Signed:
    """``asked``: county-months of the period that are over; ``missing``: the counties with months not yet approved."""

    asked: int
    missing: list[Missing]
    is_county: bool = False  # asked of one county, or of a township in it

    @property
    def waiting(self) -> int:
        return sum(len(each.months) for each in self.missing)

    @property
    def approved(self) -> int:
        return self.asked - self.waiting

    @property
    def state(self) -> tuple[str, str]:
        """The tag's class and its words."""
        if not self.asked:
            return "", _("统计期内没有已结束的月份可审定")
        if not self.missing:
            return "tag-good", _("各月均已审定") if self.is_county else _("各县区各月均已审定")
        if self.is_county:
            return "tag-warn", _("%(months)d 个月尚未审定") % {"months": self.waiting}
        return "tag-warn", _("%(n)d 个县区共 %(months)d 个月尚未审定") % {"n": len(self.missing), "months": self.waiting}

    def under(self, path: str) -> int:
        """How many county-months below a division are not approved."""
        return sum(len(each.months) for each in self.missing if each.path.startswith(path))

    def in_month(self, month: int) -> int:
        """How many counties are not approved in one month."""
        return sum(month in each.months for each in self.missing)


def signed(place: Division, start: dt.date, end: dt.date) -> Signed:
    """Of a division and the months of a period; two queries, whatever the division."""
    is_county = place.level >= Level.COUNTY
    months = months_over(start, end)
    if not months:
        return Signed(0, [], is_county)
    approved: dict[str, set[int]] = {}
    rows = _reaching(place, months).filter(status__in=APPROVED)
    for path, month in rows.order_by().values_list("division__path", "period").distinct():
        approved.setdefault(path, set()).add(month)
    asked, missing = 0, []
    for pk, path, valid_from, valid_to in _counties(place):
        stood = months if valid_from is None and valid_to is None else _stood(months, valid_from, valid_to)
        asked += len(stood)
        done = set().union(*(approved[above] for above in upwards(path) if above in approved))
        waiting = [month for month in stood if month not in done] if done else stood
        if waiting:
            missing.append(Missing(pk, path, waiting))
    return Signed(asked, missing, is_county)


def _stood(months: Sequence[int], valid_from: dt.date | None, valid_to: dt.date | None) -> Sequence[int]:
    """The months on whose last day it stood: whoever stands then reports the month."""
    first = month_of(valid_from) if valid_from else months[0]
    return [m for m in months if m >= first and (valid_to is None or last_day(m) <= valid_to)]


def months_over(start: dt.date, end: dt.date) -> list[int]:
    """Months that lie in the period, wholly or in part, and are over."""
    last, month, found = min(month_of(end), units.latest_over()), month_of(start), []
    while month <= last:
        found.append(month)
        month = month_of(last_day(month) + dt.timedelta(days=1))
    return found


def decisions(place: Division, start: dt.date, end: dt.date) -> tuple[int, ...]:
    """What has been decided so far, as counts that every act moves: a kept figure is known by them."""
    rows = _reaching(place, [month_of(start), month_of(end)])
    found = rows.aggregate(all=Count("pk"), accepted=Count("accepted_at"), returned=Count("returned_at"), locked=Count("locked_at"))
    return tuple(found.values())


def _reaching(place: Division, months: Sequence[int]):  # type: ignore[no-untyped-def]
    """Submissions of the months that cover the division or lie in it."""
    reaching = Q(division__path__in=upwards(place.path)) | Q(division__path__startswith=place.path)
    return Submission.objects.filter(reaching, period__range=(months[0], months[-1]))


def _counties(place: Division) -> Iterable[tuple[int, str, dt.date | None, dt.date | None]]:
    """Every county that has stood in the division, or the one it lies in."""
    counties = Division.objects.filter(level=Level.COUNTY, is_statistical=False)
    if place.level > Level.COUNTY:
        counties = counties.filter(path__in=upwards(place.path))
    elif place.path != "/":
        counties = counties.filter(path__startswith=place.path)
    return counties.order_by("path", "pk").values_list("pk", "path", "valid_from", "valid_to")
