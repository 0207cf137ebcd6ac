"""What waits in courses: the day's half-days, what was left lying, rosters, certificates; requests, leave, late sign-ins."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.selectors import presence, signups, waiting
from courses.states import APPROVERS
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.waiting import Task


def tasks(actor: Actor) -> list[Task]:
    found: list[Task] = []
    if actor.has(*APPROVERS):
        asked = signups.waiting_for_approval(actor).count()
        if asked:
            found.append(Task(_("报名待单位审核"), asked, reverse("courses:approvals")))
    if actor.has(*OFFICE):
        leave = signups.leave_waiting(actor).count()
        if leave:
            found.append(Task(_("请假待批"), leave, reverse("courses:leave_list")))
        late = presence.late_in(actor)
        first = late.first()
        if first is not None:
            found.append(Task(_("离线补送的签到待核对"), late.count(), reverse("courses:attendance", args=[first.session.uuid])))
        found += _classes(actor)
    return found


def _classes(actor: Actor) -> list[Task]:
    """The day's half-days and what has been left lying. One thing opens itself, several open the list of classes."""
    found: list[Task] = []
    for sessions, label, is_late in (
        (waiting.half_days_today(actor), _("今天的课次"), False),
        (waiting.half_days_overdue(actor), _("课次已过，还没有结束"), True),
    ):
        rows = list(sessions.select_related("training_class")[:2])
        if rows:
            count = len(rows) if len(rows) < 2 else sessions.count()
            detail = f"{timezone.localtime(rows[0].starts_at):%H:%M} {rows[0].title} · {rows[0].training_class.title}"
            address = reverse("courses:attendance", args=[rows[0].uuid])
            found.append(Task(label, count, address, detail, is_late=is_late))
    for classes, label, route in (
        (waiting.classes_to_close(actor), _("班次办完，待结班"), "courses:class_detail"),
        (waiting.classes_to_certify(actor), _("班次已结业，待发证书"), "courses:class_certificates"),
    ):
        first = list(classes[:2])
        if first:
            count = len(first) if len(first) < 2 else classes.count()
            found.append(Task(label, count, reverse(route, args=[first[0].uuid]), first[0].title))
    rosters = list(waiting.own_rosters(actor).select_related("training_class")[:2])
    if rosters:
        count = len(rosters) if len(rosters) < 2 else waiting.own_rosters(actor).count()
        address = reverse("courses:roster_detail", args=[rosters[0].uuid])
        found.append(Task(_("上传的名册待您确认"), count, address, f"{rosters[0].file_name} · {rosters[0].training_class.title}"))
    return found
