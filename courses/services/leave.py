"""Leave (请假): a learner asks to be away from a half-day, the office answers. It posts nothing: who is away makes no line."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, CourseSession, LeaveRequest
from courses.services.locks import check_live, locked_class
from courses.services.seats import lock
from courses.states import EnrolmentState, LeaveState, SessionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.notices import services as notices

STANDING = (LeaveState.ASKED, LeaveState.GRANTED)


def ask_leave(*, enrolment: ClassEnrolment, sessions: Sequence[CourseSession], reason: str, by: Actor) -> list[LeaveRequest]:
    """Ask for leave from half-days that have not ended, all or none. What waits or was granted already stands.

    Refuses half-days of other classes, over or cancelled, and those one was marked present in.
    """
    if not reason.strip():
        raise BadInput(_("请写明请假原因。"))
    if not sessions:
        raise BadInput(_("请选择要请假的半天。"))
    with transaction.atomic():
        training_class = lock(enrolment.training_class)
        found = ClassEnrolment.objects.select_related("person").get(pk=enrolment.pk)
        if found.person.user_id is None or found.person.user_id != by.user_id:
            raise Missing(_("没有这个班次。"))
        check_live(training_class)
        if found.state != EnrolmentState.ENROLLED:
            raise Refused(_("您已不在这个班，不用请假。"))
        wanted = list(training_class.sessions.filter(pk__in=[session.pk for session in sessions]))
        if len(wanted) != len({session.pk for session in sessions}):
            raise Missing(_("没有这个课次。"))
        now = clock.now()
        if any(s.state != SessionState.PLANNED or s.ends_at <= now for s in wanted):
            raise Refused(_("课次已结束或取消，不能再请假。"))
        if found.attendance.filter(session__in=wanted, minutes__gt=0).exists():
            raise Refused(_("您已签到，不能请假。"))
        standing = {row.session_id: row for row in found.leave_requests.filter(session__in=wanted, state__in=STANDING)}
        made = [LeaveRequest(enrolment=found, session=s, reason=reason.strip()[:200]) for s in wanted if s.pk not in standing]
        LeaveRequest.objects.bulk_create(made)
        for row in made:
            audit.record("courses.leave.asked", row, by=by, division_path=training_class.division.path, session=row.session.uuid)
        standing.update({row.session_id: row for row in made})
    return [standing[s.pk] for s in wanted]


def answer_leave(*, leave: LeaveRequest, granted: bool, reply: str = "", by: Actor) -> LeaveRequest:
    """Grant or refuse leave; a refusal says why. The same answer twice is once; an answer given stands."""
    if not granted and not reply.strip():
        raise BadInput(_("不准假请写明原因。"))
    with transaction.atomic():
        training_class = locked_class(leave.session.training_class, by)
        found = LeaveRequest.objects.select_related("enrolment__person__user", "session").get(pk=leave.pk)
        answer = LeaveState.GRANTED if granted else LeaveState.REFUSED
        if found.state == answer:
            return found
        if found.state != LeaveState.ASKED:
            raise Refused(_("这份请假%(state)s，不能再批。") % {"state": found.get_state_display()})
        if found.enrolment.person.user_id is not None and found.enrolment.person.user_id == by.user_id:
            raise Refused(_("不能批自己的请假。"))
        found.state, found.reply = answer, reply.strip()[:200]
        found.decided_at, found.decided_by = clock.now(), by.uuid
        found.save(update_fields=["state", "reply", "decided_at", "decided_by"])
        audit.record("courses.leave.answered", found, by=by, division_path=training_class.division.path, answer=str(answer))
        notices.tell(
            [found.enrolment.person],
            kind="class.leave_decided",
            facts={"class": training_class.title, "session": found.session.title, "answer": found.get_state_display()},
            url=reverse("courses:my_class", args=[found.enrolment.uuid]),
            key=f"class.leave_decided:{found.uuid}",
            by=by,
        )
    return found


def withdraw_leave(*, leave: LeaveRequest, by: Actor) -> LeaveRequest:
    """A learner will come after all: takes back what waits or was granted. Twice is once."""
    with transaction.atomic():
        training_class = lock(leave.session.training_class)
        found = LeaveRequest.objects.select_related("enrolment__person").get(pk=leave.pk)
        if found.enrolment.person.user_id is None or found.enrolment.person.user_id != by.user_id:
            raise Missing(_("没有这份请假。"))
        if found.state == LeaveState.WITHDRAWN:
            return found
        if found.state not in STANDING:
            raise Refused(_("这份请假%(state)s，不能撤回。") % {"state": found.get_state_display()})
        found.state, found.decided_at, found.decided_by = LeaveState.WITHDRAWN, clock.now(), by.uuid
        found.save(update_fields=["state", "decided_at", "decided_by"])
        audit.record("courses.leave.withdrawn", found, by=by, division_path=training_class.division.path)
    return found
