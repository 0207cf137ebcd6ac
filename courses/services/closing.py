"""A class that is over: who met its attendance floor, settled when it closes and again for whoever is identified later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Attendance, ClassEnrolment, CourseSession, TrainingClass
from courses.services import lines, seats, telling
from courses.services.locks import check_live, locked_class
from courses.states import ClassState, EnrolmentState, SessionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Mode


def close_class(*, training_class: TrainingClass, by: Actor) -> TrainingClass:
    """Close a class all of whose half-days are held: who met the attendance floor is completed. Closing twice is once."""
    with transaction.atomic():
        found = locked_class(training_class, by)
        if found.state == ClassState.HELD:
            return found
        check_live(found)
        sessions = _sessions(found)
        waiting = [s for s in sessions if s.state == SessionState.PLANNED]
        if waiting:
            raise Refused(_("还有 %(count)d 个课次没有结束；请先结束或取消它们。") % {"count": len(waiting)})
        if not sessions:
            raise Refused(_("这个班还没有举办过课次，不能结班；如不再举办请取消班次。"))
        now = clock.now()
        enrolments = list(
            found.enrolments.filter(state=EnrolmentState.ENROLLED).select_related("person", "division", "category", "organisation")
        )
        completed = _settle(found, enrolments, sessions, now)
        ClassEnrolment.objects.bulk_update(enrolments, ["state", "closed_at"], batch_size=200)
        found.state, found.closed_at, found.closed_by = ClassState.HELD, now, by.uuid
        found.save(update_fields=["state", "closed_at", "closed_by"])
        seats.lapse(found, by)
        audit.record(
            "courses.class.closed",
            found,
            by=by,
            division_path=found.division.path,
            completed=len(completed),
            of=len(enrolments),
        )
        telling.tell_closed(found, enrolments, by)
        ledger.post([lines.class_held(found, lines.class_span(found, sessions), _mode(sessions)), *completed], by=by)
    return found


def settle_late(training_class: TrainingClass, enrolment: ClassEnrolment, by: Actor) -> None:
    """Presence was added in a class already closed (and locked): whoever meets the floor by it is completed now.

    Who was completed stays so. A class that is still live settles everybody when it closes.
    """
    if training_class.state != ClassState.HELD or enrolment.state not in (EnrolmentState.ENROLLED, EnrolmentState.NOT_MET):
        return
    enrolment.training_class = training_class
    was = enrolment.state
    completed = _settle(training_class, [enrolment], _sessions(training_class), clock.now())
    if enrolment.state == was:
        return
    enrolment.save(update_fields=["state", "closed_at"])
    audit.record("courses.class.settled", enrolment, by=by, division_path=training_class.division.path, state=str(enrolment.state))
    ledger.post(completed, by=by)


def _sessions(training_class: TrainingClass) -> list[CourseSession]:
    return list(training_class.sessions.exclude(state=SessionState.CANCELLED))


def _mode(sessions: Sequence[CourseSession]) -> Mode:
    modes = {s.mode for s in sessions}
    return Mode(modes.pop()) if len(modes) == 1 else Mode.FACE_TO_FACE


def _settle(
    training_class: TrainingClass, enrolments: Sequence[ClassEnrolment], sessions: list[CourseSession], now: dt.datetime
) -> list[ledger.Draft]:
    """Set what became of each; the caller saves, and posts the lines of those who completed."""
    planned, span, mode = sum(s.minutes for s in sessions), lines.class_span(training_class, sessions), _mode(sessions)
    rows = Attendance.objects.filter(enrolment__training_class=training_class, session__in=sessions)
    if len(enrolments) == 1:
        rows = rows.filter(enrolment=enrolments[0])
    attended = dict(rows.values_list("enrolment_id").annotate(total=Sum("minutes")))
    completed = []
    for enrolment in enrolments:
        enrolment.training_class = training_class
        minutes = attended.get(enrolment.pk, 0)
        met = rules.meets_floor(
            attended_minutes=minutes, planned_minutes=planned, floor_percent=training_class.attendance_floor_percent
        )
        enrolment.state = EnrolmentState.COMPLETED if met else EnrolmentState.NOT_MET
        enrolment.closed_at = now
        if met:
            completed.append(lines.class_completed(enrolment, span, minutes, planned, mode))
    return completed
