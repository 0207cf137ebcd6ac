"""The pages of approval as plain values: the worklist of a level, and one division's month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.ledger.rules import first_day, month_of
from lms.places.models import Division, Level
from lms.reports.approval import names, units
from lms.reports.models import Submission
from lms.reports.states import APPROVERS, SUBMITTERS, Status

MONTHS = 6
TONES = {Status.SUBMITTED: "tag-accent", Status.RETURNED: "tag-warn", Status.ACCEPTED: "tag-good", Status.LOCKED: "tag-good"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the level below in one month."""

    division: Division
    submission: Submission | None
    returned: bool
    submitted_by: str = ""
    total: dict[str, Any] | None = None

    @property
    def state(self) -> tuple[str, str]:
        """The tag's class and its words."""
        if self.submission is not None:
            words = _("零报告，%(status)s") if self.submission.is_nil else "%(status)s"
            return TONES[Status(self.submission.status)], words % {"status": self.submission.get_status_display()}
        return state_of(Status.RETURNED if self.returned else None)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a division in the worklist."""

    period: int
    own: Unit
    below: int
    accepted: int
    waiting: int

    @property
    def label(self) -> str:
        return period_label(self.period)

    @property
    def missing(self) -> int:
        return self.below - self.accepted - self.waiting


def state_of(status: Status | None) -> tuple[str, str]:
    """The tag of a month's last round; None: never handed in."""
    if status is None:
        return "", _("未报送")
    return TONES[status], _("已退回，待重报") if status == Status.RETURNED else str(status.label)


def period_label(period: int) -> str:
    return _("%(year)d年%(month)d月") % {"year": period // 100, "month": period % 100}


def months(division: Division) -> list[Month]:
    """The last months that are over, the newest first; a constant number of queries."""
    periods = [units.latest_over()]
    while len(periods) < MONTHS:
        periods.append(month_of(first_day(periods[-1]) - dt.timedelta(days=1)))
    below = units.below(division, periods[0])
    rows = Submission.objects.filter(period__in=periods, division__in=[division.pk, *(d.pk for d in below)])
    found: dict[tuple[int, int], Submission] = {}
    for row in rows.order_by("number").defer("payload"):
        found[row.period, row.division_id] = row
    shown = []
    for period in periods:
        states = [found[period, d.pk].status for d in below if (period, d.pk) in found]
        accepted = sum(state in (Status.ACCEPTED, Status.LOCKED) for state in states)
        own = found.get((period, division.pk))
        shown.append(Month(period, _unit(division, own), len(below), accepted, states.count(Status.SUBMITTED)))
    return shown


def _unit(division: Division, last: Submission | None) -> Unit:
    returned = last is not None and last.status == Status.RETURNED
    return Unit(division, None if returned else last, returned)


def below(division: Division, period: int) -> list[Unit]:
    """Every unit right below with what it handed in."""
    divisions = units.below(division, period)
    last: dict[int, Submission] = {}
    for row in Submission.objects.filter(period=period, division__in=divisions).order_by("number"):
        last[row.division_id] = row
    who = names.of_submissions(last.values())
    found = []
    for place in divisions:
        unit = _unit(place, last.get(place.pk))
        handed_in = unit.submission
        if handed_in is None:
            found.append(unit)
        else:
            found.append(Unit(place, handed_in, False, who.get(handed_in.submitted_by, ""), handed_in.content["total"]))
    return found


@dataclass(frozen=True, slots=True)
class May:
    """What this actor may do here now; each is checked again by the service."""

    submit: bool
    accept: bool
    send_back: bool
    lock: bool
    nil: int
    accept_nil: int

    @property
    def anything(self) -> bool:
        return bool(self.submit or self.accept or self.send_back or self.lock or self.nil or self.accept_nil)

    @property
    def decide(self) -> bool:
        return self.accept or self.lock


def may(actor: Actor, division: Division, period: int, row: Submission | None, shown: list[Unit]) -> May:
    enters = units.reports(division) and actor.covers(division.path, *SUBMITTERS) and units.is_over(period)
    decides = row is not None and units.reports(division) and actor.covers(units.above(division).path, *APPROVERS)
    own = row is not None and row.submitted_by == actor.uuid
    open_row = row is not None and row.status == Status.SUBMITTED
    is_top = division.level == Level.PROVINCE
    nil = [u for u in shown if u.submission is None and not u.returned]
    to_accept = [u for u in shown if u.submission is not None and u.submission.is_nil and u.submission.status == Status.SUBMITTED]
    theirs = [u for u in to_accept if u.submission is not None and u.submission.submitted_by != actor.uuid]
    return May(
        submit=enters and row is None,
        accept=decides and open_row and not is_top and not own,
        send_back=decides and row is not None and row.status in (Status.SUBMITTED, Status.ACCEPTED),
        lock=decides and open_row and is_top and not own,
        nil=len(nil) if enters else 0,
        accept_nil=len(theirs) if actor.covers(division.path, *APPROVERS) else 0,
    )
