"""What waits in courses: requests for the unit's answer, leave to answer, sign-ins that came later."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from courses.selectors import presence, signups
from courses.states import APPROVERS
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.waiting import Task


def tasks(actor: Actor) -> list[Task]:
    found: list[Task] = []
    if actor.has(*APPROVERS):
        waiting = signups.waiting_for_approval(actor).count()
        if waiting:
            found.append(Task(_("报名待单位审核"), waiting, reverse("courses:approvals")))
    if actor.has(*OFFICE):
        leave = signups.leave_waiting(actor).count()
        if leave:
            found.append(Task(_("请假待批"), leave, reverse("courses:leave_list")))
        late = presence.late_in(actor)
        first = late.first()
        if first is not None:
            found.append(Task(_("离线补送的签到待核对"), late.count(), reverse("courses:attendance", args=[first.session.uuid])))
    return found
