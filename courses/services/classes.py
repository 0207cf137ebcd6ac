"""Classes and their half-days. Who is in them stands in ``enrolment``, who came in ``attendance``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Attendance, ClassEnrolment, CourseSession, TrainingClass
from courses.services import lines, telling
from courses.states import CLASS_LIVE, CLASS_TRANSITIONS, ClassState, EnrolmentState, HalfDay, SessionKind, SessionState
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.ids import new_code
from lms.ledger import services as ledger
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Funder, Programme


def check_may_run(training_class: TrainingClass, by: Actor) -> None:
    """Classes are run by class managers and administrators of the host division or above; outside is missing."""
    if not by.covers(training_class.division.path, *OFFICE):
        raise Missing(_("没有这个班次。"))


def locked_class(training_class: TrainingClass, by: Actor) -> TrainingClass:
    """The class's row, locked and fresh, for somebody who may run it."""
    found = (
        TrainingClass.objects.select_for_update(of=("self",))
        .select_related("division", "organiser", "programme", "category", "funder")
        .get(pk=training_class.pk)
    )
    check_may_run(found, by)
    return found


def check_live(training_class: TrainingClass) -> None:
    if training_class.state not in CLASS_LIVE:
        values = {"title": training_class.title, "state": training_class.get_state_display()}
        raise Refused(_("班次“%(title)s”%(state)s，不能再改动。") % values)


def create_class(
    *,
    code: str,
    title: str,
    division: Division,
    programme: Programme | None = None,
    organiser: Organisation | None = None,
    starts_on: dt.date,
    ends_on: dt.date,
    category: Category | None = None,
    capacity: int | None = None,
    attendance_floor_percent: int = 80,
    term: str = "",
    funder: Funder | None = None,
    document_number: str = "",
    state: str = ClassState.PLANNED,
    by: Actor,
) -> TrainingClass:
    """Open a class hosted by ``division``. Refuses a code already taken, dates out of order, a division out of reach."""
    if not by.covers(division.path, *OFFICE):
        raise Missing(_("没有这个地区。"))
    if ends_on < starts_on:
        raise BadInput(_("结束日期不能早于开始日期。"))
    if not code.strip() or not title.strip():
        raise BadInput(_("请填写班次编号和班次名称。"))
    with transaction.atomic():
        if TrainingClass.objects.filter(code=code.strip()).exists():
            raise Refused(_("班次编号“%(code)s”已被使用。") % {"code": code.strip()})
        made = TrainingClass.objects.create(
            code=code.strip(),
            title=title.strip(),
            term=term,
            division=division,
            programme=programme,
            organiser=organiser,
            funder=funder,
            category=category,
            starts_on=starts_on,
            ends_on=ends_on,
            capacity=capacity,
            attendance_floor_percent=attendance_floor_percent,
            document_number=document_number,
            state=state,
        )
        audit.record("courses.class.created", made, by=by, division_path=division.path, code=made.code)
    return made


# what may still be changed of a class that is live
CLASS_FIELDS = (
    "title", "term", "programme", "organiser", "funder", "category", "starts_on", "ends_on", "capacity",
    "attendance_floor_percent", "document_number",
)  # fmt: skip


def update_class(*, training_class: TrainingClass, by: Actor, **changes: Any) -> TrainingClass:
    """Change fields of a live class. Refuses less seats than are taken and dates out of order."""
    unknown = changes.keys() - set(CLASS_FIELDS)
    if unknown:
        raise ValueError(f"not a field of a class: {sorted(unknown)}")
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        changed = [name for name in CLASS_FIELDS if name in changes and getattr(found, name) != changes[name]]
        for name in changed:
            setattr(found, name, changes[name])
        if found.ends_on < found.starts_on:
            raise BadInput(_("结束日期不能早于开始日期。"))
        taken = found.enrolments.exclude(state=EnrolmentState.WITHDRAWN).count()
        if found.capacity is not None and found.capacity < taken:
            raise Refused(_("名额不能少于已报名的 %(taken)d 人。") % {"taken": taken})
        if changed:
            found.save(update_fields=changed)
            audit.record("courses.class.changed", found, by=by, division_path=found.division.path, fields=changed)
        if {"starts_on", "ends_on"} & set(changed):
            telling.tell_moved(found, by)
        if {"attendance_floor_percent", "programme", "organiser", "category"} & set(changed):
            _schedule_anew(found, by)
    return found


def _schedule_anew(training_class: TrainingClass, by: Actor) -> None:
    """What the scheduled lines repeat of the class has changed: reverse and post them anew."""
    sessions = list(training_class.sessions.exclude(state=SessionState.CANCELLED))
    for session in sessions:
        ledger.reverse_key(lines.scheduled_key(session), reason="class changed", by=by)
        session.training_class = training_class
        session.version += 1
        session.save(update_fields=["version"])
    ledger.post([lines.scheduled(session) for session in sessions], by=by)


def change_class_state(*, training_class: TrainingClass, state: str, by: Actor) -> TrainingClass:
    """Move a class between planned, open and running. Closing and cancelling have their own doors."""
    with transaction.atomic():
        found = locked_class(training_class, by)
        if found.state == state:
            return found
        if state not in CLASS_LIVE or state not in CLASS_TRANSITIONS[found.state]:
            raise Refused(_("班次现在是“%(state)s”，不能这样变更。") % {"state": found.get_state_display()})
        found.state = state
        found.save(update_fields=["state"])
        audit.record("courses.class.state_changed", found, by=by, division_path=found.division.path, state=state)
    return found


def _half_of(starts_at: dt.datetime) -> HalfDay:
    hour = timezone.localtime(starts_at).hour
    return HalfDay.MORNING if hour < 12 else HalfDay.AFTERNOON if hour < 18 else HalfDay.EVENING


def _check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if timezone.is_naive(starts_at) or timezone.is_naive(ends_at):
        raise ValueError("sessions need aware times")
    if ends_at <= starts_at:
        raise BadInput(_("结束时间必须晚于开始时间。"))
    if timezone.localtime(starts_at).date() != timezone.localtime(ends_at).date():
        raise BadInput(_("一个课次须在同一天内；跨天的请分开安排。"))


def plan_session(
    *,
    training_class: TrainingClass,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    mode: str = Mode.FACE_TO_FACE,
    place: str = "",
    trainer: Person | None = None,
    kind: str = SessionKind.LECTURE,
    topics: Sequence[str] = (),
    by: Actor,
) -> CourseSession:
    """Plan one half-day of a live class and post its ``scheduled`` line. Planning the same one twice is one session."""
    _check_times(starts_at, ends_at)
    if not title.strip():
        raise BadInput(_("请填写课次名称。"))
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        standing = found.sessions.filter(starts_at=starts_at, title=title.strip()).exclude(state=SessionState.CANCELLED).first()
        if standing is not None:
            return standing
        session = CourseSession.objects.create(
            training_class=found,
            title=title.strip(),
            kind=kind,
            day=timezone.localtime(starts_at).date(),
            half=_half_of(starts_at),
            starts_at=starts_at,
            ends_at=ends_at,
            mode=mode,
            place=place,
            trainer=trainer,
            topics=[t.strip() for t in topics if t.strip()],
            sign_in_secret=new_code(24),
        )
        audit.record("courses.session.planned", session, by=by, division_path=found.division.path, on_class=found.uuid)
        ledger.post([lines.scheduled(session)], by=by)
    return session


SESSION_FIELDS = ("title", "kind", "starts_at", "ends_at", "mode", "place", "trainer", "topics")


def locked_session(session: CourseSession, by: Actor) -> CourseSession:
    """Class and session locked in that order, fresh; for somebody who may run the class."""
    training_class = locked_class(session.training_class, by)
    found = CourseSession.objects.select_for_update(of=("self",)).select_related("trainer__division").get(pk=session.pk)
    found.training_class = training_class
    return found


def update_session(*, session: CourseSession, by: Actor, **changes: Any) -> CourseSession:
    """Change a planned session. Once somebody was marked present its time stands; a moved one reverses its line and posts anew."""
    unknown = changes.keys() - set(SESSION_FIELDS)
    if unknown:
        raise ValueError(f"not a field of a session: {sorted(unknown)}")
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        if found.state != SessionState.PLANNED:
            raise Refused(_("课次“%(state)s”，不能再改动。") % {"state": found.get_state_display()})
        changed = [name for name in SESSION_FIELDS if name in changes and getattr(found, name) != changes[name]]
        if not changed:
            return found
        old_key = lines.scheduled_key(found)
        moved = {"starts_at", "ends_at"} & set(changed)
        if moved and found.attendance.filter(minutes__gt=0).exists():
            raise Refused(_("已有学员签到，不能再改时间；如需调整请取消本课次后另行安排。"))
        for name in changed:
            setattr(found, name, changes[name])
        _check_times(found.starts_at, found.ends_at)
        found.day, found.half = timezone.localtime(found.starts_at).date(), _half_of(found.starts_at)
        on_line = {"starts_at", "ends_at", "mode", "topics"} & set(changed)
        if on_line:
            found.version += 1
        found.save()
        audit.record("courses.session.changed", found, by=by, division_path=found.training_class.division.path, fields=changed)
        if {"starts_at", "ends_at", "mode", "place"} & set(changed):
            telling.tell_session(found, "class.session_changed", by)
        if on_line:
            ledger.reverse_key(old_key, reason="session changed", by=by)
            ledger.post([lines.scheduled(found)], by=by)
    return found


def close_class(*, training_class: TrainingClass, by: Actor) -> TrainingClass:
    """Close a class all of whose half-days are held: who met the attendance floor is completed. Closing twice is once."""
    with transaction.atomic():
        found = locked_class(training_class, by)
        if found.state == ClassState.HELD:
            return found
        check_live(found)
        sessions = list(found.sessions.exclude(state=SessionState.CANCELLED))
        waiting = [s for s in sessions if s.state == SessionState.PLANNED]
        if waiting:
            raise Refused(_("还有 %(count)d 个课次没有结束；请先结束或取消它们。") % {"count": len(waiting)})
        if not sessions:
            raise Refused(_("这个班还没有举办过课次，不能结班；如不再举办请取消班次。"))
        planned = sum(s.minutes for s in sessions)
        now, span = clock.now(), lines.class_span(found, sessions)
        modes = {s.mode for s in sessions}
        mode = Mode(modes.pop()) if len(modes) == 1 else Mode.FACE_TO_FACE
        attended = dict(
            Attendance.objects.filter(enrolment__training_class=found, session__in=sessions)
            .values_list("enrolment_id")
            .annotate(total=Sum("minutes"))
        )
        drafts = [lines.class_held(found, span, mode)]
        enrolments = list(
            found.enrolments.filter(state=EnrolmentState.ENROLLED).select_related("person", "division", "category", "organisation")
        )
        for enrolment in enrolments:
            enrolment.training_class = found
            minutes = attended.get(enrolment.pk, 0)
            met = rules.meets_floor(attended_minutes=minutes, planned_minutes=planned, floor_percent=found.attendance_floor_percent)
            enrolment.state = EnrolmentState.COMPLETED if met else EnrolmentState.NOT_MET
            enrolment.closed_at = now
            if met:
                drafts.append(lines.class_completed(enrolment, span, minutes, planned, mode))
        ClassEnrolment.objects.bulk_update(enrolments, ["state", "closed_at"], batch_size=200)
        found.state, found.closed_at, found.closed_by = ClassState.HELD, now, by.uuid
        found.save(update_fields=["state", "closed_at", "closed_by"])
        completed = sum(1 for e in enrolments if e.state == EnrolmentState.COMPLETED)
        audit.record(
            "courses.class.closed", found, by=by, division_path=found.division.path, completed=completed, of=len(enrolments)
        )
        telling.tell_closed(found, enrolments, by)
        ledger.post(drafts, by=by)
    return found


def cancel_class(*, training_class: TrainingClass, reason: str, by: Actor) -> TrainingClass:
    """Cancel a class none of whose half-days was held: its sessions are cancelled, its learners withdrawn."""
    if not reason.strip():
        raise BadInput(_("请写明取消原因。"))
    with transaction.atomic():
        found = locked_class(training_class, by)
        if found.state == ClassState.CANCELLED:
            return found
        check_live(found)
        sessions = list(found.sessions.exclude(state=SessionState.CANCELLED))
        if any(s.state == SessionState.HELD for s in sessions):
            raise Refused(_("已有课次举办过，不能取消班次；请取消余下课次后结班。"))
        if Attendance.objects.filter(session__in=sessions, minutes__gt=0).exists():
            raise Refused(_("已有学员签到，不能取消班次。"))
        now = clock.now()
        for session in sessions:
            session.state, session.closed_at, session.closed_by = SessionState.CANCELLED, now, by.uuid
            session.cancelled_reason = reason.strip()
        CourseSession.objects.bulk_update(sessions, ["state", "closed_at", "closed_by", "cancelled_reason"])
        enrolments = list(
            found.enrolments.filter(state=EnrolmentState.ENROLLED).select_related("person", "division", "category", "organisation")
        )
        for enrolment in enrolments:
            enrolment.training_class = found
            enrolment.state, enrolment.closed_at, enrolment.withdrawn_reason = EnrolmentState.WITHDRAWN, now, reason.strip()
        ClassEnrolment.objects.bulk_update(enrolments, ["state", "closed_at", "withdrawn_reason"], batch_size=200)
        found.state, found.closed_at, found.closed_by = ClassState.CANCELLED, now, by.uuid
        found.cancelled_reason = reason.strip()
        found.save(update_fields=["state", "closed_at", "closed_by", "cancelled_reason"])
        audit.record("courses.class.cancelled", found, by=by, division_path=found.division.path)
        telling.tell_cancelled(found, enrolments, by)
        for session in sessions:
            ledger.reverse_key(lines.scheduled_key(session), reason="class cancelled", by=by)
        ledger.post([lines.class_withdrawn(e) for e in enrolments], by=by)
    return found
