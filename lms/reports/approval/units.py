"""Who reports to whom: counties to their prefecture, prefectures to the province, in the tree of the period's last day."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.ledger.rules import last_day, month_of
from lms.places.boundaries import children_known
from lms.places.models import Division, Level
from lms.places.selectors import ancestors
from lms.reports.models import Submission

REPORTING_LEVELS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


def reports(division: Division) -> bool:
    return division.level in REPORTING_LEVELS and not division.is_statistical


def below(division: Division, period: int, position: int | None = None) -> list[Division]:
    """The units that report to a division for a period; none below a county."""
    if division.level not in (Level.NATION, Level.PROVINCE, Level.PREFECTURE):
        return []
    known = positions.closed() if position is None else position
    children = children_known(division, on=last_day(period), position=known)
    return [child for child in children if reports(child)]


def above(division: Division) -> Division:
    """Whom it reports to: the nearest above; a province's own approvers decide on the province's."""
    if division.level == Level.PROVINCE:
        return division
    return [a for a in ancestors(division) if reports(a)][-1]


def standing_of(divisions: list[Division], period: int) -> dict[int, Submission]:
    """division id → the submission that stands."""
    rows = Submission.objects.standing().filter(period=period, division__in=[d.pk for d in divisions])
    return {row.division_id: row for row in rows.select_related("division", "seal", "basis")}


def rounds(division: Division, period: int) -> QuerySet[Submission]:
    """Every round of a division and period, the newest first."""
    return (
        Submission.objects.filter(division=division, period=period).select_related("division", "seal", "basis").order_by("-number")
    )


def check_period(period: int) -> None:
    if not (1900 <= period // 100 <= 2999 and 1 <= period % 100 <= 12):
        raise BadInput(_("期间应写成四位年加两位月，例如 202201。"))


def is_over(period: int) -> bool:
    return last_day(period) < clock.today()


def latest_over() -> int:
    """The month before this one: what is due."""
    return month_of(clock.today().replace(day=1) - dt.timedelta(days=1))


def submission_in(actor: Actor, division: Division, period: int, *roles: str) -> Submission:
    """The submission that stands for a division in scope; outside is missing."""
    found = standing_of([division], period).get(division.pk)
    if found is None or not actor.covers(division.path, *roles):
        raise Missing(_("没有这一期的报送。"))
    return found
