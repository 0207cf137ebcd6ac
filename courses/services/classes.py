"""Classes from opening to closing. Half-days stand in ``sessions``, who is in in ``enrolment``, who came in ``attendance``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Attendance, ClassEnrolment, CourseSession, TrainingClass
from courses.selectors.signups import seats_taken
from courses.services import lines, seats, telling
from courses.services.enrolment import fill_seats
from courses.services.locks import check_live, locked_class
from courses.states import CLASS_LIVE, CLASS_TRANSITIONS, ClassState, EnrolmentState, SessionState, WithdrawalKind
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Funder, Programme


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
    categories: Sequence[Category] = (),
    capacity: int | None = None,
    planned_heads: int | None = None,
    attendance_floor_percent: int = 80,
    dwell_floor_percent: int = 0,
    needs_check_out: bool = False,
    needs_approval: bool = False,
    sign_up_opens_at: dt.datetime | None = None,
    sign_up_closes_at: dt.datetime | None = None,
    term: str = "",
    host: Organisation | None = None,
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
    _check_window(sign_up_opens_at, sign_up_closes_at)
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
            host=host,
            funder=funder,
            category=category,
            starts_on=starts_on,
            ends_on=ends_on,
            capacity=capacity,
            planned_heads=planned_heads,
            attendance_floor_percent=attendance_floor_percent,
            dwell_floor_percent=dwell_floor_percent,
            needs_check_out=needs_check_out,
            needs_approval=needs_approval,
            sign_up_opens_at=sign_up_opens_at,
            sign_up_closes_at=sign_up_closes_at,
            document_number=document_number,
            state=state,
        )
        made.categories.set(categories)
        audit.record("courses.class.created", made, by=by, division_path=division.path, code=made.code)
    return made


def _check_window(opens_at: dt.datetime | None, closes_at: dt.datetime | None) -> None:
    if (opens_at is None) != (closes_at is None):
        raise BadInput(_("报名开始和截止时间须同时填写，或都留空。"))
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise BadInput(_("报名截止时间必须晚于开始时间。"))


# what may still be changed of a class that is live; ``categories`` too
CLASS_FIELDS = (
    "title", "term", "programme", "organiser", "host", "funder", "category", "starts_on", "ends_on", "capacity", "planned_heads",
    "attendance_floor_percent", "dwell_floor_percent", "needs_check_out", "needs_approval", "sign_up_opens_at",
    "sign_up_closes_at", "document_number",
)  # fmt: skip


def update_class(*, training_class: TrainingClass, by: Actor, **changes: Any) -> TrainingClass:
    """Change fields of a live class; more seats go to those who wait. Refuses less seats than are taken and dates out of order."""
    categories = changes.pop("categories", None)
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
        _check_window(found.sign_up_opens_at, found.sign_up_closes_at)
        taken = len(seats_taken(found))
        if found.capacity is not None and found.capacity < taken:
            raise Refused(_("名额不能少于已报名的 %(taken)d 人。") % {"taken": taken})
        if categories is not None and set(categories) != set(found.categories.all()):
            found.categories.set(categories)
            audit.record("courses.class.changed", found, by=by, division_path=found.division.path, fields=["categories"])
        if changed:
            found.save(update_fields=changed)
            audit.record("courses.class.changed", found, by=by, division_path=found.division.path, fields=changed)
        if {"starts_on", "ends_on"} & set(changed):
            telling.tell_moved(found, by)
        if {"attendance_floor_percent", "programme", "organiser", "category"} & set(changed):
            _schedule_anew(found, by)
        if {"capacity", "needs_approval", "starts_on"} & set(changed):
            fill_seats(found, by)
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
        fill_seats(found, by)
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
            enrolment.withdrawn_kind = WithdrawalKind.CANCELLED
        ClassEnrolment.objects.bulk_update(enrolments, ["state", "closed_at", "withdrawn_reason", "withdrawn_kind"], batch_size=200)
        found.state, found.closed_at, found.closed_by = ClassState.CANCELLED, now, by.uuid
        found.cancelled_reason = reason.strip()
        found.save(update_fields=["state", "closed_at", "closed_by", "cancelled_reason"])
        seats.lapse(found, by)
        audit.record("courses.class.cancelled", found, by=by, division_path=found.division.path)
        telling.tell_cancelled(found, enrolments, by)
        for session in sessions:
            ledger.reverse_key(lines.scheduled_key(session), reason="class cancelled", by=by)
        ledger.post([lines.class_withdrawn(e) for e in enrolments], by=by)
    return found
