"""What the office sees of classes: those hosted in its divisions, their half-days, learners, rosters."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from certificates.models import Certificate
from courses.models import Attendance, ClassEnrolment, CourseSession, LeaveRequest, RosterImport, TrainingClass
from courses.states import EnrolmentState, LeaveState, SessionState
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.programmes.models import Category


def classes_in(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes hosted by the divisions where the actor runs classes, newest first, with learners and half-days counted."""
    return (
        TrainingClass.objects.filter(actor.q("division__path", *OFFICE))
        .select_related("division", "organiser", "host", "programme", "category", "funder")
        .order_by("-starts_on", "-pk")
    )


def with_counts(rows: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    inside = ~Q(enrolments__state=EnrolmentState.WITHDRAWN) & Q(enrolments__isnull=False)
    return rows.annotate(
        learners=Count("enrolments", filter=inside, distinct=True),
        half_days=Count("sessions", filter=~Q(sessions__state=SessionState.CANCELLED), distinct=True),
    )


def class_in(actor: Actor, class_uuid: uuid.UUID) -> TrainingClass:
    found = classes_in(actor).filter(uuid=class_uuid).first()
    if found is None:
        raise Missing(_("没有这个班次。"))
    return found


def session_in(actor: Actor, session_uuid: uuid.UUID) -> CourseSession:
    found = (
        CourseSession.objects.filter(actor.q("training_class__division__path", *OFFICE), uuid=session_uuid)
        .select_related("training_class__division", "training_class__programme", "trainer", "head_count")
        .first()
    )
    if found is None:
        raise Missing(_("没有这个课次。"))
    return found


def enrolment_in(actor: Actor, enrolment_uuid: uuid.UUID) -> ClassEnrolment:
    found = (
        ClassEnrolment.objects.filter(actor.q("training_class__division__path", *OFFICE), uuid=enrolment_uuid)
        .select_related("training_class__division", "person__division", "division", "organisation", "category")
        .first()
    )
    if found is None:
        raise Missing(_("没有这位学员。"))
    return found


def roster_in(actor: Actor, roster_uuid: uuid.UUID) -> RosterImport:
    found = (
        RosterImport.objects.filter(actor.q("training_class__division__path", *OFFICE), uuid=roster_uuid)
        .select_related("training_class__division", "read_job", "commit_job")
        .first()
    )
    if found is None:
        raise Missing(_("没有这份名册。"))
    return found


def learners_of(training_class: TrainingClass) -> QuerySet[ClassEnrolment]:
    """Enrolments with their person and the minutes attended so far."""
    return (
        ClassEnrolment.objects.filter(training_class=training_class)
        .select_related("person", "division", "organisation", "category")
        .annotate(attended_minutes=Sum("attendance__minutes", default=0))
        .order_by("state", "pk")
    )


def planned_minutes(training_class: TrainingClass) -> int:
    return sum(s.minutes for s in training_class.sessions.all() if s.state != SessionState.CANCELLED)


def sessions_of(training_class: TrainingClass) -> QuerySet[CourseSession]:
    """Half-days in order, with how many were marked present."""
    return (
        training_class.sessions.select_related("trainer")
        .prefetch_related("other_trainers")
        .annotate(present=Count("attendance", filter=Q(attendance__minutes__gt=0)), heads=F("head_count__posted"))
        .order_by("starts_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class GridRow:
    """One learner of the class in one half-day: the mark, and the leave that stands."""

    enrolment: ClassEnrolment
    mark: Attendance | None
    leave: LeaveRequest | None = None

    @property
    def minutes(self) -> int | None:
        return self.mark.minutes if self.mark else None

    @property
    def is_in(self) -> bool:
        return self.mark is not None and self.mark.signed_in_at is not None and self.mark.signed_out_at is None


def attendance_rows(session: CourseSession) -> list[GridRow]:
    """Everybody in the class with their mark in this half-day (None: not marked) and leave asked or granted."""
    marks = {mark.enrolment_id: mark for mark in Attendance.objects.filter(session=session)}
    leave = {
        row.enrolment_id: row
        for row in LeaveRequest.objects.filter(session=session, state__in=[LeaveState.ASKED, LeaveState.GRANTED])
    }
    rows = (
        ClassEnrolment.objects.filter(training_class=session.training_class)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .select_related("person", "division", "organisation")
        .order_by("pk")
    )
    return [GridRow(row, marks.get(row.pk), leave.get(row.pk)) for row in rows]


def eligible_for_certificates(training_class: TrainingClass) -> QuerySet[ClassEnrolment]:
    """Those who completed a closed class."""
    return (
        ClassEnrolment.objects.filter(training_class=training_class, state=EnrolmentState.COMPLETED)
        .select_related("person", "division", "organisation")
        .order_by("pk")
    )


def certificates_by_person(training_class: TrainingClass) -> dict[int, Certificate]:
    """The valid certificates of the class, by the person named on them."""
    found = Certificate.objects.filter(occasion=training_class.uuid, voided_at__isnull=True)
    return {certificate.person_id: certificate for certificate in found}


def category_names(actor: Actor) -> list[str]:
    """Categories in use in the actor's divisions and above, for the roster template."""
    paths = actor.paths(*OFFICE)
    rows = Category.objects.select_related("division").filter(valid_to__isnull=True)
    return [c.name for c in rows if c.division is None or any(p.startswith(c.division.path) for p in paths)]


def roster_counts(roster: RosterImport) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for verdict, number in roster.rows.values_list("verdict").annotate(number=Count("pk")):
        counts[verdict] = number
    return counts
