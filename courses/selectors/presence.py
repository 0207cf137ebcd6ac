"""Presence as the office sees it: walk-ins and heads of a half-day, printed sheets, marks to look at."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Attendance, CourseSession, HeadCount, WalkIn
from courses.states import AttendanceMethod, EnrolmentState
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.errors import Missing


@dataclass(frozen=True, slots=True)
class Heads:
    """People of a half-day without a record: ``unnamed`` is what the ledger's line says."""

    counted: int
    at_the_door: int
    identified: int
    unnamed: int
    left_to_identify: int  # of the counted ones


def heads_of(session: CourseSession) -> Heads:
    count = HeadCount.objects.filter(session=session).first()
    rows = list(session.walk_ins.filter(struck_at__isnull=True).values_list("from_count", "person_id"))
    from_count = sum(1 for out_of_count, _person in rows if out_of_count)
    counted = count.quantity if count else 0
    return Heads(
        counted=counted,
        at_the_door=sum(1 for out_of_count, _person in rows if not out_of_count),
        identified=sum(1 for _out, person in rows if person is not None),
        unnamed=count.posted if count else 0,
        left_to_identify=counted - from_count,
    )


def walk_ins_of(session: CourseSession) -> QuerySet[WalkIn]:
    """In the order in which they came."""
    return session.walk_ins.select_related("person", "enrolment").order_by("entered_at", "pk")


def walk_in_in(actor: Actor, walk_in_uuid: uuid.UUID) -> WalkIn:
    found = (
        WalkIn.objects.filter(actor.q("session__training_class__division__path", *OFFICE), uuid=walk_in_uuid)
        .select_related("session__training_class__division")
        .first()
    )
    if found is None:
        raise Missing(_("没有这条来宾登记。"))
    return found


def attendance_in(actor: Actor, attendance_uuid: uuid.UUID) -> Attendance:
    found = (
        Attendance.objects.filter(actor.q("session__training_class__division__path", *OFFICE), uuid=attendance_uuid)
        .select_related("session__training_class__division")
        .first()
    )
    if found is None:
        raise Missing(_("没有这条出勤。"))
    return found


def late_waiting(session: CourseSession) -> QuerySet[Attendance]:
    """Marks that a phone sent later and nobody has looked at."""
    rows = session.attendance.filter(late_sent=True, reviewed_at__isnull=True).filter(
        Q(minutes__gt=0) | Q(signed_in_at__isnull=False)
    )
    return rows.select_related("enrolment__person").order_by("received_at", "pk")


def entered_from_sheet(session: CourseSession) -> QuerySet[Attendance]:
    """Marks entered from sheets, the newest first."""
    rows = session.attendance.filter(method=AttendanceMethod.SHEET, minutes__gt=0)
    return rows.select_related("enrolment__person", "enrolment__organisation").order_by("-marked_at", "-pk")


def entered_count(session: CourseSession) -> int:
    return session.attendance.filter(minutes__gt=0).count()


def expected(session: CourseSession) -> int:
    return session.training_class.enrolments.exclude(state=EnrolmentState.WITHDRAWN).count()


def late_in(actor: Actor) -> QuerySet[Attendance]:
    """Everything sent later in classes one runs that waits for a look."""
    return (
        Attendance.objects.filter(
            actor.q("session__training_class__division__path", *OFFICE), late_sent=True, reviewed_at__isnull=True, minutes__gt=0
        )
        .select_related("session")
        .order_by("received_at", "pk")
    )
