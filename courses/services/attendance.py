"""Who came to a half-day, and what became of the half-day itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Attendance, ClassEnrolment, CourseSession
from courses.services import lines, telling
from courses.services.locks import check_live, locked_session
from courses.states import CLASS_LIVE, AttendanceMethod, EnrolmentState, SessionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger

Present = tuple[ClassEnrolment, int]


def record_attendance(
    *, session: CourseSession, present: Sequence[Present], method: str = AttendanceMethod.MANUAL, by: Actor
) -> list[Attendance]:
    """Mark minutes of presence in one half-day; 0 strikes a mark off again. Marking the same minutes twice changes nothing.

    A changed mark reverses its ledger line and posts a new one. Refuses people outside the class, withdrawn ones and more
    minutes than the half-day has.
    """
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        return mark(found, present, method=method, by=by)


Stamps = Mapping[str, Any]


def mark(
    session: CourseSession, present: Sequence[Present], *, method: str, stamps: Stamps | None = None, by: Actor
) -> list[Attendance]:
    """Mark in a half-day already locked. ``stamps``: times of signing in and out, kept with each mark and its line."""
    if session.state == SessionState.CANCELLED:
        raise Refused(_("本课次已取消，不能登记出勤。"))
    wanted = {enrolment.pk: minutes for enrolment, minutes in present}
    enrolments = {
        e.pk: e
        for e in ClassEnrolment.objects.filter(pk__in=wanted, training_class=session.training_class).select_related(
            "person", "division", "category", "organisation"
        )
    }
    if len(enrolments) != len(wanted):
        raise Missing(_("有学员不在这个班。"))
    for pk, minutes in wanted.items():
        if minutes < 0 or minutes > session.minutes:
            raise BadInput(_("出勤分钟数须在 0 到 %(most)d 之间。") % {"most": session.minutes})
        if enrolments[pk].state == EnrolmentState.WITHDRAWN and minutes:
            raise Refused(_("有学员已退出本班，不能登记出勤。"))
    now = clock.now()
    standing = {a.enrolment_id: a for a in Attendance.objects.filter(session=session, enrolment_id__in=wanted)}
    new: list[Attendance] = []
    reversals: list[str] = []
    to_post: list[Attendance] = []
    for pk, minutes in wanted.items():
        enrolments[pk].training_class = session.training_class
        own = standing.get(pk)
        if own is None:
            if not minutes:
                continue
            own = Attendance(
                session=session,
                enrolment=enrolments[pk],
                minutes=minutes,
                method=method,
                marked_by=by.uuid,
                marked_at=now,
                **stamps or {},
            )
            new.append(own)
            standing[pk] = own
        elif own.minutes == minutes:
            continue
        else:
            if own.minutes:
                reversals.append(lines.attended_key(own))
                own.version += 1
            own.minutes, own.method, own.marked_by, own.marked_at = minutes, method, by.uuid, now
            for name, moment in (stamps or {}).items():
                setattr(own, name, moment)
            own.save(update_fields=["minutes", "method", "marked_by", "marked_at", "version", *(stamps or {})])
        if minutes:
            to_post.append(own)
    Attendance.objects.bulk_create(new, batch_size=500)
    if new or reversals or to_post:
        audit.record(
            "courses.attendance.recorded",
            session,
            by=by,
            division_path=session.training_class.division.path,
            marked=len(to_post),
            changed=len(reversals),
            method=str(method),
        )
    for key in reversals:
        ledger.reverse_key(key, reason="attendance corrected", by=by)
    ledger.post([lines.attended(own, session, enrolments[own.enrolment_id]) for own in to_post], by=by)
    return [standing[pk] for pk in wanted if pk in standing]


def close_session(*, session: CourseSession, cases_shared: int = 0, by: Actor) -> CourseSession:
    """A half-day took place: post it, the event it was, its cases and the trainer's hours. Closing twice is once."""
    with transaction.atomic():
        found = locked_session(session, by)
        if found.state == SessionState.HELD:
            return found
        check_live(found.training_class)
        if found.state == SessionState.CANCELLED:
            raise Refused(_("本课次已取消。"))
        if found.starts_at > clock.now():
            raise Refused(_("课次还没有开始，不能结束。"))
        found.state, found.closed_at, found.closed_by = SessionState.HELD, clock.now(), by.uuid
        found.cases_shared = cases_shared
        found.save(update_fields=["state", "closed_at", "closed_by", "cases_shared"])
        audit.record("courses.session.held", found, by=by, division_path=found.training_class.division.path)
        ledger.post(lines.session_held(found), by=by)
    return found


def close_overdue_sessions(*, after: dt.timedelta = dt.timedelta(days=1), by: Actor) -> int:
    """Close half-days of live classes that ended long ago and where somebody came; those without attendance wait for a human."""
    waiting = (
        CourseSession.objects.filter(
            state=SessionState.PLANNED,
            ends_at__lt=clock.now() - after,
            training_class__state__in=CLASS_LIVE,
            attendance__minutes__gt=0,
        )
        .distinct()
        .order_by("pk")
    )
    count = 0
    for session in list(waiting):
        count += close_session(session=session, by=by).state == SessionState.HELD
    return count


def cancel_session(*, session: CourseSession, reason: str, by: Actor) -> CourseSession:
    """A planned half-day will not take place: its ``scheduled`` line and marks made by mistake are reversed."""
    if not reason.strip():
        raise BadInput(_("请写明取消原因。"))
    with transaction.atomic():
        found = locked_session(session, by)
        if found.state == SessionState.CANCELLED:
            return found
        check_live(found.training_class)
        if found.state == SessionState.HELD:
            raise Refused(_("课次已举办，不能取消。"))
        marks = list(found.attendance.filter(minutes__gt=0))
        keys = [lines.attended_key(mark) for mark in marks]
        for mark in marks:
            mark.minutes, mark.marked_by, mark.marked_at, mark.version = 0, by.uuid, clock.now(), mark.version + 1
        Attendance.objects.bulk_update(marks, ["minutes", "marked_by", "marked_at", "version"], batch_size=200)
        found.state, found.closed_at, found.closed_by = SessionState.CANCELLED, clock.now(), by.uuid
        found.cancelled_reason = reason.strip()
        found.save(update_fields=["state", "closed_at", "closed_by", "cancelled_reason"])
        audit.record("courses.session.cancelled", found, by=by, division_path=found.training_class.division.path)
        telling.tell_session(found, "class.session_cancelled", by)
        for key in [*keys, lines.scheduled_key(found)]:
            ledger.reverse_key(key, reason="session cancelled", by=by)
    return found
