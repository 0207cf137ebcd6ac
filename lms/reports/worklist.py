"""What waits in reports: months to hand in, and months that others handed in to be decided on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.waiting import Task
from lms.places.models import Level
from lms.places.selectors import home_of
from lms.reports.approval import pages
from lms.reports.states import APPROVERS, SUBMITTERS, Status


def tasks(actor: Actor) -> list[Task]:
    home = home_of(actor, *SUBMITTERS, *APPROVERS)
    if home is None or home.level > Level.COUNTY or home.level == Level.NATION:
        return []
    found: list[Task] = []
    months = pages.months(home)[:3]
    waiting = sum(month.waiting for month in months)
    if waiting and actor.has(*APPROVERS):
        found.append(Task(_("下级报送的月度数据待审核"), waiting, reverse("reports:approval")))
    own = [m for m in months if m.own.submission is not None and m.own.submission.status == Status.SUBMITTED]
    if own and home.level == Level.PROVINCE and actor.has(*APPROVERS):
        found.append(Task(_("省级汇总待锁定"), len(own), reverse("reports:period", args=[home.code, own[0].period])))
    returned = [m for m in months if m.own.returned]
    if returned and actor.has(*SUBMITTERS):
        address = reverse("reports:period", args=[home.code, returned[0].period])
        found.append(Task(_("月度数据被退回，待重报"), len(returned), address, is_late=True))
    return found
