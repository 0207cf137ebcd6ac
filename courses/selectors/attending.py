"""What one learner sees of classes: own enrolments, half-days with marks and leave, where to sign in. Always the actor's own."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, ClassEnrolment, CourseSession, FeedbackGiven, LeaveRequest
from courses.rules import FEEDBACK_OPEN, SIGN_IN_EARLY, SIGN_OUT_LATE
from courses.selectors.trainers import trainers_heard
from courses.states import CLASS_LIVE, ClassState, EnrolmentState, LeaveState, SessionState
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person


def own_class_enrolments(person: Person) -> QuerySet[ClassEnrolment]:
    """The classes somebody is or was in, newest first, with minutes attended and planned."""
    held = Q(training_class__sessions__state__in=[SessionState.PLANNED, SessionState.HELD])
    return (
        ClassEnrolment.objects.filter(person_id__in=people.ids_of(person))
        .select_related("training_class__division", "training_class__organiser", "category")
        .annotate(session_count=Count("training_class__sessions", filter=held, distinct=True))
        .order_by("-training_class__starts_on", "-pk")
    )


def own_class_enrolment(actor: Actor, enrolment_uuid: uuid.UUID) -> ClassEnrolment:
    person = people.person_of(actor)
    found = None
    if person is not None:
        found = own_class_enrolments(person).select_related("person").filter(uuid=enrolment_uuid).first()
    if found is None:
        raise Missing(_("没有这个班次。"))
    return found


@dataclass(frozen=True, slots=True)
class Seat:
    """One half-day as one learner sees it, with the mark and the leave that stand for it."""

    session: CourseSession
    enrolment: ClassEnrolment
    mark: Attendance | None = None
    leave: LeaveRequest | None = None
    needs_check_out: bool = False

    @property
    def minutes(self) -> int:
        return self.mark.minutes if self.mark else 0

    @property
    def is_in(self) -> bool:
        return self.mark is not None and bool(self.mark.minutes or self.mark.signed_in_at)

    @property
    def may_sign_in(self) -> bool:
        now = clock.now()
        open_now = self.session.starts_at - SIGN_IN_EARLY <= now <= self.session.ends_at
        return open_now and not self.is_in and self.session.state == SessionState.PLANNED

    @property
    def may_sign_out(self) -> bool:
        inside = self.mark is not None and self.mark.signed_in_at is not None
        open_now = self.session.starts_at <= clock.now() <= self.session.ends_at + SIGN_OUT_LATE
        return self.needs_check_out and inside and open_now and self.session.state == SessionState.PLANNED

    @property
    def waits_for_leave(self) -> bool:
        return self.leave is not None and self.leave.state == LeaveState.ASKED

    @property
    def has_leave(self) -> bool:
        return self.leave is not None and self.leave.state == LeaveState.GRANTED

    @property
    def may_take_leave_back(self) -> bool:
        return (self.waits_for_leave or self.has_leave) and self.session.ends_at > clock.now()


def _newest_leave(rows: QuerySet[LeaveRequest]) -> dict[int, LeaveRequest]:
    return {row.session_id: row for row in rows.exclude(state=LeaveState.WITHDRAWN).order_by("asked_at", "pk")}


def seats(enrolment: ClassEnrolment) -> list[Seat]:
    """The half-days of a class with the learner's own marks and leave."""
    marks = {mark.session_id: mark for mark in Attendance.objects.filter(enrolment=enrolment)}
    leave = _newest_leave(LeaveRequest.objects.filter(enrolment=enrolment))
    sessions = (
        CourseSession.objects.filter(training_class_id=enrolment.training_class_id)
        .select_related("trainer")
        .prefetch_related("other_trainers")
    )
    out = enrolment.training_class.needs_check_out
    return [Seat(session, enrolment, marks.get(session.pk), leave.get(session.pk), out) for session in sessions]


def sessions_for_leave(enrolment: ClassEnrolment) -> list[CourseSession]:
    """Half-days from which one may still ask for leave."""
    if enrolment.state != EnrolmentState.ENROLLED or enrolment.training_class.state not in CLASS_LIVE:
        return []
    now = clock.now()
    return [
        seat.session
        for seat in seats(enrolment)
        if seat.session.state == SessionState.PLANNED
        and seat.session.ends_at > now
        and not seat.is_in
        and not seat.waits_for_leave
        and not seat.has_leave
    ]


def trainers_to_rate(enrolment: ClassEnrolment) -> list[Person]:
    """Trainers heard of whom nothing was said yet, while it may be said."""
    training_class = enrolment.training_class
    closed = training_class.closed_at
    if training_class.state == ClassState.CANCELLED or enrolment.state == EnrolmentState.WITHDRAWN:
        return []
    if closed is not None and clock.now() > closed + FEEDBACK_OPEN:
        return []
    given = set(FeedbackGiven.objects.filter(enrolment=enrolment).values_list("trainer_id", flat=True))
    return [person for person in trainers_heard(enrolment) if person.pk not in given]


def seats_of_days(person: Person, days: int = 2) -> list[Seat]:
    """Half-days of today and the days after it in which somebody is expected."""
    today = clock.today()
    zone = timezone.get_current_timezone()
    start = dt.datetime.combine(today, dt.time(), zone)
    rows = list(
        CourseSession.objects.filter(
            training_class__enrolments__person_id__in=people.ids_of(person),
            training_class__enrolments__state=EnrolmentState.ENROLLED,
            training_class__state__in=CLASS_LIVE,
            state=SessionState.PLANNED,
            ends_at__gte=clock.now() - SIGN_OUT_LATE,
            starts_at__gte=start,
            starts_at__lt=start + dt.timedelta(days=days),
        )
        .select_related("training_class")
        .distinct()
    )
    if not rows:
        return []
    enrolments = {
        e.training_class_id: e
        for e in ClassEnrolment.objects.filter(
            person_id__in=people.ids_of(person), training_class__in=[r.training_class_id for r in rows]
        )
    }
    own = list(enrolments.values())
    marks = {mark.session_id: mark for mark in Attendance.objects.filter(session__in=rows, enrolment__in=own)}
    leave = _newest_leave(LeaveRequest.objects.filter(session__in=rows, enrolment__in=own))
    return [
        Seat(row, enrolments[row.training_class_id], marks.get(row.pk), leave.get(row.pk), row.training_class.needs_check_out)
        for row in rows
    ]


def session_for_sign_in(actor: Actor, session_uuid: uuid.UUID) -> tuple[CourseSession, ClassEnrolment, Person]:
    """The half-day, for somebody enrolled in its class; otherwise ``Missing``."""
    person = people.person_of(actor)
    session = CourseSession.objects.select_related("training_class").filter(uuid=session_uuid).first()
    if person is not None and session is not None:
        enrolment = ClassEnrolment.objects.filter(
            training_class=session.training_class, person_id__in=people.ids_of(person), state=EnrolmentState.ENROLLED
        ).first()
        if enrolment is not None:
            return session, enrolment, person
    raise Missing(_("您不在这个班。"))
